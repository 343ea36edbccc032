/** Which labels matter: a label that no pod, DaemonSet or rule asks about cannot tell two offerings apart. */
import type { Snapshot } from "../../domain/snapshot.ts";
import { HOSTNAME_LABEL, type Requirements, type ValueSet, canonicalKey } from "../../domain/requirement.ts";
import { constraintText, nodeConstraintOf, valueSetText, withVolumes } from "./node-constraint.ts";
import type { PodClass } from "./pod-classes.ts";

export interface AskedKeys {
  /** Key to the distinct sets that pending pods ask for. */
  readonly sets: ReadonlyMap<string, readonly ValueSet[]>;
  /** Keys that a hard spread of a pending pod goes over (hostname left out). */
  readonly spread: ReadonlySet<string>;
  /** All keys that matter, DaemonSets and running pods included, sorted. */
  readonly relevant: readonly string[];
  /** The distinct terms that pods ask for. */
  readonly terms: readonly Requirements[];
}

/** Collects the label keys that the snapshot's pods can tell apart. */
export function askedKeysOf(snapshot: Snapshot, classes: readonly PodClass[]): AskedKeys {
  const sets = new Map<string, Map<string, ValueSet>>();
  const spread = new Set<string>();
  const relevant = new Set<string>();
  const terms = new Set<Requirements>();

  const constraints = classes.map((one) => withVolumes(one.constraint, one.sample));
  for (const constraint of new Map(constraints.map((one) => [constraintText(one), one])).values()) {
    for (const term of constraint.terms) {
      terms.add(term);
      for (const [key, set] of term) {
        const known = sets.get(key);
        if (known === undefined) sets.set(key, new Map([[valueSetText(set), set]]));
        else known.set(valueSetText(set), set);
        relevant.add(key);
      }
    }
  }
  for (const one of classes) {
    const keys = [
      ...one.spreads.map(({ constraint }) => canonicalKey(constraint.topologyKey)),
      ...[...one.together, ...one.domainApart].map((rule) => rule.key),
    ];
    for (const key of keys) {
      if (key === HOSTNAME_LABEL) continue;
      spread.add(key);
      relevant.add(key);
    }
  }
  for (const daemonSet of snapshot.daemonSets) {
    for (const term of nodeConstraintOf(daemonSet.pod).terms) for (const key of term.keys()) relevant.add(key);
  }
  for (const node of snapshot.nodes) {
    for (const pod of node.pods) for (const term of pod.podAntiAffinity) relevant.add(canonicalKey(term.topologyKey));
  }
  return {
    sets: new Map([...sets].map(([key, distinct]) => [key, [...distinct.values()]])),
    spread,
    relevant: [...relevant].sort(),
    terms: [...terms],
  };
}
