/** Whom a rule of a pod means: namespaces, selector, and the label keys it takes from its owner. */
import { type LabelSelector, selectorMatches } from "../../domain/label-selector.ts";
import type { Pod, PodAffinityTerm } from "../../domain/pod.ts";
import type { Snapshot } from "../../domain/snapshot.ts";

/** Answers for one pod. */
export type Means = (pod: Pod) => boolean;

/** Whom a spread constraint or the selector part of a term means, with values taken from the owner's labels. */
export function selectorMeans(
  selector: LabelSelector | undefined,
  owner: Pod,
  same: readonly string[],
  other: readonly string[],
): Means {
  const equal = same.filter((key) => owner.labels.has(key));
  const unequal = other.filter((key) => owner.labels.has(key));
  return (pod) =>
    selectorMatches(selector, pod.labels) &&
    equal.every((key) => pod.labels.get(key) === owner.labels.get(key)) &&
    unequal.every((key) => pod.labels.get(key) !== owner.labels.get(key));
}

/** Whom an affinity term means. */
export function termMeans(snapshot: Snapshot, term: PodAffinityTerm, owner: Pod): Means {
  const selected = selectorMeans(term.labelSelector, owner, term.matchLabelKeys, term.mismatchLabelKeys);
  return (pod) => inNamespaces(snapshot, term, owner, pod.namespace) && selected(pod);
}

function inNamespaces(snapshot: Snapshot, term: PodAffinityTerm, owner: Pod, namespace: string): boolean {
  if (term.namespaces.includes(namespace)) return true;
  if (term.namespaceSelector === undefined) return term.namespaces.length === 0 && namespace === owner.namespace;
  const labels = new Map(snapshot.namespaces.get(namespace) ?? []);
  if (!labels.has("kubernetes.io/metadata.name")) labels.set("kubernetes.io/metadata.name", namespace);
  return selectorMatches(term.namespaceSelector, labels);
}
