/** Node groups as Cluster Autoscaler scales them: one group at a time, chosen by least waste, blind to the price. */
import { CapCounter } from "../caps.ts";
import { LimitCounter, newNode } from "../pack.ts";
import { nodesCost } from "../part.ts";
import type { PackedNode, Packing, Part } from "../part.ts";
import { byPriorityThenSize, firstFitIntoBins, fitsBeside } from "./first-fit.ts";

/**
 * Every shape is a node group. For each group the estimator packs all pods that it can take, first-fit-decreasing; the
 * least-waste expander takes the group with the smallest sum of the wasted shares of CPU and memory; then the rest.
 */
export function nodeGroupsLeastWaste(part: Part): Packing {
  const left = part.demand.slice();
  const nodes = firstFitIntoBins(part, left);
  const limits = new LimitCounter(part, []);
  const order = byPriorityThenSize(part);
  for (;;) {
    let best: PackedNode[] = [];
    let bestWaste = Infinity;
    for (let s = 0; s < part.shapeCount; s++) {
      const option = estimate(part, s, left, order, limits);
      if (option.length === 0) continue;
      const waste = wastedShares(part, s, option);
      if (waste < bestWaste) {
        bestWaste = waste;
        best = option;
      }
    }
    if (best.length === 0) return { nodes, unplaced: left, cost: nodesCost(part, nodes) };
    for (const node of best) {
      nodes.push(node);
      limits.add(node.shape, 1);
      node.classes.forEach((k, i) => (left[k]! -= node.counts[i]!));
    }
  }
}

/** The nodes of group `s` that its estimator would add for the pods left. */
function estimate(
  part: Part,
  s: number,
  left: Int32Array,
  order: readonly number[],
  limits: LimitCounter,
): PackedNode[] {
  const open: { node: PackedNode; counter: CapCounter }[] = [];
  const added = limits.copy();
  for (const k of order) {
    if (part.shapeTakes[s * part.classCount + k] === 0) continue;
    let pods = left[k]!;
    for (const { node, counter } of open) {
      if (pods === 0) break;
      pods -= addWhileFits(part, node, counter, k, pods);
    }
    while (pods > 0 && added.allows(s)) {
      const node = newNode(part, s);
      const counter = new CapCounter(part);
      const taken = addWhileFits(part, node, counter, k, pods);
      if (taken === 0) break;
      added.add(s, 1);
      open.push({ node, counter });
      pods -= taken;
    }
  }
  return open.map((entry) => entry.node);
}

function addWhileFits(part: Part, node: PackedNode, counter: CapCounter, k: number, pods: number): number {
  const { resourceCount: R, requests } = part;
  let taken = 0;
  while (taken < pods && counter.room(k) > 0 && fitsBeside(part, node.used, k, part.capacity, node.shape)) {
    for (let r = 0; r < R; r++) node.used[r]! += requests[k * R + r]!;
    counter.add(k, 1);
    taken++;
  }
  if (taken > 0) {
    node.classes.push(k);
    node.counts.push(taken);
  }
  return taken;
}

/** Resources 0 and 1 are CPU and memory by the compiler's convention. */
function wastedShares(part: Part, s: number, nodes: readonly PackedNode[]): number {
  let waste = 0;
  for (let r = 0; r < Math.min(2, part.resourceCount); r++) {
    const whole = nodes.length * part.capacity[s * part.resourceCount + r]!;
    const used = nodes.reduce((sum, node) => sum + node.used[r]!, 0);
    waste += whole > 0 ? 1 - used / whole : 0;
  }
  return waste;
}
