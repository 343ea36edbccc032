/** Rules that the model does not know yet: a pod that has one is refused with the rule's name, never placed by luck. */
import type { Pod } from "../../domain/pod.ts";

/** The code of every such refusal. */
export const NOT_YET_SUPPORTED = "NOT_YET_SUPPORTED";

/** What of the pod the model does not understand, as a clause; undefined when it understands all of it. */
export function notYetSupported(pod: Pod): string | undefined {
  if (pod.unsupported.length > 0) return pod.unsupported.join("; ");
  if (pod.podAffinity.length > 1) {
    // kube-scheduler counts only pods that all the terms mean together; the rules here judge term by term.
    return `more than one required podAffinity term (${pod.podAffinity.length}) is not supported yet`;
  }
  if (pod.resourceClaims.length > 0) return `resourceClaims (${pod.resourceClaims[0]!}) are not supported yet`;
  if (pod.schedulingGates.length > 0) return `it waits behind the scheduling gate ${pod.schedulingGates[0]!}`;
  if (pod.schedulerName !== "" && pod.schedulerName !== "default-scheduler") {
    return `another scheduler (${pod.schedulerName}) places it`;
  }
  return undefined;
}

/** Preferences of a pod that the plan does not weigh yet, by kind; they are reported, as they do not bind. */
export function preferencesOf(pod: Pod): readonly string[] {
  const kinds: string[] = [];
  if (pod.preferredNodeTerms.length > 0) kinds.push("preferred node affinity");
  if (pod.preferredPodAffinity.length > 0) kinds.push("preferred pod affinity");
  if (pod.preferredPodAntiAffinity.length > 0) kinds.push("preferred pod anti-affinity");
  if (pod.topologySpread.some((spread) => spread.whenUnsatisfiable === "ScheduleAnyway")) {
    kinds.push("ScheduleAnyway topology spread");
  }
  return kinds;
}
