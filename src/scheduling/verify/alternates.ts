/** Alternates of planned nodes: each is to be had at its price, in the same pool, and holds the same pods. */
import { allocatableOf } from "../../domain/allocatable.ts";
import type { InstanceType } from "../../domain/instance-type.ts";
import type { NodePool } from "../../domain/node-pool.ts";
import type { Alternate, Plan, PlannedNode } from "../../domain/plan.ts";
import { type Pod, podKey } from "../../domain/pod.ts";
import {
  CAPACITY_TYPE_LABEL,
  ZONE_LABEL,
  allows,
  setsIntersect,
  canonicalKey,
  canonicalLabels,
  valueSetOf,
} from "../../domain/requirement.ts";
import { amountOf } from "../../domain/resources.ts";
import type { Snapshot } from "../../domain/snapshot.ts";
import type { Report } from "./violation.ts";
import { type PlacedPods, offeringLabels, offeringsOf } from "./hosts.ts";
import { meetsNodeRules } from "./node-rules.ts";

/** Checks each distinct list once per distinct set of node rules among the pods it is for. */
export function checkAlternates(snapshot: Snapshot, plan: Plan, placed: PlacedPods, report: Report): void {
  const pools = new Map(snapshot.nodePools.map((pool) => [pool.name, pool]));
  const types = new Map<string, ReadonlyMap<string, InstanceType>>();
  const allowed = poolFilter();
  const seen = new Map<readonly Alternate[], CheckedList>();
  plan.nodes.forEach((node, i) => {
    const pool = pools.get(node.nodePool);
    if (pool === undefined || node.alternates.length === 0) return;
    let byName = types.get(pool.name);
    if (byName === undefined) {
      byName = new Map((snapshot.instanceTypes.get(pool.name) ?? []).map((type) => [type.name, type]));
      types.set(pool.name, byName);
    }
    let list = seen.get(node.alternates);
    if (list?.pool !== pool) {
      checkList(node, pool, byName, allowed, report);
      list = { pool, labels: undefined, met: new Set() };
      seen.set(node.alternates, list);
    }
    for (const pod of placed.onNew[i]!) checkPod(pod, node, list, byName, report);
  });
}

/** A list of alternates that was looked at, with the labels each would have. */
interface CheckedList {
  readonly pool: NodePool;
  /** Made when a pod first asks for labels. */
  labels: readonly ReadonlyMap<string, string>[] | undefined;
  /** Selectors and affinity terms that all of them meet. */
  readonly met: Set<unknown>;
}

function checkList(
  node: PlannedNode,
  pool: NodePool,
  types: ReadonlyMap<string, InstanceType>,
  allowed: ReturnType<typeof poolFilter>,
  report: Report,
): void {
  let before = 0;
  for (const one of node.alternates) {
    const name = `alternate ${one.instanceType} ${one.capacityType} in ${one.zone} for ${node.instanceType}`;
    const type = types.get(one.instanceType);
    const offered = type === undefined ? [] : offeringsOf(type, one).filter((other) => other.available);
    if (type === undefined || !offered.some((other) => Math.abs(other.priceUsdPerHour - one.priceUsdPerHour) < 1e-9)) {
      report("BAD_ALTERNATE", `${name}: not to be had at ${one.priceUsdPerHour}`);
      continue;
    }
    if (!allowed(pool, type, one)) report("BAD_ALTERNATE", `${name}: NodePool ${pool.name} does not allow it`);
    const allocatable = allocatableOf(type);
    for (const [resource, amount] of node.requests) {
      if (amount > amountOf(allocatable, resource)) report("BAD_ALTERNATE", `${name}: too little ${resource}`);
    }
    if (one.priceUsdPerHour < before - 1e-9) report("BAD_ALTERNATE", `${name}: not in the order of prices`);
    before = one.priceUsdPerHour;
  }
}

function checkPod(
  pod: Pod,
  node: PlannedNode,
  list: CheckedList,
  types: ReadonlyMap<string, InstanceType>,
  report: Report,
): void {
  if (pod.nodeSelector.size === 0 && pod.requiredNodeTerms.length === 0) return;
  if (list.met.has(pod.nodeSelector) && list.met.has(pod.requiredNodeTerms)) return;
  list.met.add(pod.nodeSelector).add(pod.requiredNodeTerms);
  list.labels ??= node.alternates.map((one) => alternateLabels(one, node, list.pool, types.get(one.instanceType)));
  list.labels.forEach((labels, i) => {
    const broken = meetsNodeRules(pod, labels);
    if (broken === undefined) return;
    const { instanceType, zone } = node.alternates[i]!;
    report("BAD_ALTERNATE", `${instanceType} in ${zone} breaks ${broken.text} of ${podKey(pod)}`);
  });
}

/** Which machines a pool allows: its requirements on what type and offering decide. Answers are kept. */
function poolFilter(): (pool: NodePool, type: InstanceType, one: Alternate) => boolean {
  const known = new Map<NodePool, Map<string, boolean>>();
  return (pool, type, one) => {
    const answers = known.get(pool) ?? new Map<string, boolean>();
    known.set(pool, answers);
    const text = `${type.name} ${one.zone} ${one.capacityType}`;
    let answer = answers.get(text);
    if (answer === undefined) {
      answer = pool.requirements.every((requirement) => {
        const key = canonicalKey(requirement.key);
        const set = valueSetOf(requirement);
        if (key === ZONE_LABEL) return allows(set, one.zone);
        if (key === CAPACITY_TYPE_LABEL) return allows(set, one.capacityType);
        const own = type.requirements.get(key);
        return own === undefined || setsIntersect(own, set);
      });
      answers.set(text, answer);
    }
    return answer;
  };
}

/** The labels of the planned node with everything that type and offering decide replaced. */
function alternateLabels(
  one: Alternate,
  node: PlannedNode,
  pool: NodePool,
  type: InstanceType | undefined,
): ReadonlyMap<string, string> {
  const labels = new Map(canonicalLabels(node.labels));
  for (const [key, set] of type?.requirements ?? []) {
    if (set.complement || set.values.size > 1) continue;
    labels.delete(key);
    for (const value of set.values) labels.set(key, value);
  }
  for (const [key, value] of offeringLabels(pool, one)) labels.set(key, value);
  return labels;
}
