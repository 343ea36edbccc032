/** What a pod asks of the labels of one node, straight from its manifest. */
import type { Pod } from "../../domain/pod.ts";
import { HOSTNAME_LABEL, type Requirement, allows, canonicalKey, valueSetOf } from "../../domain/requirement.ts";

/** The rule that the labels break, in words; undefined when the pod may be there. Labels are under canonical keys. */
export function meetsNodeRules(
  pod: Pick<Pod, "nodeSelector" | "requiredNodeTerms">,
  labels: ReadonlyMap<string, string>,
): { readonly rule: "NODE_SELECTOR" | "NODE_AFFINITY"; readonly text: string } | undefined {
  for (const [key, value] of pod.nodeSelector) {
    if (labels.get(canonicalKey(key)) !== value) return { rule: "NODE_SELECTOR", text: `${key}=${value}` };
  }
  if (pod.requiredNodeTerms.length === 0) return undefined;
  const fits = pod.requiredNodeTerms.some(
    (term) => term.length > 0 && term.every((one) => requirementHolds(one, labels)),
  );
  return fits ? undefined : { rule: "NODE_AFFINITY", text: `none of ${pod.requiredNodeTerms.length} terms holds` };
}

function requirementHolds(requirement: Requirement, labels: ReadonlyMap<string, string>): boolean {
  const key = canonicalKey(requirement.key);
  const value = labels.get(key);
  // A new node will have a name, though nobody knows which.
  if (key === HOSTNAME_LABEL && value === undefined) {
    return requirement.operator === "Exists" || requirement.operator === "NotIn";
  }
  return allows(valueSetOf(requirement), value);
}
