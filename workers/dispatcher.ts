/** The pool's policy, the same on every runtime: bounded queue, hard deadline, cancellation, one retry, always an answer. */
import type { Problem } from "../solver/problem.ts";
import type { Solution, SolveOptions } from "../solver/solution.ts";
import type { Executor } from "./executor.ts";
import { poolError } from "./pool-error.ts";
import type { PoolOptions, PoolStatus, SolveCall, SolverPool } from "./pool.ts";
import { decodeError, type SolveAnswer, type WorkerNote } from "./protocol.ts";
import { unpackSolution } from "./wire-solution.ts";

/** A new thread must load its modules and GLPK before it can say "started"; on a loaded machine that takes a while. */
const DEFAULT_START_MS = 15_000;

/** The longest that setTimeout takes; what is longer would fire at once. */
const MAX_TIMER_MS = 0x7fffffff;

/** A call from the moment it is accepted until it is settled. */
interface Pending {
  readonly problem: Problem;
  readonly options: SolveOptions;
  readonly onProgress: SolveCall["onProgress"];
  readonly resolve: (solution: Solution) => void;
  readonly reject: (error: unknown) => void;
  /** Takes the listener off the caller's signal. */
  release: () => void;
  settled: boolean;
  /** Of the attempt that runs; aborting it ends the worker. */
  worker: AbortController | undefined;
  timer: ReturnType<typeof setTimeout> | undefined;
  /** performance.now() when a worker first began with it. */
  startedAt: number | undefined;
}

/** A {@link SolverPool} over any executor. */
export function createDispatcher(executor: Executor, options: PoolOptions): SolverPool {
  return new Dispatcher(executor, options);
}

class Dispatcher implements SolverPool {
  readonly #executor: Executor;
  readonly #options: PoolOptions;
  readonly #queue: Pending[] = [];
  readonly #running = new Set<Pending>();
  #lastTaskId = 0;
  #replaced = 0;
  #closing: Promise<void> | undefined;

  constructor(executor: Executor, options: PoolOptions) {
    this.#executor = executor;
    this.#options = options;
  }

  solve(problem: Problem, options: SolveOptions, call: SolveCall = {}): Promise<Solution> {
    const { signal } = call;
    if (this.#closing !== undefined) return Promise.reject(closedError());
    if (signal?.aborted === true) return Promise.reject(abortedError(signal));
    if (this.#running.size >= this.#options.workers && this.#queue.length >= this.#options.maxQueue) {
      const waiting = `${String(this.#queue.length)} waiting, ${String(this.#running.size)} running`;
      return Promise.reject(
        poolError("QUEUE_FULL", `the solver's queue is full (${waiting})`, "try again later or raise maxQueue"),
      );
    }
    return new Promise((resolve, reject) => {
      const pending: Pending = {
        problem,
        options,
        onProgress: call.onProgress,
        resolve,
        reject,
        release: () => undefined,
        settled: false,
        worker: undefined,
        timer: undefined,
        startedAt: undefined,
      };
      if (signal !== undefined) {
        const onAbort = (): void => {
          this.#fail(pending, abortedError(signal));
        };
        signal.addEventListener("abort", onAbort, { once: true });
        pending.release = () => {
          signal.removeEventListener("abort", onAbort);
        };
      }
      this.#queue.push(pending);
      this.#startNext();
    });
  }

  status(): PoolStatus {
    return {
      workers: this.#options.workers,
      busy: this.#running.size,
      queued: this.#queue.length,
      maxQueue: this.#options.maxQueue,
      replaced: this.#replaced,
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeNow();
    return this.#closing;
  }

  async #closeNow(): Promise<void> {
    // Set before the calls settle: whoever awaits one of them may call solve() again.
    await Promise.resolve();
    for (const pending of [...this.#queue, ...this.#running]) this.#fail(pending, closedError());
    await this.#executor.close();
  }

  #startNext(): void {
    while (this.#running.size < this.#options.workers) {
      const pending = this.#queue.shift();
      if (pending === undefined) return;
      this.#running.add(pending);
      void this.#serve(pending);
    }
  }

  /** One retry: a crash may be an accident of the thread (memory, a trap), two are the Problem's doing. */
  async #serve(pending: Pending): Promise<void> {
    let crash: unknown;
    for (let attempt = 0; attempt < 2 && !pending.settled; attempt++) {
      const handedOver = performance.now();
      try {
        const answer = await this.#attempt(pending);
        pending.worker = undefined; // It has answered: from here on nothing may end it on this call's account.
        this.#accept(pending, answer);
      } catch (error) {
        if (isCloneError(error)) {
          this.#fail(pending, unsendable(error));
          continue;
        }
        if (pending.worker?.signal.aborted === true) {
          crash = pending.worker.signal.reason; // It says more than the executor's "aborted".
        } else {
          crash = error;
          pending.startedAt ??= handedOver; // The last words of a dying thread, "started" too, can get lost.
        }
        this.#replaced++;
      } finally {
        clearTimeout(pending.timer);
      }
    }
    const cause = crash instanceof Error ? crash.message : String(crash);
    this.#fail(
      pending,
      poolError(
        "SOLVER_CRASHED",
        `the solver's worker died twice on this problem (${cause})`,
        "this is a bug: report it",
        crash,
      ),
    );
    this.#running.delete(pending);
    this.#startNext();
  }

  #attempt(pending: Pending): Promise<SolveAnswer> {
    const id = ++this.#lastTaskId;
    const controller = new AbortController();
    pending.worker = controller;
    const options = this.#remaining(pending);
    const startMs = this.#options.startMs ?? DEFAULT_START_MS;
    // A worker that does not even begin is as good as dead: treated as a crash, not as the caller's deadline.
    pending.timer = setTimeout(() => {
      controller.abort(new Error(`the worker did not start within ${String(startMs)} ms`));
    }, startMs);
    const onNote = (note: WorkerNote): void => {
      if (note.type === "ready" || note.id !== id || pending.settled) return;
      if (note.type === "started") this.#startClock(pending, options.timeLimitMs);
      else this.#progress(pending, note);
    };
    const { problem } = pending;
    const stop = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    controller.signal.addEventListener("abort", () => Atomics.store(stop, 0, 1), { once: true });
    const task = { id, problem, options, wantsProgress: pending.onProgress !== undefined, stop };
    return this.#executor.run(task, { signal: controller.signal, onNote });
  }

  /** The second attempt gets the time that is left, so that one crash does not double the wait; 0 is greedy's plan. */
  #remaining(pending: Pending): SolveOptions {
    if (pending.startedAt === undefined) return pending.options;
    const usedMs = performance.now() - pending.startedAt;
    return { ...pending.options, timeLimitMs: Math.max(0, pending.options.timeLimitMs - usedMs) };
  }

  /** Time in the queue does not count: bounding that is the caller's, by its signal. */
  #startClock(pending: Pending, timeLimitMs: number): void {
    pending.startedAt ??= performance.now();
    clearTimeout(pending.timer);
    const deadlineMs = timeLimitMs + this.#options.graceMs;
    if (deadlineMs > MAX_TIMER_MS) return;
    pending.timer = setTimeout(() => {
      const message = `the solver did not stop ${String(this.#options.graceMs)} ms after its time limit and was ended`;
      this.#fail(pending, poolError("DEADLINE", message, "try again, or raise the time limit"));
    }, deadlineMs);
  }

  /** A listener that throws ends its own call, not the process. */
  #progress(pending: Pending, note: Extract<WorkerNote, { type: "progress" }>): void {
    try {
      pending.onProgress?.(note.progress);
    } catch (error) {
      this.#fail(pending, error);
    }
  }

  #accept(pending: Pending, answer: SolveAnswer): void {
    if (answer.type === "failed") {
      this.#fail(pending, decodeError(answer.error));
    } else if (answer.violations.length > 0) {
      const found = answer.violations.slice(0, 3).join("; ");
      const message = `the solution failed its check (${String(answer.violations.length)} violations: ${found})`;
      this.#fail(pending, poolError("BAD_CERTIFICATE", message, "this is a bug: report it with the problem"));
    } else if (this.#settle(pending)) {
      pending.resolve(unpackSolution(answer.solution));
    }
  }

  /** Settles with an error and ends the worker if one is at it. A no-op once settled. */
  #fail(pending: Pending, error: unknown): void {
    if (!this.#settle(pending)) return;
    const queued = this.#queue.indexOf(pending);
    if (queued !== -1) this.#queue.splice(queued, 1);
    pending.worker?.abort();
    pending.reject(error);
  }

  #settle(pending: Pending): boolean {
    if (pending.settled) return false;
    pending.settled = true;
    clearTimeout(pending.timer);
    pending.release();
    return true;
  }
}

function abortedError(signal: AbortSignal): Error {
  return poolError("ABORTED", "the solve was cancelled by its caller", "nothing is left running", signal.reason);
}

/** Nothing was sent and nobody died: a field of the Problem or of the options is not plain data. */
function isCloneError(error: unknown): error is Error {
  return error instanceof Error && error.name === "DataCloneError";
}

function unsendable(error: Error): Error {
  return poolError(
    "SOLVER_FAILED",
    `the problem cannot be sent to a worker: ${error.message}`,
    "this is a bug: report it",
    error,
  );
}

function closedError(): Error {
  return poolError("CLOSED", "the solver pool is closed", "make a new one");
}
