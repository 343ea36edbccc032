/** The pool port: solve Problems off the main thread, with a deadline that holds even when GLPK does not listen. */
import type { Problem } from "../solver/problem.ts";
import type { Solution, SolveOptions, SolveProgress } from "../solver/solution.ts";

export interface SolveCall {
  /** Aborting ends the worker that runs the call (GLPK cannot hear an abort) and replaces it. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SolveProgress) => void;
}

export interface PoolStatus {
  readonly workers: number;
  readonly busy: number;
  readonly queued: number;
  readonly maxQueue: number;
  readonly replaced: number;
}

/**
 * Every call settles: with a Solution, or with an error that has a `code`:
 * - `QUEUE_FULL` (OverloadError): the queue is at its bound; nothing was started. The caller retries later.
 * - `DEADLINE` (TransientError): the hard deadline (time limit plus grace) passed; the worker was ended and replaced.
 * - `SOLVER_CRASHED` (InternalError): the worker died twice on this Problem (one retry is made, with the time left).
 * - `SOLVER_FAILED` (InternalError): the solver threw. `SOLVER_UNAVAILABLE`: GLPK could not be loaded.
 * - `BAD_CERTIFICATE` (InternalError): the Solution failed the independent check; act on nothing.
 * - `ABORTED` (TransientError): the caller's signal.
 * - `CLOSED` (TransientError): the pool was closed.
 *
 * The hard deadline runs from when a worker begins; time in the queue is bounded by the caller's signal. With a time
 * limit of Infinity there is no hard deadline.
 */
export interface SolverPool {
  solve(problem: Problem, options: SolveOptions, call?: SolveCall): Promise<Solution>;
  status(): PoolStatus;
  close(): Promise<void>;
}

export interface PoolOptions {
  readonly workers: number;
  readonly maxQueue: number;
  /** Added to the time limit of a call before its worker is ended, ms. */
  readonly graceMs: number;
  /** How long a worker may take to begin with a task before it counts as dead, ms; default 15 s. */
  readonly startMs?: number;
  /** JavaScript heap of one worker, MiB; a worker that needs more is ended (`SOLVER_CRASHED`). Not on Deno. */
  readonly maxHeapMb?: number;
}
