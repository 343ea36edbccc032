/**
 * Checks a Plan against its Snapshot, straight from pods and nodes: it shares neither code nor data with what made the
 * plan, so that a mistake there cannot hide here. Linear in pods and nodes, and run on every decision.
 */
import type { Plan } from "../domain/plan.ts";
import { type Pod, type PodKey, podKey } from "../domain/pod.ts";
import type { Snapshot } from "../domain/snapshot.ts";
import { checkAffinity } from "./verify/affinity.ts";
import { checkAlternates } from "./verify/alternates.ts";
import { checkMoney } from "./verify/money.ts";
import { checkNodeLimits } from "./verify/pool-limits.ts";
import { checkNeighbours } from "./verify/neighbours.ts";
import { checkRoomAndRules } from "./verify/placement.ts";
import { checkSpread } from "./verify/spread.ts";
import { type PlacedPods, hostsOf } from "./verify/hosts.ts";
import { checkVolumes } from "./verify/volumes.ts";
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
  const placed = placedPods(snapshot, plan, report);
  const hosts = hostsOf(snapshot, plan, placed, report);
  checkRoomAndRules(hosts, report);
  checkNeighbours(snapshot, hosts, report);
  checkSpread(snapshot, hosts, report);
  checkVolumes(snapshot, hosts, report);
  checkAffinity(snapshot, hosts, report);
  checkNodeLimits(snapshot, plan, report);
  checkAlternates(snapshot, plan, placed, report);
  checkMoney(plan, report);
  return violations;
}

/** Finds the pods behind the plan's names, and checks that every pod is on one node or left with a reason. */
function placedPods(snapshot: Snapshot, plan: Plan, report: Report): PlacedPods {
  const entries = new Map<PodKey, { readonly pod: Pod; seen: boolean }>();
  for (const pod of snapshot.pods) entries.set(podKey(pod), { pod, seen: false });
  const see = (key: PodKey): Pod | undefined => {
    const entry = entries.get(key);
    if (entry === undefined) {
      report("UNKNOWN_POD", `${key} is no pending pod of the snapshot`);
      return undefined;
    }
    if (entry.seen) report("PLACED_TWICE", `${key} is in the plan twice`);
    entry.seen = true;
    return entry.pod;
  };
  const seeAll = (keys: readonly PodKey[]): readonly Pod[] => {
    const pods: Pod[] = [];
    for (const key of keys) {
      const pod = see(key);
      if (pod !== undefined) pods.push(pod);
    }
    return pods;
  };
  const placed = {
    onNew: plan.nodes.map((node) => seeAll(node.pods)),
    onExisting: plan.existingNodes.map((fill) => seeAll(fill.pods)),
  };
  for (const { pod, code, reason } of plan.unschedulable) {
    see(pod);
    if (reason.trim() === "" || code === "") report("NO_REASON", `${pod} is left without a reason`);
  }
  for (const [key, { seen }] of entries)
    if (!seen) report("LOST_POD", `${key} is neither placed nor left with a reason`);
  return placed;
}
