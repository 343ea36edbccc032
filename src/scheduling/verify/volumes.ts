/** Volumes of planned pods: each is reached from the node its pod is on, and no node attaches more than it may. */
import { type NodeSelectorTerm, type Pod, podKey } from "../../domain/pod.ts";
import type { Snapshot } from "../../domain/snapshot.ts";
import { NO_STORAGE, type StorageClass } from "../../domain/volume.ts";
import type { Host } from "./hosts.ts";
import { meetsNodeRules } from "./node-rules.ts";
import type { Report } from "./violation.ts";

/** What a volume asks of its node, and the driver that attaches it; undefined when the claim cannot be used. */
type Lookup = (
  pod: Pod,
  claim: string,
) => { readonly terms: readonly NodeSelectorTerm[]; readonly driver: string | undefined } | undefined;

/** Checks all planned pods that mount claims. */
export function checkVolumes(snapshot: Snapshot, hosts: readonly Host[], report: Report): void {
  if (!snapshot.pods.some((pod) => pod.volumeClaims.length > 0)) return;
  const lookup = lookupOf(snapshot);
  const limits = new Map(
    [...(snapshot.storage ?? NO_STORAGE).attachLimits].map(([name, byDriver]) => [`the node ${name}`, byDriver]),
  );
  for (const host of hosts) {
    for (const pod of host.planned) {
      for (const claim of pod.volumeClaims) {
        const found = lookup(pod, claim);
        if (found === undefined) {
          report("VOLUME", `${podKey(pod)} is placed, but its claim ${claim} cannot be used`);
        } else if (
          found.terms.length > 0 &&
          meetsNodeRules({ nodeSelector: new Map(), requiredNodeTerms: found.terms }, host.labels) !== undefined
        ) {
          report("VOLUME", `${podKey(pod)} on ${host.name}: its claim ${claim} is not reached from there`);
        }
      }
    }
    const limit = limits.get(host.name);
    if (limit !== undefined && host.planned.length > 0) checkAttached(host, limit, lookup, report);
  }
}

function checkAttached(host: Host, limits: ReadonlyMap<string, number>, lookup: Lookup, report: Report): void {
  const coming = new Set<string>();
  const attached = new Map<string, Set<string>>();
  for (const pod of [...host.running, ...host.planned]) {
    for (const claim of pod.volumeClaims) {
      const driver = lookup(pod, claim)?.driver;
      if (driver === undefined) continue;
      if (host.planned.includes(pod)) coming.add(driver);
      attached.set(driver, (attached.get(driver) ?? new Set<string>()).add(`${pod.namespace}/${claim}`));
    }
  }
  for (const driver of coming) {
    const limit = limits.get(driver);
    const volumes = attached.get(driver)?.size ?? 0;
    if (limit !== undefined && volumes > limit) {
      report("VOLUME", `${host.name}: ${volumes} volumes of ${driver} attached, ${limit} allowed`);
    }
  }
}

function lookupOf(snapshot: Snapshot): Lookup {
  const storage = snapshot.storage ?? NO_STORAGE;
  const defaults = [...storage.classes.values()].filter((one) => one.isDefault);
  const newest = Math.max(...defaults.map((one) => one.created));
  const byDefault = defaults
    .filter((one) => one.created === newest)
    .reduce<StorageClass | undefined>(
      (least, one) => (least === undefined || one.name < least.name ? one : least),
      undefined,
    );
  return (pod, name) => {
    const claim = storage.claims.get(`${pod.namespace}/${name}`);
    if (claim === undefined) return undefined;
    if (claim.volumeName !== undefined) {
      const volume = storage.volumes.get(claim.volumeName);
      return volume && { terms: volume.nodeTerms, driver: volume.driver };
    }
    const chosen = claim.storageClass === undefined ? byDefault : storage.classes.get(claim.storageClass);
    if (chosen === undefined) {
      return claim.planned === true && claim.storageClass !== "" ? { terms: [], driver: undefined } : undefined;
    }
    if (chosen.bindingMode === "Immediate") return undefined;
    return { terms: chosen.allowedTopologies, driver: chosen.provisioner };
  };
}
