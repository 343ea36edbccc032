/** Label selectors, node selectors and tolerations, as kube-scheduler reads them. */
import type { Labels, LabelSelector, Node, NodeSelectorTerm, Pod, Requirement, Toleration } from "./objects.ts";

function integer(text: string | undefined): bigint | undefined {
  return text !== undefined && /^[+-]?\d+$/.test(text) ? BigInt(text.replace(/^\+/, "")) : undefined;
}

function requirementHolds(requirement: Requirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined;
  const values = requirement.values ?? [];
  switch (requirement.operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
    case "Lt": {
      const [have, asked] = [integer(value), integer(values[0])];
      if (have === undefined || asked === undefined) return false;
      return requirement.operator === "Gt" ? have > asked : have < asked;
    }
    default:
      return false;
  }
}

/** @returns whether the selector selects the labels: none does when it is absent, all do when it is empty */
export function selects(selector: LabelSelector | undefined, labels: Labels): boolean {
  if (selector === undefined) return false;
  const wanted = Object.entries(selector.matchLabels ?? {});
  return (
    wanted.every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value) &&
    (selector.matchExpressions ?? []).every((requirement) => requirementHolds(requirement, labels))
  );
}

/** @returns whether the selector is there but asks nothing */
export function isEmptySelector(selector: LabelSelector | undefined): boolean {
  if (selector === undefined) return false;
  return Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0;
}

/** Adds a requirement for each key that the pod's labels hold, as the API server does with (mis)matchLabelKeys. */
export function withLabelKeys(
  selector: LabelSelector | undefined,
  labels: Labels,
  match: readonly string[] = [],
  mismatch: readonly string[] = [],
): LabelSelector | undefined {
  if (selector === undefined) return undefined;
  const add = (keys: readonly string[], operator: string): Requirement[] =>
    keys.flatMap((key) => {
      const value = labels[key];
      return value === undefined ? [] : [{ key, operator, values: [value] }];
    });
  const added = [...add(match, "In"), ...add(mismatch, "NotIn")];
  return { ...selector, matchExpressions: [...(selector.matchExpressions ?? []), ...added] };
}

/** @returns whether one of the terms holds on the node; a term that asks nothing holds nowhere */
export function termsHold(terms: readonly NodeSelectorTerm[], node: Node): boolean {
  return terms.some((term) => {
    const expressions = term.matchExpressions ?? [];
    const fields = term.matchFields ?? [];
    if (expressions.length + fields.length === 0) return false;
    return (
      expressions.every((requirement) => requirementHolds(requirement, node.metadata.labels ?? {})) &&
      fields.every((requirement) => requirementHolds(requirement, { "metadata.name": node.metadata.name }))
    );
  });
}

/** @returns whether the pod's nodeSelector and required node affinity hold on the node */
export function nodeAffinityHolds(pod: Pod, node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  if (!selects({ matchLabels: pod.spec.nodeSelector ?? {} }, labels)) return false;
  const required = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || termsHold(required.nodeSelectorTerms ?? [], node);
}

function tolerates(
  toleration: Toleration,
  taint: { key: string; value?: string | undefined; effect: string },
): boolean {
  if ((toleration.effect ?? "") !== "" && toleration.effect !== taint.effect) return false;
  if ((toleration.key ?? "") !== "" && toleration.key !== taint.key) return false;
  if (toleration.operator === "Exists") return true;
  const isEqual = (toleration.operator ?? "") === "" || toleration.operator === "Equal";
  return isEqual && (toleration.value ?? "") === (taint.value ?? "");
}

/** @returns whether a taint is tolerated by one of the pod's tolerations */
export function isTolerated(pod: Pod, taint: { key: string; value?: string | undefined; effect: string }): boolean {
  return (pod.spec.tolerations ?? []).some((toleration) => tolerates(toleration, taint));
}

/** @returns the node's first NoSchedule or NoExecute taint that the pod does not tolerate */
export function untoleratedTaint(pod: Pod, node: Node): string | undefined {
  return (node.spec?.taints ?? []).find((taint) => taint.effect !== "PreferNoSchedule" && !isTolerated(pod, taint))
    ?.key;
}
