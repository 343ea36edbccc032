/** Required anti-affinity of running pods over zones and other keys: planned pods that it means stay out of those domains. */
import { HOSTNAME_LABEL, type Requirements, canonicalKey, canonicalLabels } from "../../domain/requirement.ts";
import type { Snapshot } from "../../domain/snapshot.ts";
import type { PodMatchers } from "../compile/pod-matchers.ts";

/** By matcher id: key to the values that pods it means must avoid. (Hostname has caps of its own.) */
export type Avoidances = ReadonlyMap<number, ReadonlyMap<string, ReadonlySet<string>>>;

/** Collects what running pods keep others away from. */
export function runningAvoidances(snapshot: Snapshot, matchers: PodMatchers): Avoidances {
  const all = new Map<number, Map<string, Set<string>>>();
  for (const node of snapshot.nodes) {
    const labels = canonicalLabels(node.labels);
    for (const pod of node.pods) {
      for (const term of pod.podAntiAffinity) {
        const key = canonicalKey(term.topologyKey);
        const value = labels.get(key);
        if (key === HOSTNAME_LABEL || value === undefined) continue;
        const { id } = matchers.ofTerm(pod, term);
        const byKey = all.get(id) ?? new Map<string, Set<string>>();
        byKey.set(key, (byKey.get(key) ?? new Set<string>()).add(value));
        all.set(id, byKey);
      }
    }
  }
  return all;
}

/** What a pod that these matchers mean must avoid: `key NotIn [...]`; a node without the label is in no domain. */
export function avoidanceOf(avoidances: Avoidances, meant: readonly number[]): Requirements {
  const values = new Map<string, Set<string>>();
  if (avoidances.size > 0) {
    for (const id of meant) {
      for (const [key, avoided] of avoidances.get(id) ?? []) {
        const known = values.get(key) ?? new Set<string>();
        for (const value of avoided) known.add(value);
        values.set(key, known);
      }
    }
  }
  return new Map([...values].map(([key, avoided]) => [key, { complement: true, values: avoided, absent: true }]));
}
