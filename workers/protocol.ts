/** What crosses the thread boundary: plain data, an id on every message, errors as values. */
import type { Problem } from "../solver/problem.ts";
import type { SolveOptions, SolveProgress } from "../solver/solution.ts";
import { PoolError, type PoolErrorDetails, type PoolErrorKind } from "./pool-error.ts";
import type { WireSolution } from "./wire-solution.ts";

/** To the worker: one Problem to solve. It is cloned, not transferred: a retry needs it again, and so may the caller. */
export interface SolveTask {
  /** Fresh for each attempt, so that words from an ended worker are not taken for the living one's. */
  readonly id: number;
  readonly problem: Problem;
  readonly options: SolveOptions;
  readonly wantsProgress: boolean;
  /**
   * One shared number, 1 when nobody wants the answer any more; the solver hears of it when it next reads the clock.
   * Needed on Deno 2.9, where `terminate()` lets a busy thread run on until it next returns to its event loop
   * (https://github.com/denoland/deno/pull/35657): the pool is rid of it, but the processor is not.
   */
  readonly stop: Int32Array<SharedArrayBuffer>;
}

/** From the worker, before the answer. `ready`: GLPK is warm. `started`: the clock of the hard deadline begins. */
export type WorkerNote =
  | { readonly type: "ready" }
  | { readonly type: "started"; readonly id: number }
  | { readonly type: "progress"; readonly id: number; readonly progress: SolveProgress };

/** From the worker: exactly one for each task, unless the worker dies. */
export type SolveAnswer =
  | {
      readonly type: "solved";
      readonly id: number;
      readonly solution: WireSolution;
      /** What the independent check found wrong; empty when the Solution holds. */
      readonly violations: readonly string[];
    }
  | { readonly type: "failed"; readonly id: number; readonly error: WireError };

/** An error as data: structured cloning of an Error keeps the message but loses `code`, `kind` and `details`. */
export interface WireError {
  readonly code: string;
  readonly kind: PoolErrorKind;
  readonly message: string;
  readonly details: PoolErrorDetails;
  /** The stack in the worker. */
  readonly stack?: string;
}

/** True for a note of ours among whatever else comes over the channel (Comlink's own messages do). */
export function isWorkerNote(message: unknown): message is WorkerNote {
  if (typeof message !== "object" || message === null || !("type" in message)) return false;
  return message.type === "ready" || message.type === "started" || message.type === "progress";
}

/** An error that the solver threw, as data. One without a code of its own is a bug: it gets `SOLVER_FAILED`. */
export function encodeError(error: unknown): WireError {
  const fields = error instanceof Error ? (error as Error & Partial<WireError>) : undefined;
  const message = fields?.message ?? String(error);
  const known = typeof fields?.code === "string";
  return {
    code: known ? fields.code : "SOLVER_FAILED",
    kind: isKind(fields?.kind) ? fields.kind : "internal",
    message: known ? message : `the solver failed: ${message}; this is a bug: report it with the problem`,
    details: plainDetails(fields?.details),
    ...(fields?.stack === undefined ? {} : { stack: fields.stack }),
  };
}

/** The error again, on the caller's side; the worker's stack is its cause. */
export function decodeError(wire: WireError): PoolError {
  return new PoolError(wire.kind, wire.code, wire.message, wire.details, wire.stack);
}

function isKind(kind: unknown): kind is PoolErrorKind {
  return kind === "input" || kind === "overload" || kind === "transient" || kind === "internal";
}

/** Only strings under the four known names: anything else might not survive the clone. */
function plainDetails(details: unknown): PoolErrorDetails {
  const plain: Record<string, string> = {};
  if (typeof details === "object" && details !== null) {
    for (const name of ["object", "field", "value", "hint"]) {
      const value: unknown = (details as Record<string, unknown>)[name];
      if (typeof value === "string") plain[name] = value;
    }
  }
  return plain;
}
