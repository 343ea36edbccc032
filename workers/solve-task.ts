/** The worker's code proper: one warm GLPK, one task at a time, and an answer whatever the solver does. */
import type { LinearProgram, LinearSolver } from "../solver/linear-program.ts";
import type { Problem } from "../solver/problem.ts";
import type { Solution, SolveOptions } from "../solver/solution.ts";
import type { SolverContext } from "../solver/solve.ts";
import { encodeError, type SolveAnswer, type SolveTask, type WireError, type WorkerNote } from "./protocol.ts";
import { packSolution } from "./wire-solution.ts";

/** What a worker is made of; the tests put faulty parts here. */
export interface SolverCore {
  readonly createLinear: () => Promise<LinearSolver>;
  readonly solve: (problem: Problem, options: SolveOptions, context: SolverContext) => Solution;
  /** What is wrong with a Solution, by code that shares nothing with `solve`; empty when nothing is. */
  readonly certify: (problem: Problem, solution: Solution) => readonly string[];
  /** A solve of no consequence that makes the code hot. */
  readonly warmUp?: (linear: LinearSolver, now: () => number) => void;
}

/**
 * Solves one task; blocks the thread it is on.
 *
 * @throws Error only when the worker is no longer fit for use (its WASM aborted): the shell must let the thread die.
 */
export type TaskRunner = (task: SolveTask, notify: (note: WorkerNote) => void) => SolveAnswer;

/**
 * Loads and warms GLPK, so that the first solve pays nothing. Never rejects: a GLPK that cannot be loaded becomes the
 * answer to every task, because a worker that dies at start would be started over and over.
 */
export async function startSolver(core: SolverCore): Promise<TaskRunner> {
  try {
    const linear = await core.createLinear();
    linear.solve(WARM_UP, { mipGap: 0, timeLimitMs: 1000 });
    core.warmUp?.(linear, () => performance.now());
    return (task, notify) => solveTask(core, linear, task, notify);
  } catch (error) {
    const failure: WireError = {
      ...encodeError(error),
      code: "SOLVER_UNAVAILABLE",
      message: `GLPK could not be started: ${String(error)}; check that the package glpk.js is installed`,
    };
    return (task) => ({ type: "failed", id: task.id, error: failure });
  }
}

function solveTask(
  core: SolverCore,
  linear: LinearSolver,
  task: SolveTask,
  notify: (note: WorkerNote) => void,
): SolveAnswer {
  const { id, problem, options } = task;
  notify({ type: "started", id });
  try {
    const solution = core.solve(problem, options, {
      now: () => {
        if (Atomics.load(task.stop, 0) !== 0) throw new Error("nobody waits for this answer any more");
        return performance.now();
      },
      linear,
      ...(task.wantsProgress
        ? {
            onProgress: (progress) => {
              notify({ type: "progress", id, progress });
            },
          }
        : {}),
    });
    // Checked here and not in the caller's thread: linear in the answer, but the answer may be thousands of nodes,
    // and the hard deadline covers it here.
    return { type: "solved", id, solution: packSolution(solution), violations: core.certify(problem, solution) };
  } catch (error) {
    if (isWasmAbort(error)) throw error;
    return { type: "failed", id, error: encodeError(error) };
  }
}

/** After a trap or an abort, a WASM instance must not be used again, and GLPK lives as long as the worker. */
function isWasmAbort(error: unknown): boolean {
  return error instanceof Error && (error instanceof WebAssembly.RuntimeError || error.name === "RuntimeError");
}

/** minimise x, 1 <= x, x whole, x >= 1 as a row: small, but it goes through presolve, simplex and branch and cut. */
const WARM_UP: LinearProgram = {
  columnCount: 2,
  objective: Float64Array.of(1, 1),
  columnLower: Float64Array.of(0, 0),
  columnUpper: Float64Array.of(Infinity, Infinity),
  integer: Uint8Array.of(1, 0),
  rowCount: 1,
  rowOffsets: Int32Array.of(0, 2),
  rowColumns: Int32Array.of(0, 1),
  rowValues: Float64Array.of(2, 1),
  rowLower: Float64Array.of(3),
  rowUpper: Float64Array.of(Infinity),
};
