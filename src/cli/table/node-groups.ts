/** Nodes of a plan that are alike, as one line. */
import type { PlannedNodeResponse } from "../../api/plan-response.ts";
import { requestAmount, tryParseQuantity } from "../../domain/quantity.ts";

/** Nodes of one pool, type, zone, capacity type and price. */
export interface NodeGroup {
  readonly nodes: readonly PlannedNodeResponse[];
  readonly first: PlannedNodeResponse;
  readonly leastPods: number;
  readonly mostPods: number;
}

/** The dearest groups first, pool by pool in the order of their cost. */
export function groupNodes(nodes: readonly PlannedNodeResponse[]): NodeGroup[] {
  const groups = new Map<string, PlannedNodeResponse[]>();
  const poolCost = new Map<string, number>();
  for (const node of nodes) {
    const { capacityType, hourlyUsd, instanceType, nodePool, zone } = node;
    const key = JSON.stringify([nodePool, instanceType, zone, capacityType, hourlyUsd]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [node]);
    else group.push(node);
    poolCost.set(nodePool, (poolCost.get(nodePool) ?? 0) + hourlyUsd);
  }
  const costOfPool = (group: NodeGroup): number => poolCost.get(group.first.nodePool) ?? 0;
  const cost = (group: NodeGroup): number => group.first.hourlyUsd * group.nodes.length;
  return [...groups.values()]
    .flatMap((group) => {
      const [first] = group;
      const pods = group.map((node) => node.pods.length);
      return first === undefined
        ? []
        : [{ nodes: group, first, leastPods: Math.min(...pods), mostPods: Math.max(...pods) }];
    })
    .sort(
      (a, b) =>
        costOfPool(b) - costOfPool(a) ||
        compare(a.first.nodePool, b.first.nodePool) ||
        cost(b) - cost(a) ||
        compare(a.first.instanceType, b.first.instanceType) ||
        compare(a.first.zone, b.first.zone),
    );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** How full something is of one resource: used and there, over all its nodes, in the resource's own unit. */
export interface Fill {
  readonly used: number;
  readonly total: number;
}

type Quantities = Readonly<Record<string, string>>;

/** Sums `requests` (several may apply) against `allocatable`. */
export function fillOf(
  nodes: readonly {
    readonly requests: readonly (Quantities | undefined)[];
    readonly allocatable: Quantities | undefined;
  }[],
  resource: string,
): Fill {
  let used = 0;
  let total = 0;
  for (const node of nodes) {
    total += amount(resource, node.allocatable);
    for (const requests of node.requests) used += amount(resource, requests);
  }
  return { used, total };
}

/** The fill of planned nodes, their DaemonSets included. */
export function fillOfPlanned(nodes: readonly PlannedNodeResponse[], resource: string): Fill {
  const parts = nodes.map((node) => ({
    requests: [node.requests, node.daemonRequests],
    allocatable: node.allocatable,
  }));
  return fillOf(parts, resource);
}

/** 0 to 1; 0 where there is nothing to fill. */
export function shareOf({ total, used }: Fill): number {
  return total > 0 ? used / total : 0;
}

/** Resources beside cpu, memory and pods that the nodes' pods ask for, e.g. nvidia.com/gpu. */
export function otherResources(nodes: readonly PlannedNodeResponse[]): string[] {
  const names = new Set<string>();
  for (const node of nodes) {
    for (const [name, text] of Object.entries(node.requests)) {
      if (name !== "cpu" && name !== "memory" && name !== "pods" && amount(name, { [name]: text }) > 0) names.add(name);
    }
  }
  return [...names].sort();
}

function amount(resource: string, quantities: Quantities | undefined): number {
  const text = quantities !== undefined && Object.hasOwn(quantities, resource) ? quantities[resource] : undefined;
  const quantity = text === undefined ? undefined : tryParseQuantity(text);
  return quantity === undefined ? 0 : requestAmount(resource, quantity);
}
