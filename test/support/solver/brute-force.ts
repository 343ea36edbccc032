/** The true optimum of a tiny Problem, by trying every way to put its pods into nodes. Shares no code with the search. */
import { certifySolution } from "../../../solver/certify.ts";
import type { Problem } from "../../../solver/problem.ts";
import type { Content, Solution } from "../../../solver/solution.ts";

interface OpenNode {
  readonly shape: number;
  readonly bin: number;
  readonly pods: Map<number, number>;
  readonly used: number[];
}

/**
 * The least cost of placing exactly `demand` pods of each class, USD per hour; Infinity when there is no way.
 *
 * Rules that are not about one node's room (caps, limits, spreads) are left to the certificate at each leaf.
 */
export function bruteForceCost(problem: Problem, demand: Int32Array): number {
  const pods = [...demand].flatMap((count, k) => Array.from({ length: count }, () => k));
  const bins = Array.from({ length: problem.binCount }, (_, bin): OpenNode => ({
    shape: -1,
    bin,
    pods: new Map(),
    used: [0, 0, 0],
  }));
  const open: OpenNode[] = [...bins];
  let best = Infinity;
  const visit = (index: number, cost: number): void => {
    if (cost >= best - 1e-12) return;
    if (index === pods.length) {
      if (certifySolution({ ...problem, demand }, toSolution(problem, open, cost)).length === 0) best = cost;
      return;
    }
    const k = pods[index]!;
    for (const node of open.slice()) {
      if (!mayTake(problem, node, k)) continue;
      place(problem, node, k, 1);
      visit(index + 1, cost);
      place(problem, node, k, -1);
    }
    for (let shape = 0; shape < problem.shapeCount; shape++) {
      const node: OpenNode = { shape, bin: -1, pods: new Map(), used: [0, 0, 0] };
      if (!mayTake(problem, node, k)) continue;
      open.push(node);
      place(problem, node, k, 1);
      visit(index + 1, cost + problem.price[shape]!);
      open.pop();
    }
  };
  visit(0, 0);
  return best;
}

function mayTake(problem: Problem, node: OpenNode, k: number): boolean {
  const { offsets, items } = node.shape >= 0 ? problem.groupShapes : problem.groupBins;
  const group = problem.group[k]!;
  const index = node.shape >= 0 ? node.shape : node.bin;
  if (!items.subarray(offsets[group], offsets[group + 1]).includes(index)) return false;
  const room = node.shape >= 0 ? problem.allocatable : problem.binFree;
  const R = problem.resourceCount;
  return node.used.every((used, r) => used + problem.requests[k * R + r]! <= room[index * R + r]!);
}

function place(problem: Problem, node: OpenNode, k: number, sign: number): void {
  const pods = (node.pods.get(k) ?? 0) + sign;
  if (pods === 0) node.pods.delete(k);
  else node.pods.set(k, pods);
  for (let r = 0; r < problem.resourceCount; r++)
    node.used[r]! += sign * problem.requests[k * problem.resourceCount + r]!;
}

function toSolution(problem: Problem, open: readonly OpenNode[], cost: number): Solution {
  const content = (node: OpenNode): Content => {
    const sorted = [...node.pods].sort((a, b) => a[0] - b[0]);
    return { classes: Int32Array.from(sorted, ([k]) => k), pods: Int32Array.from(sorted, ([, n]) => n) };
  };
  const used = open.filter((node) => node.pods.size > 0);
  return {
    stop: "proven",
    nodes: used
      .filter((node) => node.shape >= 0)
      .map((node) => ({ shape: node.shape, count: 1, content: content(node) })),
    bins: used.filter((node) => node.bin >= 0).map((node) => ({ bin: node.bin, content: content(node) })),
    unplaced: new Int32Array(problem.classCount),
    cost,
    lowerBound: cost,
    greedyCost: cost,
    greedyUnplaced: 0,
    stats: { ms: 0, work: 0, classes: 0, shapes: 0, lpSolves: 0, ilpSolves: 0, packings: 0, polishMoves: 0, parts: 0 },
  };
}
