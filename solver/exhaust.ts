/** Exhaustive search for small parts: every mix that could still be cheaper, each packed or shown not to hold the pods. */
import type { Relaxation } from "./bound.ts";
import { CapCounter } from "./caps.ts";
import type { Budget } from "./budget.ts";
import type { CoverRow } from "./cover.ts";
import { binNode, LimitCounter, newNode } from "./pack.ts";
import { nodesCost } from "./part.ts";
import type { PackedNode, Packing, Part } from "./part.ts";

/** Mixes to look at; with more in the window there is nothing to be gained. */
const MAX_MIXES = 2_000;
const MAX_ENUMERATION = 200_000;
const MAX_NODES = 14;
/** Steps of one packing search; a mix that needs more stays undecided. */
const PACKING_STEPS = 60_000;

export interface ExhaustAnswer {
  /** Proven: every cheaper mix was refuted up to this cost, USD per hour. */
  readonly lowerBound: number;
  /** A cheaper packing, which is then optimal; undefined when there is none. */
  readonly packing: Packing | undefined;
}

/**
 * Goes through the mixes between the bound and the incumbent by rising cost. Each is packed exactly; the first that holds
 * the pods is optimal, and when none does the incumbent is.
 *
 * In the LP every shape's rows are worth `dual(s) <= price(s)`, and all rows together the bound, so a mix that satisfies
 * the rows costs at least `bound + sum of (price - dual)`: few shapes can be in it when the window is small.
 *
 * @returns undefined when the part is too large to begin with
 */
export function exhaust(
  part: Part,
  relaxation: Relaxation,
  incumbent: Packing,
  lowerBound: number,
  budget: Budget,
): ExhaustAnswer | undefined {
  if (incumbent.nodes.length > MAX_NODES || part.binCount > MAX_NODES) return undefined;
  const mixes = mixesWithin(part, relaxation, incumbent.cost - 1e-9, budget);
  if (mixes === undefined) return undefined;
  for (const { mix, cost } of mixes) {
    const verdict = packExactly(part, mix, budget);
    if (verdict === "undecided" || budget.isSpent())
      return { lowerBound: Math.max(lowerBound, cost), packing: undefined };
    if (verdict !== "impossible") return { lowerBound: cost, packing: verdict };
  }
  return { lowerBound: incumbent.cost, packing: undefined };
}

interface Mix {
  readonly mix: readonly number[];
  readonly cost: number;
}

/** Every multiset of shapes below `most` that covers all rows, cheapest first; undefined when there are too many. */
function mixesWithin(part: Part, relaxation: Relaxation, most: number, budget: Budget): Mix[] | undefined {
  const rows = [...relaxation.rows, ...relaxation.reserve];
  const limits = new LimitCounter(part, []);
  const duals = Float64Array.from({ length: part.shapeCount }, (_, s) =>
    Math.min(relaxation.shapeValues[s]!, part.price[s]!),
  );
  const order = Array.from({ length: part.shapeCount }, (_, s) => s)
    .filter((s) => relaxation.bound + part.price[s]! - duals[s]! < most)
    .sort((a, b) => part.price[b]! - part.price[a]!);
  const found: Mix[] = [];
  const chosen: number[] = [];
  let steps = 0;
  const visit = (from: number, cost: number, value: number): boolean => {
    if (++steps > MAX_ENUMERATION || found.length > MAX_MIXES || ((steps & 255) === 0 && budget.isSpent()))
      return false;
    if (covers(rows, chosen)) found.push({ mix: chosen.slice(), cost });
    for (let i = from; i < order.length; i++) {
      const s = order[i]!;
      const next = cost + part.price[s]!;
      const nextValue = value + duals[s]!;
      if (next + Math.max(0, relaxation.bound - nextValue) >= most || !limits.allows(s)) continue;
      chosen.push(s);
      limits.add(s, 1);
      const goesOn = visit(i, next, nextValue);
      limits.add(s, -1);
      chosen.pop();
      if (!goesOn) return false;
    }
    return true;
  };
  if (!visit(0, 0, 0)) return undefined;
  return found.sort((a, b) => a.cost - b.cost);
}

function covers(rows: readonly CoverRow[], mix: readonly number[]): boolean {
  return rows.every((row) => {
    let sum = 0;
    for (const s of mix) sum += row.coefficients[s]!;
    return sum >= row.need * (1 - 1e-9);
  });
}

/** Depth-first over classes and nodes: how many pods of the class go to each node, most first. */
function packExactly(part: Part, mix: readonly number[], budget: Budget): Packing | "impossible" | "undecided" {
  const { resourceCount: R, classCount: K, requests } = part;
  const bins = Array.from({ length: part.binCount }, (_, b) => binNode(part, b));
  const nodes = [
    ...bins,
    ...mix
      .slice()
      .sort((a, b) => a - b)
      .map((s) => newNode(part, s)),
  ];
  const counters = nodes.map((node) => {
    const counter = new CapCounter(part);
    counter.reset(node);
    return counter;
  });
  const pods = nodes.map(() => new Int32Array(K));
  const free = nodes.map((node) => {
    const table = node.shape >= 0 ? part.capacity : part.binFree;
    const row = node.shape >= 0 ? node.shape : node.bin;
    return table.slice(row * R, row * R + R);
  });
  const order = hardestFirst(part);
  let steps = 0;

  const takes = (i: number, k: number): boolean => {
    const node = nodes[i]!;
    return node.shape >= 0 ? part.shapeTakes[node.shape * K + k] === 1 : part.binTakes[node.bin * K + k] === 1;
  };
  const room = (i: number, k: number, left: number): number => {
    if (!takes(i, k)) return 0;
    let most = Math.min(left, counters[i]!.room(k));
    for (let r = 0; r < R; r++) {
      const need = requests[k * R + r]!;
      if (need > 0) most = Math.min(most, Math.floor(free[i]![r]! / need));
    }
    return most;
  };
  const put = (i: number, k: number, count: number): void => {
    for (let r = 0; r < R; r++) free[i]![r]! -= count * requests[k * R + r]!;
    counters[i]!.add(k, count);
    pods[i]![k]! += count;
  };
  const isTwinOfPrevious = (i: number, depth: number): boolean => {
    if (i === 0 || nodes[i]!.shape < 0 || nodes[i - 1]!.shape !== nodes[i]!.shape) return false;
    for (let d = 0; d < depth; d++) if (pods[i]![order[d]!] !== pods[i - 1]![order[d]!]) return false;
    return true;
  };
  /** @returns true placed, false impossible, undefined out of steps */
  const place = (depth: number, i: number, left: number): boolean | undefined => {
    if (++steps > PACKING_STEPS || ((steps & 1023) === 0 && budget.isSpent())) return undefined;
    const k = order[depth];
    if (k === undefined) return true;
    if (left === 0) return place(depth + 1, 0, part.demand[order[depth + 1] ?? k]!);
    if (i === nodes.length) return false;
    // Of equal nodes the first takes at least as many: the others are the same plan with names exchanged.
    const most = Math.min(room(i, k, left), isTwinOfPrevious(i, depth) ? pods[i - 1]![k]! : Infinity);
    for (let count = most; count >= 0; count--) {
      put(i, k, count);
      const placed = place(depth, i + 1, left - count);
      if (placed !== false) return placed;
      put(i, k, -count);
    }
    return false;
  };
  const first = order[0];
  const placed = first === undefined ? true : place(0, 0, part.demand[first]!);
  budget.spend(1 + Math.floor(steps / 500));
  if (placed === undefined) return "undecided";
  if (!placed) return "impossible";
  nodes.forEach((node, i) => {
    setContent(part, node, pods[i]!);
  });
  const used = nodes.filter((node) => node.classes.length > 0);
  return { nodes: used, unplaced: new Int32Array(K), cost: nodesCost(part, used) };
}

/** The class that takes the most of the largest capacity goes first. */
function hardestFirst(part: Part): number[] {
  const { resourceCount: R, requests } = part;
  const largest = new Float64Array(R);
  for (let s = 0; s < part.shapeCount; s++)
    for (let r = 0; r < R; r++) largest[r] = Math.max(largest[r]!, part.capacity[s * R + r]!);
  const size = (k: number): number => {
    let most = 0;
    for (let r = 0; r < R; r++) most = Math.max(most, requests[k * R + r]! / Math.max(largest[r]!, 1));
    return most;
  };
  return Array.from({ length: part.classCount }, (_, k) => k)
    .filter((k) => part.demand[k]! > 0)
    .sort((a, b) => size(b) - size(a));
}

function setContent(part: Part, node: PackedNode, pods: Int32Array): void {
  const { resourceCount: R, requests } = part;
  pods.forEach((count, k) => {
    if (count === 0) return;
    node.classes.push(k);
    node.counts.push(count);
    for (let r = 0; r < R; r++) node.used[r]! += count * requests[k * R + r]!;
  });
}
