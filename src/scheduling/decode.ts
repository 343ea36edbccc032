/** Solution to Plan: class counts become named pods on named machines, each with alternates, and the rest gets reasons. */
import { type Content, type NewNodes, type Solution, relativeGap } from "../../solver/solution.ts";
import { type ExistingNodeFill, type Plan, type PlannedNode, type Unschedulable } from "../domain/plan.ts";
import { type PodKey, podKey } from "../domain/pod.ts";
import type { Resources } from "../domain/resources.ts";
import { AlternateFinder } from "./alternates.ts";
import { type Shape, labelsOfShape } from "./compile/shapes.ts";
import type { Compiled } from "./compiled.ts";
import { explainPlan } from "./explain-plan.ts";
import { ATTACH_PREFIX } from "./volumes.ts";
import { explainUnplaced } from "./explain-unplaced.ts";

/**
 * Gives the Solution its meaning back.
 *
 * Pods of a class are dealt out in the order of their names: first to existing nodes, then to new nodes, dearest first.
 * @throws RangeError when the Solution places more pods of a class than there are: a bug of the solver
 */
export function decodePlan(compiled: Compiled, solution: Solution): Plan {
  const dealer = new PodDealer(compiled);
  const existingNodes = existingFills(compiled, solution, dealer);
  const nodes = plannedNodes(compiled, solution, dealer);
  const unschedulable = [...refusedPods(compiled), ...unplacedPods(compiled, solution, dealer)].sort((a, b) =>
    a.pod < b.pod ? -1 : 1,
  );
  const hourlyUsd = nodes.reduce((sum, node) => sum + node.priceUsdPerHour, 0);
  const certificate = {
    hourlyUsd,
    // The sum of the same prices in another order may differ in its last bits.
    lowerBoundUsd: Math.min(solution.lowerBound, hourlyUsd),
    gap: relativeGap(hourlyUsd, solution.lowerBound),
    greedyHourlyUsd: solution.greedyCost,
    greedyUnplaced: solution.greedyUnplaced,
  };
  const plan: Plan = { nodes, existingNodes, unschedulable, certificate, explanation: [] };
  return { ...plan, explanation: explainPlan(compiled, solution, plan) };
}

/** Hands out the pods of each class one after the other. */
class PodDealer {
  private readonly keys: readonly (readonly PodKey[])[];
  private readonly next: Int32Array;

  constructor(compiled: Compiled) {
    this.keys = compiled.index.classes.map((one) => one.pods.map(podKey));
    this.next = new Int32Array(this.keys.length);
  }

  deal(content: Content): readonly PodKey[] {
    const dealt: PodKey[] = [];
    for (let i = 0; i < content.classes.length; i++) this.take(content.classes[i]!, content.pods[i]!, dealt);
    return dealt;
  }

  /** All that were not dealt. */
  rest(k: number): readonly PodKey[] {
    return this.keys[k]!.slice(this.next[k]);
  }

  private take(k: number, pods: number, into: PodKey[]): void {
    const from = this.next[k]!;
    const keys = this.keys[k]!;
    if (from + pods > keys.length)
      throw new RangeError(`the solution places more than the ${keys.length} pods of class ${k}`);
    for (let i = from; i < from + pods; i++) into.push(keys[i]!);
    this.next[k] = from + pods;
  }
}

function existingFills(compiled: Compiled, solution: Solution, dealer: PodDealer): readonly ExistingNodeFill[] {
  return [...solution.bins]
    .map((fill) => ({ fill, name: compiled.index.bins[fill.bin]!.name }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ fill, name }) => ({ name, pods: dealer.deal(fill.content) }))
    .filter((fill) => fill.pods.length > 0);
}

/** One distinct content on one shape: everything that its nodes share. */
type SharedNode = Omit<PlannedNode, "pods">;

function plannedNodes(compiled: Compiled, solution: Solution, dealer: PodDealer): readonly PlannedNode[] {
  const finder = new AlternateFinder(compiled);
  const labels = new Map<Shape, ReadonlyMap<string, string>>();
  const shared = new Map<string, SharedNode>();
  const nodes: PlannedNode[] = [];
  for (const group of [...solution.nodes].sort((a, b) => byPriceThenKind(compiled, a, b))) {
    const key = `${group.shape}|${group.content.classes.join(",")}|${group.content.pods.join(",")}`;
    let common = shared.get(key);
    if (common === undefined) {
      const shape = compiled.index.shapes[group.shape]!;
      let own = labels.get(shape);
      if (own === undefined) labels.set(shape, (own = labelsOfShape(shape.kind, shape.offering)));
      common = sharedNode(compiled, group, shape, own, finder);
      shared.set(key, common);
    }
    for (let i = 0; i < group.count; i++) nodes.push({ ...common, pods: dealer.deal(group.content) });
  }
  return nodes;
}

/** Dearest first; equal prices by shape, then by content, so that the order does not hang on the search. */
function byPriceThenKind(compiled: Compiled, a: NewNodes, b: NewNodes): number {
  const { price } = compiled.problem;
  if (price[a.shape] !== price[b.shape]) return price[b.shape]! - price[a.shape]!;
  if (a.shape !== b.shape) return a.shape - b.shape;
  const text = (nodes: NewNodes): string => `${nodes.content.classes.join(",")}|${nodes.content.pods.join(",")}`;
  return text(a) < text(b) ? -1 : 1;
}

function sharedNode(
  compiled: Compiled,
  group: NewNodes,
  shape: Shape,
  labels: ReadonlyMap<string, string>,
  finder: AlternateFinder,
): SharedNode {
  const { kind, offering } = shape;
  const demand = demandOf(compiled, group.content);
  return {
    nodePool: kind.nodePool.name,
    instanceType: kind.instanceType.name,
    zone: offering.zone,
    capacityType: offering.capacityType,
    priceUsdPerHour: offering.priceUsdPerHour,
    labels,
    requests: resourcesOf(compiled.index.resources, demand),
    daemonRequests: compiled.index.daemons[group.shape]!.requests,
    allocatable: kind.allocatable,
    alternates: finder.find(group.shape, group.content, demand),
  };
}

/** Length R: what the pods of a content ask for together. */
export function demandOf(compiled: Compiled, content: Content): Float64Array {
  const { requests, resourceCount } = compiled.problem;
  const demand = new Float64Array(resourceCount);
  for (let i = 0; i < content.classes.length; i++) {
    const row = content.classes[i]! * resourceCount;
    for (let r = 0; r < resourceCount; r++) demand[r]! += requests[row + r]! * content.pods[i]!;
  }
  return demand;
}

function resourcesOf(names: readonly string[], amounts: Float64Array): Resources {
  return new Map(
    names.flatMap((name, r) =>
      amounts[r]! > 0 && !name.startsWith(ATTACH_PREFIX) ? [[name, amounts[r]!] as const] : [],
    ),
  );
}

function refusedPods(compiled: Compiled): readonly Unschedulable[] {
  return compiled.refused.flatMap(({ pods, code, reason }) => pods.map((pod) => ({ pod: podKey(pod), code, reason })));
}

function unplacedPods(compiled: Compiled, solution: Solution, dealer: PodDealer): readonly Unschedulable[] {
  const unplaced: Unschedulable[] = [];
  compiled.index.classes.forEach((_, k) => {
    const rest = dealer.rest(k);
    if (rest.length === 0) return;
    const why = explainUnplaced(compiled, solution, k);
    for (const pod of rest) unplaced.push({ pod, ...why });
  });
  return unplaced;
}
