/** The way in: one Problem in, one Solution out. */
import { Budget } from "./budget.ts";
import { colocate } from "./colocate.ts";
import { independentParts } from "./components.ts";
import type { LinearSolver } from "./linear-program.ts";
import { Assembly } from "./assemble.ts";
import type { Problem } from "./problem.ts";
import { buildPart } from "./reduce.ts";
import type { ClassPiece } from "./reduce.ts";
import { baselinePart, integerBound, searchPart } from "./search.ts";
import type { PartAnswer } from "./search.ts";
import { relativeGap, PROVEN_GAP } from "./solution.ts";
import type { Solution, SolveOptions, SolveProgress, StopReason } from "./solution.ts";
import { brokenPods, hasDomainRules, splitDomains } from "./domains.ts";

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
  const budget = new Budget(withMargin(options), context.now);
  const { problem: bundled, expand } = colocate(problem);
  const solution = expand(solveBundled(bundled, options, context, budget));
  if (problem.nodeNeeds.length === 0) return solution;
  // Bundles were our choice: only a bound without them holds for every plan.
  const bound = unsplitBound(problem, solution.unplaced, context, budget);
  return { ...solution, ...boundAndStop(solution.cost, bound, budget, options) };
}

function solveBundled(problem: Problem, options: SolveOptions, context: SolverContext, budget: Budget): Solution {
  let given = problem;
  for (let attempt = 1; ; attempt++) {
    const solution = solveOnce(problem, given, options, context, budget, attempt === MAX_ATTEMPTS);
    const withdrawn = brokenPods(problem, solution);
    if (attempt === MAX_ATTEMPTS || withdrawn.every((pods) => pods === 0)) return solution;
    given = { ...problem, demand: problem.demand.map((demand, k) => demand - solution.unplaced[k]! - withdrawn[k]!) };
  }
}

/** Tries to keep the domain rules of pods when others got no place; the last one places nothing that such a rule owns. */
const MAX_ATTEMPTS = 4;

function solveOnce(
  problem: Problem,
  given: Problem,
  options: SolveOptions,
  context: SolverContext,
  budget: Budget,
  withoutOwners: boolean,
): Solution {
  const owners = new Set(withoutOwners ? ruleOwners(problem) : []);
  const offered = allPieces(given).filter((piece) => !owners.has(piece.classIndex));
  const { pieces, refused } = splitDomains(given, offered);
  const withheld = problem.demand.map((demand, k) => demand - (owners.has(k) ? 0 : given.demand[k]!));
  const assembly = new Assembly(
    given,
    refused.map((pods, k) => pods + withheld[k]!),
  );
  const tiers = tiersOf(given);
  let waiting = pieces;
  const narrow = tierNarrower(given, tiers.length);
  tiers.forEach((tier, round) => {
    const origin = new Map(waiting.map((piece) => [narrow(piece, tier, round === 0), piece]));
    const eligible = [...origin.keys()];
    const parts = independentParts(given, eligible);
    const left: ClassPiece[] = [];
    let podsToGo = eligible.reduce((sum, piece) => sum + piece.demand, 0);
    for (const part of parts) {
      const pods = part.reduce((sum, piece) => sum + piece.demand, 0);
      const isLast = round === tiers.length - 1;
      const share = (pods / Math.max(1, podsToGo) / (isLast ? 1 : 1.5)) * (hasDomainRules(given) ? 0.85 : 1);
      podsToGo -= pods;
      const answer = solvePieces(assembly.remaining(), part, budget.slice(share), options, context, assembly, isLast);
      part.forEach((piece, k) => {
        const unplaced = answer.packing.unplaced[k]!;
        if (unplaced > 0) left.push({ ...origin.get(piece)!, demand: unplaced });
      });
    }
    waiting = left;
  });
  assembly.refuse(waiting);
  // The split fixed domains that a better plan might choose otherwise: its bounds hold for the split alone.
  if (hasDomainRules(given)) assembly.lowerBound = unsplitBound(problem, assembly.unplacedPods(), context, budget);
  return finish(assembly, budget, options, context);
}

function ruleOwners(problem: Problem): number[] {
  const rules = [...problem.spreads, ...problem.domainCaps, ...problem.domainNeeds];
  return rules.flatMap((rule) => [...rule.owners]);
}

/** The limit is the caller's; putting the answer together takes a little of it. */
function withMargin(options: SolveOptions): SolveOptions {
  return { ...options, timeLimitMs: options.timeLimitMs * TIME_MARGIN };
}

const TIME_MARGIN = 0.97;

/** A bound on placing all pods but the unplaced ones, with domain rules and tiers left out: fewer rules, never dearer. */
function unsplitBound(problem: Problem, unplaced: Int32Array, context: SolverContext, budget: Budget): number {
  const pieces = allPieces({ ...problem, demand: problem.demand.map((demand, k) => demand - unplaced[k]!) });
  return independentParts(problem, pieces).reduce(
    (sum, part) => sum + integerBound(buildPart(problem, part), context.linear, budget),
    0,
  );
}

function solvePieces(
  problem: Problem,
  pieces: readonly ClassPiece[],
  budget: Budget,
  options: SolveOptions,
  context: SolverContext,
  assembly: Assembly,
  isLast: boolean,
): PartAnswer {
  const part = buildPart(problem, pieces);
  const settings = {
    gapTarget: options.gapTarget,
    seed: options.seed,
    withPatterns: true,
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
  assembly.add(part, answer, isLast);
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
  })).filter((piece) => piece.demand > 0);
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
  const { lowerBound, stop } = boundAndStop(cost, assembly.lowerBound, budget, options);
  const solution = assembly.solution(lowerBound, stop, budget.elapsedMs(), budget.counts);
  context.onProgress?.({ phase: "polish", elapsedMs: budget.elapsedMs(), cost, lowerBound });
  return solution;
}

function boundAndStop(
  cost: number,
  bound: number,
  budget: Budget,
  options: SolveOptions,
): { lowerBound: number; stop: StopReason } {
  const isClose = Math.abs(cost - bound) <= cost * TOLERANCE;
  const lowerBound = isClose ? cost : Math.min(cost, bound);
  return { lowerBound, stop: stopReason(cost, lowerBound, budget, options) };
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
