/**
 * Required pod affinity, as kube-scheduler reads it: where an owner goes, its domain holds a pod that the term means.
 *
 * A pod that its own term means may be the first of its kind; that excuses one domain of owners with nobody to follow,
 * and only where no such pod ran before.
 */
import { type Pod, type PodAffinityTerm, podKey } from "../../domain/pod.ts";
import { HOSTNAME_LABEL, canonicalKey } from "../../domain/requirement.ts";
import type { Snapshot } from "../../domain/snapshot.ts";
import type { Host } from "./hosts.ts";
import { type Means, termMeans } from "./selectors.ts";
import type { Report } from "./violation.ts";

interface Rule {
  readonly term: PodAffinityTerm;
  readonly owner: Pod;
  readonly means: Means;
  readonly owners: Set<Pod>;
}

/** Checks each distinct term of the planned pods once. */
export function checkAffinity(snapshot: Snapshot, hosts: readonly Host[], report: Report): void {
  for (const rule of rulesOf(snapshot, hosts)) checkRule(hosts, rule, report);
}

/** Replicas share their terms; what a term means depends on the owner's namespace and the labels that it takes over. */
function rulesOf(snapshot: Snapshot, hosts: readonly Host[]): readonly Rule[] {
  const rules = new Map<string, Rule>();
  const texts = new Map<PodAffinityTerm, string>();
  for (const host of hosts) {
    for (const pod of host.planned) {
      for (const term of pod.podAffinity) {
        let text = texts.get(term);
        if (text === undefined) texts.set(term, (text = termText(term)));
        const taken = [...term.matchLabelKeys, ...term.mismatchLabelKeys].map((key) => pod.labels.get(key) ?? "\u0000");
        const key = [text, pod.namespace, ...taken].join("\u0001");
        const known = rules.get(key);
        if (known !== undefined) known.owners.add(pod);
        else rules.set(key, { term, owner: pod, means: termMeans(snapshot, term, pod), owners: new Set([pod]) });
      }
    }
  }
  return [...rules.values()];
}

function termText(term: PodAffinityTerm): string {
  const selector = (one: PodAffinityTerm["labelSelector"]): unknown =>
    one === undefined ? null : [[...one.matchLabels], one.matchExpressions];
  return JSON.stringify([
    canonicalKey(term.topologyKey),
    selector(term.labelSelector),
    term.namespaces,
    selector(term.namespaceSelector),
    term.matchLabelKeys,
    term.mismatchLabelKeys,
  ]);
}

interface Domain {
  readonly owners: Pod[];
  /** Pods that the term means and that are no owners, or ran before. */
  leaders: number;
}

function checkRule(hosts: readonly Host[], rule: Rule, report: Report): void {
  const key = canonicalKey(rule.term.topologyKey);
  const domains = new Map<string, Domain>();
  hosts.forEach((host, h) => {
    const owners = host.planned.filter((pod) => rule.owners.has(pod));
    const value = key === HOSTNAME_LABEL ? String(h) : host.labels.get(key);
    if (value === undefined) {
      for (const pod of owners) report("AFFINITY", `${podKey(pod)} is on ${host.name}, which has no ${key} to share`);
      return;
    }
    const running = host.running.filter(rule.means).length;
    const domain = domains.get(value) ?? { owners: [], leaders: 0 };
    domain.owners.push(...owners);
    domain.leaders += running + host.planned.filter((pod) => !rule.owners.has(pod) && rule.means(pod)).length;
    domains.set(value, domain);
  });
  const alone = [...domains].filter(([, domain]) => domain.owners.length > 0 && domain.leaders === 0);
  const ranBefore = hosts.some((host) => host.running.some(rule.means));
  const excused = !ranBefore && alone.every(([, domain]) => domain.owners.every(rule.means)) ? 1 : 0;
  for (const [value, domain] of alone.slice(excused)) {
    const where = key === HOSTNAME_LABEL ? hosts[Number(value)]!.name : `${key}=${value}`;
    report("AFFINITY", `${podKey(domain.owners[0]!)} is in ${where}, where no pod is that its podAffinity means`);
  }
}
