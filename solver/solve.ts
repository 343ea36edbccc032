/** The way in: one Problem in, one Solution out. */
import type { LinearSolver } from "./linear-program.ts";
import type { Problem } from "./problem.ts";
import type { Solution, SolveOptions, SolveProgress } from "./solution.ts";

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
 * Never dearer than the greedy plan; an answer exists at any deadline.
 * @throws PlimsollError never; a Problem that breaks its own invariants is a bug and throws a RangeError.
 */
export function solveProblem(problem: Problem, options: SolveOptions, context: SolverContext): Solution {
  void options;
  void context;
  throw new RangeError(`not yet: solver for ${String(problem.classCount)} classes`);
}
