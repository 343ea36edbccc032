/** The way in: one Problem in, one Solution out. */
import { Budget } from "./budget.ts";
import { independentParts } from "./components.ts";
import type { LinearSolver } from "./linear-program.ts";
import { Assembly } from "./assemble.ts";
import type { Problem } from "./problem.ts";
import { buildPart } from "./reduce.ts";
import type { ClassPiece } from "./reduce.ts";
import { baselinePart, searchPart } from "./search.ts";
import type { PartAnswer } from "./search.ts";
import { relativeGap, PROVEN_GAP } from "./solution.ts";
import type { Solution, SolveOptions, SolveProgress, StopReason } from "./solution.ts";
import { splitSpreads } from "./spread.ts";

/** What the solver needs from outside: it reads no clock and imports no GLPK itself. */
export interface SolverContext {
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly linear: LinearSolver;
  readonly onProgress?: (progress: SolveProgress) => void;
}

/**
 * Finds the cheapest new nodes that hold the Problem's pods, with a proven lower bound.
 *
 * Never dearer than the greedy plan on the same pods; an answer exists at any deadline. Tiers go one after the other:
 * what the first can take it takes, whatever it costs, since weights come before money.
 *
 * @throws RangeError when the Problem breaks its own invariants: a bug of the compiler
 */
export function solveProblem(problem: Problem, options: SolveOptions, context: SolverContext): Solution {
  const budget = new Budget(options, context.now);
  const { pieces, refused } = splitSpreads(problem, allPieces(problem));
  const assembly = new Assembly(problem, refused);
  const tiers = tiersOf(problem);
  let waiting = pieces;
  const narrow = tierNarrower(problem, tiers.length);
  tiers.forEach((tier, round) => {
    const origin = new Map(waiting.map((piece) => [narrow(piece, tier, round === 0), piece]));
    const eligible = [...origin.keys()];
    const parts = independentParts(problem, eligible);
    const left: ClassPiece[] = [];
    let podsToGo = eligible.reduce((sum, piece) => sum + piece.demand, 0);
    for (const part of parts) {
      const pods = part.reduce((sum, piece) => sum + piece.demand, 0);
      const isLast = round === tiers.length - 1;
      const share = pods / Math.max(1, podsToGo) / (isLast ? 1 : 1.5);
      podsToGo -= pods;
      const answer = solvePieces(assembly.remaining(), part, budget.slice(share), options, context, assembly);
      part.forEach((piece, k) => {
        const unplaced = answer.packing.unplaced[k]!;
        if (unplaced > 0) left.push({ ...origin.get(piece)!, demand: unplaced });
      });
    }
    waiting = left;
  });
  assembly.refuse(waiting);
  return finish(assembly, budget, options, context);
}

function solvePieces(
  problem: Problem,
  pieces: readonly ClassPiece[],
  budget: Budget,
  options: SolveOptions,
  context: SolverContext,
  assembly: Assembly,
): PartAnswer {
  const part = buildPart(problem, pieces);
  const settings = {
    gapTarget: options.gapTarget,
    seed: options.seed,
    report: (phase: SolveProgress["phase"], cost: number, lowerBound: number): void => {
      const elapsedMs = budget.elapsedMs();
      context.onProgress?.({
        phase,
        elapsedMs,
        cost: assembly.cost + cost,
        lowerBound: assembly.lowerBound + lowerBound,
      });
    },
  };
  const answer =
    options.strategy === "ilp"
      ? searchPart(part, context.linear, budget, settings)
      : baselinePart(part, options.strategy, context.linear, budget);
  assembly.add(part, answer);
  return answer;
}

/** One piece a class; classes of one group share their lists. */
function allPieces(problem: Problem): ClassPiece[] {
  const { groupShapes, groupBins, groupCount } = problem;
  const row = (table: Problem["groupShapes"], g: number): Int32Array =>
    table.items.subarray(table.offsets[g], table.offsets[g + 1]);
  const lists = Array.from({ length: groupCount }, (_, g) => ({
    shapes: row(groupShapes, g),
    bins: row(groupBins, g),
  }));
  return Array.from({ length: problem.classCount }, (_, k) => ({
    classIndex: k,
    demand: problem.demand[k]!,
    ...lists[problem.group[k]!]!,
  }));
}

function tiersOf(problem: Problem): number[] {
  const tiers = [...new Set(problem.shapeTier)].sort((a, b) => a - b);
  return tiers.length > 0 ? tiers : [0];
}

/** Narrows a piece to the shapes of one tier. Bins are offered to everyone in the first round, and only then. */
function tierNarrower(
  problem: Problem,
  tierCount: number,
): (piece: ClassPiece, tier: number, withBins: boolean) => ClassPiece {
  const none = new Int32Array(0);
  const lists = new Map<Int32Array, Map<number, Int32Array>>();
  return (piece, tier, withBins) => {
    if (tierCount === 1) return { ...piece };
    const byTier = lists.get(piece.shapes) ?? new Map<number, Int32Array>();
    lists.set(piece.shapes, byTier);
    const shapes = byTier.get(tier) ?? piece.shapes.filter((s) => problem.shapeTier[s] === tier);
    byTier.set(tier, shapes);
    return { ...piece, shapes, bins: withBins ? piece.bins : none };
  };
}

function finish(assembly: Assembly, budget: Budget, options: SolveOptions, context: SolverContext): Solution {
  const { cost } = assembly;
  const close = Math.abs(cost - assembly.lowerBound) <= cost * TOLERANCE;
  const lowerBound = close ? cost : Math.min(cost, assembly.lowerBound);
  const solution = assembly.solution(
    lowerBound,
    stopReason(cost, lowerBound, budget, options),
    budget.elapsedMs(),
    budget.counts,
  );
  context.onProgress?.({ phase: "polish", elapsedMs: budget.elapsedMs(), cost, lowerBound });
  return solution;
}

/** GLPK's integer and pruning tolerances: bounds that differ from the cost by less are the cost. */
const TOLERANCE = 1e-7;

function stopReason(cost: number, lowerBound: number, budget: Budget, options: SolveOptions): StopReason {
  const gap = relativeGap(cost, lowerBound);
  if (gap <= PROVEN_GAP) return "proven";
  if (options.strategy !== "ilp") return "heuristic";
  if (gap <= options.gapTarget) return "gap";
  return budget.isSpent() || budget.usedShare() > 0.9 ? budget.stopReason() : "exhausted";
}
