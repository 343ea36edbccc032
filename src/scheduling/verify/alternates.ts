/** Alternates of planned nodes: each is to be had at its price, in the same pool, and holds the same pods. */
import { allocatableOf } from "../../domain/allocatable.ts";
import type { InstanceType } from "../../domain/instance-type.ts";
import type { NodePool } from "../../domain/node-pool.ts";
import type { Alternate, Plan, PlannedNode } from "../../domain/plan.ts";
import type { Pod, PodKey } from "../../domain/pod.ts";
import {
  CAPACITY_TYPE_LABEL,
  ZONE_LABEL,
  allows,
  canonicalKey,
  canonicalLabels,
  valueSetOf,
} from "../../domain/requirement.ts";
import { amountOf } from "../../domain/resources.ts";
import type { Snapshot } from "../../domain/snapshot.ts";
import type { Report } from "./violation.ts";
import { offeringLabels, offeringsOf } from "./hosts.ts";
import { meetsNodeRules } from "./node-rules.ts";

/** Checks each distinct list once per distinct set of node rules among the pods it is for. */
export function checkAlternates(snapshot: Snapshot, plan: Plan, pods: ReadonlyMap<PodKey, Pod>, report: Report): void {
  const pools = new Map(snapshot.nodePools.map((pool) => [pool.name, pool]));
  const types = new Map<string, ReadonlyMap<string, InstanceType>>();
  const seen = new Map<readonly Alternate[], Set<unknown>>();
  for (const node of plan.nodes) {
    const pool = pools.get(node.nodePool);
    if (pool === undefined || node.alternates.length === 0) continue;
    let byName = types.get(pool.name);
    if (byName === undefined) {
      byName = new Map((snapshot.instanceTypes.get(pool.name) ?? []).map((type) => [type.name, type]));
      types.set(pool.name, byName);
    }
    let checked = seen.get(node.alternates);
    if (checked === undefined) {
      seen.set(node.alternates, (checked = new Set<unknown>()));
      checkList(node, byName, report);
    }
    for (const key of node.pods) {
      const pod = pods.get(key);
      if (pod === undefined || (pod.nodeSelector.size === 0 && pod.requiredNodeTerms.length === 0)) continue;
      if (checked.has(pod.nodeSelector) && checked.has(pod.requiredNodeTerms)) continue;
      checked.add(pod.nodeSelector).add(pod.requiredNodeTerms);
      for (const one of node.alternates) checkPod(pod, one, node, pool, byName.get(one.instanceType), report);
    }
  }
}

function checkList(node: PlannedNode, types: ReadonlyMap<string, InstanceType>, report: Report): void {
  let before = 0;
  for (const one of node.alternates) {
    const name = `alternate ${one.instanceType} ${one.capacityType} in ${one.zone} for ${node.instanceType}`;
    const type = types.get(one.instanceType);
    const offered = type === undefined ? [] : offeringsOf(type, one).filter((other) => other.available);
    if (type === undefined || !offered.some((other) => Math.abs(other.priceUsdPerHour - one.priceUsdPerHour) < 1e-9)) {
      report("BAD_ALTERNATE", `${name}: not to be had at ${one.priceUsdPerHour}`);
      continue;
    }
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
  one: Alternate,
  node: PlannedNode,
  pool: NodePool,
  type: InstanceType | undefined,
  report: Report,
): void {
  if (type === undefined) return;
  const labels = alternateLabels(one, node, pool, type);
  const broken = meetsNodeRules(pod, labels);
  if (broken !== undefined) {
    report("BAD_ALTERNATE", `${one.instanceType} in ${one.zone} breaks ${broken.text} of ${pod.namespace}/${pod.name}`);
  }
  for (const requirement of pool.requirements) {
    const key = canonicalKey(requirement.key);
    if (key !== ZONE_LABEL && key !== CAPACITY_TYPE_LABEL && !type.requirements.has(key)) continue;
    if (!allows(valueSetOf(requirement), labels.get(key))) {
      report("BAD_ALTERNATE", `${one.instanceType} in ${one.zone} breaks ${key} of NodePool ${pool.name}`);
    }
  }
}

/** The labels of the planned node with everything that type and offering decide replaced. */
function alternateLabels(
  one: Alternate,
  node: PlannedNode,
  pool: NodePool,
  type: InstanceType,
): ReadonlyMap<string, string> {
  const labels = new Map(canonicalLabels(node.labels));
  for (const [key, set] of type.requirements) {
    if (set.complement || set.values.size > 1) continue;
    labels.delete(key);
    for (const value of set.values) labels.set(key, value);
  }
  for (const [key, value] of offeringLabels(pool, one)) labels.set(key, value);
  return labels;
}
