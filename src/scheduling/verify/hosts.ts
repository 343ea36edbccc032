/** The nodes as they would be if the plan were carried out: what each is, what runs on it and what comes. */
import { allocatableOf } from "../../domain/allocatable.ts";
import type { InstanceType, Offering } from "../../domain/instance-type.ts";
import type { DaemonSet, Node } from "../../domain/node.ts";
import type { NodePool } from "../../domain/node-pool.ts";
import type { Alternate, Plan, PlannedNode } from "../../domain/plan.ts";
import type { Pod } from "../../domain/pod.ts";
import {
  CAPACITY_TYPE_LABEL,
  HOSTNAME_LABEL,
  NODE_POOL_LABEL,
  PROVISIONER_LABEL,
  REGION_LABEL,
  RESERVATION_LABEL,
  ZONE_LABEL,
  allows,
  canonicalKey,
  canonicalLabels,
  valueSetOf,
} from "../../domain/requirement.ts";
import { type Resources } from "../../domain/resources.ts";
import type { Snapshot } from "../../domain/snapshot.ts";
import { type Taint, untoleratedTaint } from "../../domain/taint.ts";
import type { Report } from "./violation.ts";
import { meetsNodeRules } from "./node-rules.ts";

export interface Host {
  readonly name: string;
  /** Under canonical keys. A node yet to be born has no hostname. */
  readonly labels: ReadonlyMap<string, string>;
  readonly taints: readonly Taint[];
  readonly unschedulable: boolean;
  readonly allocatable: Resources;
  readonly running: readonly Pod[];
  /** DaemonSet pods that will come and are not there yet. */
  readonly daemons: readonly DaemonSet[];
  readonly planned: readonly Pod[];
}

/** The pods that a plan places, in the order of its nodes. */
export interface PlacedPods {
  readonly onNew: readonly (readonly Pod[])[];
  readonly onExisting: readonly (readonly Pod[])[];
}

/** Planned nodes first, then all nodes that exist. */
export function hostsOf(snapshot: Snapshot, plan: Plan, placed: PlacedPods, report: Report): readonly Host[] {
  const daemons = daemonFinder(snapshot);
  const inspect = plannedNodeInspector(snapshot, report);
  const hosts: Host[] = [];
  plan.nodes.forEach((node, i) => {
    const name = `node ${i} (${node.instanceType} in ${node.zone})`;
    const facts = inspect(node, name);
    if (facts === undefined) return;
    hosts.push({
      ...facts,
      name,
      unschedulable: false,
      running: [],
      daemons: daemons(facts.labels, facts.taints, undefined),
      planned: placed.onNew[i]!,
    });
  });
  const fills = new Map<string, readonly Pod[]>();
  plan.existingNodes.forEach((fill, i) => {
    if (fills.has(fill.name)) report("UNKNOWN_NODE", `the node ${fill.name} is in the plan twice`);
    fills.set(fill.name, [...(fills.get(fill.name) ?? []), ...placed.onExisting[i]!]);
  });
  for (const node of snapshot.nodes) {
    const labels = withHostname(node);
    hosts.push({
      name: `the node ${node.name}`,
      labels,
      taints: node.taints,
      unschedulable: node.unschedulable,
      allocatable: node.allocatable,
      running: node.pods,
      daemons: daemons(labels, node.taints, node),
      planned: fills.get(node.name) ?? [],
    });
    fills.delete(node.name);
  }
  for (const name of fills.keys()) report("UNKNOWN_NODE", `the snapshot has no node ${name}`);
  return hosts;
}

function withHostname(node: Node): ReadonlyMap<string, string> {
  const labels = canonicalLabels(node.labels);
  return labels.has(HOSTNAME_LABEL) ? labels : new Map([...labels, [HOSTNAME_LABEL, node.name]]);
}

/** The offering that a plan names, whatever its price; undefined when the type has none there. */
export function offeringsOf(type: InstanceType, choice: Alternate): readonly Offering[] {
  return type.offerings.filter((one) => one.zone === choice.zone && one.capacityType === choice.capacityType);
}

/** What a planned node is, from the pool and the type alone; findings are kept, as most nodes are alike. */
function plannedNodeInspector(
  snapshot: Snapshot,
  report: Report,
): (node: PlannedNode, name: string) => Pick<Host, "labels" | "taints" | "allocatable"> | undefined {
  const pools = new Map(snapshot.nodePools.map((pool) => [pool.name, pool]));
  const types = new Map<string, ReadonlyMap<string, InstanceType>>();
  const known = new Map<ReadonlyMap<string, string>, Map<string, Pick<Host, "labels" | "taints" | "allocatable">>>();
  return (node, name) => {
    const pool = pools.get(node.nodePool);
    if (pool?.unusable !== undefined || pool === undefined) {
      report("UNKNOWN_NODE", `${name}: nothing can be launched from NodePool ${node.nodePool}`);
      return undefined;
    }
    let byName = types.get(pool.name);
    if (byName === undefined) {
      byName = new Map((snapshot.instanceTypes.get(pool.name) ?? []).map((type) => [type.name, type]));
      types.set(pool.name, byName);
    }
    const type = byName.get(node.instanceType);
    if (type === undefined) {
      report("NOT_OFFERED", `${name}: NodePool ${pool.name} has no instance type ${node.instanceType}`);
      return undefined;
    }
    const same = `${pool.name}|${type.name}|${node.zone}|${node.capacityType}|${node.priceUsdPerHour}`;
    const before = known.get(node.labels)?.get(same);
    if (before !== undefined) return before;
    checkOffer(node, type, name, report);
    checkLabels(node, pool, type, name, report);
    const facts = { labels: canonicalLabels(node.labels), taints: pool.taints, allocatable: allocatableOf(type) };
    known.set(node.labels, (known.get(node.labels) ?? new Map<string, typeof facts>()).set(same, facts));
    return facts;
  };
}

function checkOffer(node: PlannedNode, type: InstanceType, name: string, report: Report): void {
  const offered = offeringsOf(type, node).filter((one) => one.available);
  if (offered.length === 0) report("NOT_OFFERED", `${name}: not available as ${node.capacityType}`);
  else if (!offered.some((one) => Math.abs(one.priceUsdPerHour - node.priceUsdPerHour) < 1e-9)) {
    const listed = offered.map((one) => one.priceUsdPerHour).join(" or ");
    report("WRONG_PRICE", `${name}: planned at ${node.priceUsdPerHour}, offered at ${listed}`);
  }
}

/** Labels that come from the offering: what they must be. */
export function offeringLabels(pool: NodePool, choice: Alternate): ReadonlyMap<string, string> {
  const poolLabel = pool.kind === "NodePool" ? NODE_POOL_LABEL : PROVISIONER_LABEL;
  return new Map<string, string>([
    [ZONE_LABEL, choice.zone],
    [CAPACITY_TYPE_LABEL, choice.capacityType],
    [poolLabel, pool.name],
  ]);
}

/** Every label has a source that gives this value, and none is missing that the pool's requirements ask for. */
function checkLabels(node: PlannedNode, pool: NodePool, type: InstanceType, name: string, report: Report): void {
  const labels = canonicalLabels(node.labels);
  const wrong = (key: string, why: string): void => {
    report("WRONG_LABELS", `${name}: the label ${key} is ${labels.get(key) ?? "missing"}, but ${why}`);
  };
  const given = offeringLabels(pool, node);
  const fixed = canonicalLabels(pool.labels);
  const wanted = pool.requirements.map((one) => ({ key: canonicalKey(one.key), set: valueSetOf(one) }));
  for (const [key, value] of given) if (labels.get(key) !== value) wrong(key, `the offering says ${value}`);
  for (const [key, value] of fixed) if (labels.get(key) !== value) wrong(key, `NodePool ${pool.name} says ${value}`);
  for (const [key, set] of type.requirements) {
    if (!given.has(key) && !allows(set, labels.get(key))) wrong(key, `${type.name} does not allow it`);
  }
  const sourced = new Set([
    ...given.keys(),
    ...fixed.keys(),
    ...type.requirements.keys(),
    REGION_LABEL,
    RESERVATION_LABEL,
  ]);
  const open = new Set(wanted.map((one) => one.key));
  for (const key of labels.keys())
    if (!sourced.has(key) && !open.has(key)) wrong(key, "nothing gives the node this label");
  for (const { key, set } of wanted) {
    if (key !== HOSTNAME_LABEL && !allows(set, labels.get(key))) {
      report(
        "POOL_REQUIREMENT",
        `${name}: NodePool ${pool.name} does not allow ${key}=${labels.get(key) ?? "(missing)"}`,
      );
    }
  }
  if (pool.sizing.zones.length > 0 && !pool.sizing.zones.includes(node.zone)) {
    report("POOL_REQUIREMENT", `${name}: NodePool ${pool.name} has no subnet in ${node.zone}`);
  }
}

/** Node conditions that every DaemonSet pod tolerates. */
const CONDITIONS =
  /^node\.kubernetes\.io\/(not-ready|unreachable|(disk|memory|pid)-pressure|network-unavailable|unschedulable)$/;

/** Which DaemonSets still have to come to a node; kept by labels and taints, which most nodes share. */
function daemonFinder(
  snapshot: Snapshot,
): (labels: Host["labels"], taints: readonly Taint[], node: Node | undefined) => readonly DaemonSet[] {
  const known = new Map<Host["labels"], Map<readonly Taint[], readonly DaemonSet[]>>();
  const fitting = (labels: Host["labels"], taints: readonly Taint[]): readonly DaemonSet[] => {
    const before = known.get(labels)?.get(taints);
    if (before !== undefined) return before;
    const lasting = taints.filter((taint) => !CONDITIONS.test(taint.key));
    const found = snapshot.daemonSets.filter(
      ({ pod }) =>
        meetsNodeRules(pod, labels) === undefined && untoleratedTaint(lasting, pod.tolerations) === undefined,
    );
    known.set(labels, (known.get(labels) ?? new Map<readonly Taint[], readonly DaemonSet[]>()).set(taints, found));
    return found;
  };
  return (labels, taints, node) => {
    const all = snapshot.daemonSets.length === 0 ? [] : fitting(labels, taints);
    if (node === undefined || all.length === 0) return all;
    const there = new Set(node.pods.map((pod) => `${pod.namespace} ${pod.owner ?? ""}`));
    return all.filter((one) => !there.has(`${one.namespace} DaemonSet/${one.name}`));
  };
}
