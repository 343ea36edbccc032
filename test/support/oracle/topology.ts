/** PodTopologySpread and InterPodAffinity: the filters that look at other nodes. */
import { isEmptySelector, nodeAffinityHolds, selects, untoleratedTaint, withLabelKeys } from "./matching.ts";
import { namespaceOf } from "./objects.ts";
import type { Cluster, Node, Pod, PodAffinityTerm } from "./objects.ts";

function labelOf(node: Node, key: string): string | undefined {
  const labels = node.metadata.labels ?? {};
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}

/** @returns why the pod may not go to the node by its hard topology spread constraints, or undefined */
export function spreadRefusal(cluster: Cluster, pod: Pod, node: Node): string | undefined {
  const hard = (pod.spec.topologySpreadConstraints ?? []).filter((c) => c.whenUnsatisfiable === "DoNotSchedule");
  const labels = pod.metadata.labels ?? {};
  const counted = cluster.nodes.filter((other) => hard.every((c) => labelOf(other, c.topologyKey) !== undefined));
  for (const constraint of hard) {
    const domain = labelOf(node, constraint.topologyKey);
    if (domain === undefined) return `node has no label ${constraint.topologyKey}`;
    const selector = withLabelKeys(constraint.labelSelector, labels, constraint.matchLabelKeys);
    const counts = new Map<string, number>();
    for (const other of counted) {
      if ((constraint.nodeAffinityPolicy ?? "Honor") === "Honor" && !nodeAffinityHolds(pod, other)) continue;
      if (constraint.nodeTaintsPolicy === "Honor" && untoleratedTaint(pod, other) !== undefined) continue;
      const matching = cluster.pods.filter(
        (bound) =>
          bound.spec.nodeName === other.metadata.name &&
          bound.metadata.deletionTimestamp === undefined &&
          namespaceOf(bound) === namespaceOf(pod) &&
          !isEmptySelector(selector) &&
          selects(selector, bound.metadata.labels ?? {}),
      );
      const key = labelOf(other, constraint.topologyKey) ?? "";
      counts.set(key, (counts.get(key) ?? 0) + matching.length);
    }
    const least = counts.size < (constraint.minDomains ?? 1) ? 0 : Math.min(...counts.values());
    const self = selects(selector, labels) ? 1 : 0;
    const skew = (counts.get(domain) ?? 0) + self - least;
    if (skew > constraint.maxSkew) return `skew ${String(skew)} over ${constraint.topologyKey} exceeds maxSkew`;
  }
  return undefined;
}

/** Whether `term`, written on `owner`, speaks of `other`. */
function termMatches(cluster: Cluster, owner: Pod, term: PodAffinityTerm, other: Pod): boolean {
  const namespace = namespaceOf(other);
  const named = term.namespaces ?? [];
  const isOwn = named.length === 0 && term.namespaceSelector === undefined;
  const labels = cluster.namespaces?.find((n) => n.metadata.name === namespace)?.metadata.labels ?? {};
  const isInScope =
    named.includes(namespace) ||
    (isOwn && namespace === namespaceOf(owner)) ||
    (term.namespaceSelector !== undefined && selects(term.namespaceSelector, labels));
  const ownLabels = owner.metadata.labels ?? {};
  const selector = withLabelKeys(term.labelSelector, ownLabels, term.matchLabelKeys, term.mismatchLabelKeys);
  return isInScope && selects(selector, other.metadata.labels ?? {});
}

/** @returns why required pod affinity or anti-affinity, the pod's or a bound pod's, keeps the pod off the node */
export function podAffinityRefusal(cluster: Cluster, pod: Pod, node: Node): string | undefined {
  const wanted = pod.spec.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  const unwanted = pod.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  const byName = new Map(cluster.nodes.map((n) => [n.metadata.name, n]));
  const isBeside = (bound: Pod, key: string): boolean => {
    const other = byName.get(bound.spec.nodeName ?? "");
    const domain = labelOf(node, key);
    return other !== undefined && domain !== undefined && labelOf(other, key) === domain;
  };
  if (wanted.some((term) => labelOf(node, term.topologyKey) === undefined)) return "pod affinity: no topology label";
  // A pod counts for the affinity only if every term selects it.
  const friends = cluster.pods.filter((bound) => wanted.every((term) => termMatches(cluster, pod, term, bound)));
  if (!wanted.every((term) => friends.some((bound) => isBeside(bound, term.topologyKey)))) {
    const isAnywhere = friends.some((bound) => {
      const other = byName.get(bound.spec.nodeName ?? "");
      return other !== undefined && wanted.some((term) => labelOf(other, term.topologyKey) !== undefined);
    });
    const isFirst = !isAnywhere && wanted.every((term) => termMatches(cluster, pod, term, pod));
    if (!isFirst) return "pod affinity: no matching pod in the domain";
  }
  const meets = (term: PodAffinityTerm): boolean =>
    cluster.pods.some((bound) => isBeside(bound, term.topologyKey) && termMatches(cluster, pod, term, bound));
  if (unwanted.some(meets)) return "pod anti-affinity: a matching pod in the domain";
  const isRepelled = cluster.pods.some((bound) =>
    (bound.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).some(
      (term) => isBeside(bound, term.topologyKey) && termMatches(cluster, bound, term, pod),
    ),
  );
  return isRepelled ? "pod anti-affinity of a bound pod" : undefined;
}
