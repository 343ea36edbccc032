/** Pods that share a node or a domain: required anti-affinity in both directions, and host ports. */
import { type HostPort, type Pod, type PodAffinityTerm, podKey } from "../../domain/pod.ts";
import { HOSTNAME_LABEL, canonicalKey } from "../../domain/requirement.ts";
import type { Snapshot } from "../../domain/snapshot.ts";
import type { Report } from "./violation.ts";
import type { Host } from "./hosts.ts";
import { type Means, termMeans } from "./selectors.ts";

/** Checks what pods keep other pods away. A pair that runs already is not the plan's doing. */
export function checkNeighbours(snapshot: Snapshot, hosts: readonly Host[], report: Report): void {
  const domains = new Map<string, { planned: Pod[]; all: Pod[] }>();
  const otherKeys = new Set<string>();
  for (const host of hosts) {
    for (const pod of [...host.running, ...host.planned]) {
      for (const term of pod.podAntiAffinity) {
        const key = canonicalKey(term.topologyKey);
        if (key !== HOSTNAME_LABEL) otherKeys.add(key);
      }
    }
  }
  for (const host of hosts) {
    for (const key of otherKeys) {
      const value = host.labels.get(key);
      if (value === undefined) continue;
      const domain = domains.get(`${key}\u0001${value}`) ?? { planned: [], all: [] };
      domain.planned.push(...host.planned);
      domain.all.push(...host.running, ...host.planned);
      domains.set(`${key}\u0001${value}`, domain);
    }
    if (host.planned.length === 0) continue;
    checkApart(snapshot, HOSTNAME_LABEL, host.name, host.planned, [...host.running, ...host.planned], report);
    checkPorts(host, report);
  }
  for (const [name, { planned, all }] of domains) {
    const [key = "", value = ""] = name.split("\u0001");
    if (planned.length > 0) checkApart(snapshot, key, `${key}=${value}`, planned, all, report);
  }
}

/** No pod of `all` is with another that one of its terms over `key` means, where at least one of the two is planned. */
function checkApart(
  snapshot: Snapshot,
  key: string,
  where: string,
  planned: readonly Pod[],
  all: readonly Pod[],
  report: Report,
): void {
  let isPlanned: ReadonlySet<Pod> | undefined;
  // Replicas share their terms: whom one means is found once.
  const found = new Map<PodAffinityTerm, Map<string, readonly Pod[]>>();
  for (const owner of all) {
    for (const term of owner.podAntiAffinity) {
      if (canonicalKey(term.topologyKey) !== key) continue;
      const bound = boundTo(owner, term);
      let byOwner = found.get(term);
      if (byOwner === undefined) found.set(term, (byOwner = new Map<string, readonly Pod[]>()));
      let meant = byOwner.get(bound);
      if (meant === undefined) {
        const means: Means = termMeans(snapshot, term, owner);
        meant = all.filter(means);
        byOwner.set(bound, meant);
      }
      isPlanned ??= new Set(planned);
      const mine = isPlanned.has(owner);
      const other = meant.find((pod) => pod !== owner && (mine || isPlanned?.has(pod)));
      if (other !== undefined) {
        report("ANTI_AFFINITY", `${podKey(owner)} does not go with ${podKey(other)}, but both are on ${where}`);
      }
    }
  }
}

/** The part of the owner on which the meaning of its term depends. */
function boundTo(owner: Pod, term: PodAffinityTerm): string {
  const keys = [...term.matchLabelKeys, ...term.mismatchLabelKeys];
  return [owner.namespace, ...keys.map((key) => owner.labels.get(key) ?? "\u0000")].join("\u0001");
}

function checkPorts(host: Host, report: Report): void {
  if (host.planned.every((pod) => pod.hostPorts.length === 0)) return;
  const used: { readonly port: HostPort; readonly by: string }[] = [];
  const others = [...host.running, ...host.daemons.map((one) => one.pod)];
  for (const pod of others) for (const port of pod.hostPorts) used.push({ port, by: podKey(pod) });
  for (const pod of host.planned) {
    for (const port of pod.hostPorts) {
      const taken = used.find((other) => samePort(other.port, port));
      const what = `${port.protocol} ${port.port}`;
      if (taken !== undefined) report("HOST_PORT", `${podKey(pod)} and ${taken.by} both want ${what} of ${host.name}`);
      used.push({ port, by: podKey(pod) });
    }
  }
}

function samePort(a: HostPort, b: HostPort): boolean {
  const everywhere = (ip: string): boolean => ip === "" || ip === "0.0.0.0" || ip === "::";
  return (
    a.port === b.port &&
    a.protocol === b.protocol &&
    (a.hostIp === b.hostIp || everywhere(a.hostIp) || everywhere(b.hostIp))
  );
}
