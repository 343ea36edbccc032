/** Patterns: the cutting stock program over whole nodes, for a few kinds of pods (Gilmore and Gomory, 1963). */
import type { Relaxation } from "./bound.ts";
import type { Budget } from "./budget.ts";
import type { CoverRow } from "./cover.ts";
import type { LinearSolver } from "./linear-program.ts";
import { newNode } from "./pack.ts";
import { hasLimits } from "./part.ts";
import type { PackedNode, Part } from "./part.ts";
import { PatternWorth } from "./pattern-worth.ts";
import { solveProgram } from "./programs.ts";

/** More kinds of pods than this make masters too slow for GLPK, which starts from nothing each time. */
const MAX_CLASSES = 64;
const MAX_ROUNDS = 60;
const COLUMNS_PER_ROUND = 24;

interface Pattern {
  readonly shape: number;
  readonly pods: Float64Array;
}

/** What the master over patterns says. */
export interface PatternAnswer {
  /** Undefined when the worth of a node could not be bounded. */
  readonly row: CoverRow | undefined;
  /** Nodes of the master's optimum, rounded down: they hold most of the demand at almost no waste. */
  readonly nodes: PackedNode[];
}

/**
 * Column generation. The row's weights are the duals of the master over patterns (a shape and what one node of it holds):
 *
 *   min sum price * x   over   sum over patterns of pods[k] * x >= demand[k]
 *
 * Any weights make a valid row with the most worth of a node as coefficients; these make the strongest.
 *
 * @param nodes  packings found so far: good patterns to start from
 * @returns undefined when the part is out of reach: too many classes, existing bins, caps or limits
 */
export function solvePatterns(
  part: Part,
  relaxation: Relaxation,
  nodes: readonly PackedNode[],
  linear: LinearSolver,
  budget: Budget,
): PatternAnswer | undefined {
  const { classCount: K, demand } = part;
  if (K > MAX_CLASSES || part.binCount > 0 || part.resourceCount < 2 || part.caps.length > 0 || hasLimits(part)) {
    return undefined;
  }
  if (demand.some((pods) => pods === 0)) return undefined;
  const patterns = [...startingPatterns(part), ...patternsOf(part, nodes)];
  let master: Master | undefined;
  for (let round = 0; round < MAX_ROUNDS && !budget.isSpent(); round++) {
    const next = solveMaster(part, patterns, linear, budget);
    if (next === undefined) break;
    master = next;
    const fresh = improvingPatterns(part, master.duals);
    if (fresh.length === 0) break;
    for (const pattern of fresh) patterns.push(pattern);
  }
  if (master === undefined) return undefined;
  return { row: rowOf(part, relaxation, master.duals), nodes: roundedDown(part, patterns, master.values) };
}

function rowOf(part: Part, relaxation: Relaxation, duals: Float64Array): CoverRow | undefined {
  const worth = new PatternWorth(part, duals, unitPrices(part, relaxation));
  const coefficients = Float64Array.from({ length: part.shapeCount }, (_, s) => worth.most(s));
  if (coefficients.some((most) => !Number.isFinite(most))) return undefined;
  const need = part.demand.reduce((sum, pods, k) => sum + pods * duals[k]!, 0);
  return need > 0 ? { weights: duals, coefficients, need } : undefined;
}

/** Whole nodes of the patterns in use; no class gets more pods than there are. */
function roundedDown(part: Part, patterns: readonly Pattern[], values: Float64Array): PackedNode[] {
  const { resourceCount: R, requests } = part;
  const left = part.demand.slice();
  const nodes: PackedNode[] = [];
  values.forEach((value, i) => {
    const { pods, shape } = patterns[i]!;
    for (let copy = 0; copy < Math.floor(value + 1e-6); copy++) {
      if (pods.some((count, k) => count > left[k]!)) break;
      const node = newNode(part, shape);
      pods.forEach((count, k) => {
        if (count === 0) return;
        left[k]! -= count;
        node.classes.push(k);
        node.counts.push(count);
        for (let r = 0; r < R; r++) node.used[r]! += count * requests[k * R + r]!;
      });
      nodes.push(node);
    }
  });
  return nodes;
}

interface Master {
  readonly duals: Float64Array;
  readonly values: Float64Array;
}

function solveMaster(
  part: Part,
  patterns: readonly Pattern[],
  linear: LinearSolver,
  budget: Budget,
): Master | undefined {
  const rows = Array.from(part.demand, (demand, k) =>
    Float64Array.from(patterns, (pattern) => pattern.pods[k]! / demand),
  );
  const prices = Float64Array.from(patterns, (pattern) => part.price[pattern.shape]!);
  const outcome = solveProgram(prices, rows, linear, budget);
  if (outcome.status !== "optimal" || outcome.duals === undefined) return undefined;
  const duals = outcome.duals.map((dual, k) => Math.max(0, dual) / part.demand[k]!);
  return { duals, values: outcome.values };
}

/** For each class the shape on which a node full of it costs least a pod. */
function startingPatterns(part: Part): Pattern[] {
  const { classCount: K, price, shapeCount: S } = part;
  const patterns: Pattern[] = [];
  for (let k = 0; k < K; k++) {
    let best: Pattern | undefined;
    let least = Infinity;
    for (let s = 0; s < S; s++) {
      const pods = Math.min(part.demand[k]!, roomFor(part, s, k, undefined));
      if (pods < 1 || price[s]! / pods >= least) continue;
      least = price[s]! / pods;
      best = { shape: s, pods: Float64Array.from({ length: K }, (_, j) => (j === k ? pods : 0)) };
    }
    if (best !== undefined) patterns.push(best);
  }
  return patterns;
}

function patternsOf(part: Part, nodes: readonly PackedNode[]): Pattern[] {
  const seen = new Map<string, Pattern>();
  for (const node of nodes) {
    if (node.shape < 0) continue;
    const pods = new Float64Array(part.classCount);
    node.classes.forEach((k, i) => (pods[k] = node.counts[i]!));
    seen.set(`${String(node.shape)}|${pods.join()}`, { shape: node.shape, pods });
  }
  return [...seen.values()];
}

/** Patterns that the duals pay more for than they cost; each shape's best of several greedy fills. */
function improvingPatterns(part: Part, duals: Float64Array): Pattern[] {
  const found: { pattern: Pattern; surplus: number }[] = [];
  for (let s = 0; s < part.shapeCount; s++) {
    const best = bestPattern(part, s, duals);
    const surplus = best.worth / Math.max(part.price[s]!, 1e-9) - 1;
    if (surplus > 1e-6) found.push({ pattern: { shape: s, pods: best.pods }, surplus });
  }
  return found
    .sort((a, b) => b.surplus - a.surplus)
    .slice(0, COLUMNS_PER_ROUND)
    .map((entry) => entry.pattern);
}

/** Greedy by worth a share of the node, once for each class that may come first and for several balances of the shares. */
function bestPattern(part: Part, s: number, duals: Float64Array): { pods: Float64Array; worth: number } {
  const { classCount: K, resourceCount: R, requests, capacity, shapeTakes } = part;
  let best = { pods: new Float64Array(K), worth: 0 };
  const classes = Array.from({ length: K }, (_, k) => k).filter((k) => shapeTakes[s * K + k] === 1 && duals[k]! > 0);
  for (const balance of [0.5, 0.25, 0.75]) {
    const share = (k: number): number =>
      balance * (requests[k * R]! / Math.max(1, capacity[s * R]!)) +
      (1 - balance) * (requests[k * R + 1]! / Math.max(1, capacity[s * R + 1]!));
    const order = classes.slice().sort((a, b) => duals[b]! / share(b) - duals[a]! / share(a));
    for (const first of [-1, ...order]) {
      const free = capacity.slice(s * R, s * R + R);
      const pods = new Float64Array(K);
      let worth = 0;
      const take = (k: number, most: number): void => {
        const count = Math.min(most, part.demand[k]! - pods[k]!, roomFor(part, s, k, free));
        if (count < 1) return;
        pods[k]! += count;
        worth += count * duals[k]!;
        for (let r = 0; r < R; r++) free[r]! -= count * requests[k * R + r]!;
      };
      if (first >= 0) take(first, 1);
      for (const k of order) take(k, Infinity);
      if (worth > best.worth) best = { pods, worth };
    }
  }
  return best;
}

/** Pods of class `k` that fit into `free`, or into an empty node of shape `s`. */
function roomFor(part: Part, s: number, k: number, free: Float64Array | undefined): number {
  const { resourceCount: R, requests, capacity, classCount: K, shapeTakes } = part;
  if (shapeTakes[s * K + k] === 0) return 0;
  let room = Infinity;
  for (let r = 0; r < R; r++) {
    const need = requests[k * R + r]!;
    if (need > 0) room = Math.min(room, Math.floor((free?.[r] ?? capacity[s * R + r]!) / need));
  }
  return room;
}

/** R: the price of a unit of each resource in the LP, averaged over the largest shape. */
function unitPrices(part: Part, relaxation: Relaxation): Float64Array {
  const prices = new Float64Array(part.resourceCount);
  for (const { measure, price } of relaxation.prices) {
    const { resource, weigh } = measure;
    let most = 1;
    for (let s = 0; s < part.shapeCount; s++) most = Math.max(most, part.capacity[s * part.resourceCount + resource]!);
    prices[resource]! += (price * weigh(most)) / most;
  }
  return prices;
}
