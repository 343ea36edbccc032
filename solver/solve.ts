/** The way in: one Problem in, one Solution out. */
import { Budget } from "./budget.ts";
import type { LinearSolver } from "./linear-program.ts";
import type { Problem } from "./problem.ts";
import { buildPart } from "./reduce.ts";
import { searchPart } from "./search.ts";
import type { Solution, SolveOptions, SolveProgress } from "./solution.ts";

/** What the solver needs from outside: it reads no clock and imports no GLPK itself. */
export interface SolverContext {
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly linear: LinearSolver;
  readonly onProgress?: (progress: SolveProgress) => void;
}
export function solveProblem(problem: Problem, options: SolveOptions, context: SolverContext): Solution {
  const budget = new Budget(options, context.now);
  const shapes = problem.groupShapes.items;
  const part = buildPart(problem, Array.from({ length: problem.classCount }, (_, k) => ({ classIndex: k, demand: problem.demand[k]!, shapes, bins: new Int32Array(0) })));
  const log: any[] = [];
  const a = searchPart(part, context.linear, budget, { gapTarget: options.gapTarget, seed: options.seed, report: (p, c, b) => { log.push(`${p}@${budget.elapsedMs().toFixed(0)}:${c.toFixed(3)}`); } });
  return { cost: a.packing.cost, lowerBound: a.lowerBound, greedyCost: a.greedy.cost, unplaced: a.packing.unplaced, nodes: a.packing.nodes as any, bins: [], stop: "gap", greedyUnplaced: 0, stats: { ...budget.counts, log, ms: budget.elapsedMs(), S: part.shapeCount } as any };
}
