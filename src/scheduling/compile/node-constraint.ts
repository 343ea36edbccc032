/** What a pod asks of the labels of its node: nodeSelector and required node affinity as one OR of requirement sets. */
import type { Pod } from "../../domain/pod.ts";
import {
  type Requirements,
  type ValueSet,
  allowsLabels,
  formatRequirements,
  intersectRequirements,
  mayBeAbsent,
  requirementsOf,
  requirementsOfLabels,
} from "../../domain/requirement.ts";

/** Holds where any of the terms holds. No terms at all: holds nowhere. */
export interface NodeConstraint {
  readonly terms: readonly Requirements[];
}

/** Holds everywhere. */
export const ANYWHERE: NodeConstraint = { terms: [new Map()] };

/**
 * nodeSelector AND (term OR term OR ...).
 *
 * An empty term selects nothing, as in Kubernetes.
 */
export function nodeConstraintOf(pod: Pick<Pod, "nodeSelector" | "requiredNodeTerms">): NodeConstraint {
  if (pod.nodeSelector.size === 0 && pod.requiredNodeTerms.length === 0) return ANYWHERE;
  const selector = requirementsOfLabels(pod.nodeSelector);
  if (pod.requiredNodeTerms.length === 0) return { terms: [selector] };
  const terms = pod.requiredNodeTerms.filter((term) => term.length > 0);
  return { terms: terms.map((term) => intersectRequirements(selector, requirementsOf(term))) };
}

/** Adds requirements to every alternative. */
export function narrowConstraint(constraint: NodeConstraint, extra: Requirements): NodeConstraint {
  if (extra.size === 0) return constraint;
  return { terms: constraint.terms.map((term) => intersectRequirements(term, extra)) };
}

/** Adds what the pod's volumes ask: any one of their alternatives. */
export function withVolumes(constraint: NodeConstraint, pod: Pick<Pod, "volumeTerms">): NodeConstraint {
  const alternatives = pod.volumeTerms ?? [];
  if (alternatives.length === 0) return constraint;
  return { terms: alternatives.flatMap((term) => narrowConstraint(constraint, requirementsOf(term)).terms) };
}

/** Whether a node with these labels (under canonical keys) meets the constraint. */
export function constraintAllows(constraint: NodeConstraint, labels: ReadonlyMap<string, string>): boolean {
  return constraint.terms.some((term) => allowsLabels(term, labels));
}

/** The constraint in words, for messages. */
export function formatConstraint(constraint: NodeConstraint): string {
  if (constraint.terms.length === 0) return "nothing (an empty node affinity term selects no node)";
  return constraint.terms.map(formatRequirements).join(" or ");
}

/** The same text for constraints that allow the same by construction; empty for {@link ANYWHERE}. */
export function constraintText(constraint: NodeConstraint): string {
  if (constraint.terms.length === 0) return "nowhere";
  const terms = constraint.terms.map((term) =>
    [...term]
      .map(([key, set]) => `${key}\u0001${valueSetText(set)}`)
      .sort()
      .join("\u0002"),
  );
  return [...new Set(terms)].sort().join("\u0003");
}

/** The same text for equal sets. */
export function valueSetText(set: ValueSet): string {
  const head = `${set.complement ? "not" : "in"}${mayBeAbsent(set) ? "?" : ""}`;
  return `${head}\u0004${set.gte ?? ""}\u0004${set.lte ?? ""}\u0004${[...set.values].sort().join("\u0005")}`;
}
