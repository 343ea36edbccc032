/**
 * Checks a Plan against its Snapshot, straight from pods and nodes: it shares neither code nor data with what made the
 * plan, so that a mistake there cannot hide here. Linear in pods and nodes, and run on every decision.
 */
import type { Plan } from "../domain/plan.ts";
import { type Pod, type PodKey, podKey } from "../domain/pod.ts";
import type { Snapshot } from "../domain/snapshot.ts";
import { checkAlternates } from "./verify/alternates.ts";
import { checkMoney } from "./verify/money.ts";
import { checkNodeLimits } from "./verify/pool-limits.ts";
import { checkNeighbours } from "./verify/neighbours.ts";
import { checkRoomAndRules } from "./verify/placement.ts";
import { checkSpread } from "./verify/spread.ts";
import { hostsOf } from "./verify/hosts.ts";
import type { Report, Violation } from "./verify/violation.ts";

/** More than this says nothing new. */
const MAX_VIOLATIONS = 100;

export type { Violation, ViolationCode } from "./verify/violation.ts";

/** Everything that is wrong with the plan; empty for a valid one. */
export function verifyPlan(snapshot: Snapshot, plan: Plan): readonly Violation[] {
  const violations: Violation[] = [];
  const report: Report = (code, message) => {
    if (violations.length < MAX_VIOLATIONS) violations.push({ code, message });
  };
  const pods = new Map<PodKey, Pod>();
  for (const pod of snapshot.pods) pods.set(podKey(pod), pod);
  checkEachPodOnce(pods, plan, report);
  const hosts = hostsOf(snapshot, plan, pods, report);
  checkRoomAndRules(hosts, report);
  checkNeighbours(snapshot, hosts, report);
  checkSpread(hosts, report);
  checkNodeLimits(snapshot, plan, report);
  checkAlternates(snapshot, plan, pods, report);
  checkMoney(plan, report);
  return violations;
}

/** Every pod is on one node, or unschedulable with a reason. */
function checkEachPodOnce(pods: ReadonlyMap<PodKey, Pod>, plan: Plan, report: Report): void {
  const seen = new Set<PodKey>();
  const see = (key: PodKey): void => {
    if (seen.has(key)) report("PLACED_TWICE", `${key} is in the plan twice`);
    seen.add(key);
    if (!pods.has(key)) report("UNKNOWN_POD", `${key} is no pending pod of the snapshot`);
  };
  for (const node of plan.nodes) node.pods.forEach(see);
  for (const fill of plan.existingNodes) fill.pods.forEach(see);
  for (const { pod, code, reason } of plan.unschedulable) {
    see(pod);
    if (reason.trim() === "" || code === "") report("NO_REASON", `${pod} is left without a reason`);
  }
  for (const key of pods.keys())
    if (!seen.has(key)) report("LOST_POD", `${key} is neither placed nor left with a reason`);
}
