/** The Solution: what the solver answers, still numbers only, and how sure it is. */

/** Pods by class: `pods[i]` (>= 1) pods of class `classes[i]`, classes ascending. */
export interface Content {
  readonly classes: Int32Array;
  readonly pods: Int32Array;
}

/** `count` new nodes of one shape, each with the same content. */
export interface NewNodes {
  readonly shape: number;
  readonly count: number;
  readonly content: Content;
}

/** What an existing bin gets in addition to what it holds. */
export interface BinFill {
  readonly bin: number;
  readonly content: Content;
}

/** Why the search ended. `proven`: the cost equals the bound within {@link PROVEN_GAP}. */
export type StopReason = "proven" | "gap" | "time-limit" | "work-limit" | "exhausted" | "heuristic";

/** Relative gap at or below which cost and bound are the same number but for rounding. */
export const PROVEN_GAP = 1e-9;

export type Strategy = "ilp" | "greedy" | "cluster-autoscaler";

export interface SolveOptions {
  readonly strategy: Strategy;
  /** Wall time for the search, in ms. 0 answers with the greedy plan. Infinity with a work limit: deterministic. */
  readonly timeLimitMs: number;
  /** Units of search work (packing attempts, ILP solves count by size); Infinity for none. Same input, same answer. */
  readonly workLimit: number;
  /** Stop when (cost - bound) / bound is at most this. */
  readonly gapTarget: number;
  readonly seed: number;
}

/** How one solve went; every field is a measured number, for people and for benches. */
export interface SolveStats {
  readonly ms: number;
  readonly work: number;
  /** Classes and shapes after reduction. */
  readonly classes: number;
  readonly shapes: number;
  readonly lpSolves: number;
  readonly ilpSolves: number;
  readonly packings: number;
  readonly polishMoves: number;
  /** Independent parts solved separately. */
  readonly parts: number;
}

export interface Solution {
  readonly stop: StopReason;
  readonly nodes: readonly NewNodes[];
  readonly bins: readonly BinFill[];
  /** Length K: pods of each class left without a place. */
  readonly unplaced: Int32Array;
  /** Sum of the prices of the new nodes, USD per hour. */
  readonly cost: number;
  /** No plan that places the same pods costs less, USD per hour. Proven, or 0. */
  readonly lowerBound: number;
  /** Cost of the greedy plan on the same Problem, and how many pods it left unplaced. */
  readonly greedyCost: number;
  readonly greedyUnplaced: number;
  readonly stats: SolveStats;
}

/** Progress of a running solve, posted now and then. */
export interface SolveProgress {
  readonly phase: "greedy" | "bound" | "mix" | "polish";
  readonly elapsedMs: number;
  readonly cost: number;
  readonly lowerBound: number;
}

/** (cost - bound) / bound; 0 when both are 0; Infinity when only the bound is 0. */
export function relativeGap(cost: number, lowerBound: number): number {
  if (lowerBound > 0) return Math.max(0, (cost - lowerBound) / lowerBound);
  return cost > 0 ? Number.POSITIVE_INFINITY : 0;
}
