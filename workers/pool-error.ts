/** The errors of a pool: same form as the domain's, told apart by `code`, made here because workers/ knows only solver/. */

/** Who acts: the caller fixes the input, the caller retries later, nobody (retry), or us (a bug). */
export type PoolErrorKind = "input" | "overload" | "transient" | "internal";

/**
 * Every way a call can fail; see {@link SolverPool} in pool.ts for what each means.
 *
 * - `SOLVER_FAILED`: the solver threw; a bug, as it is for a Problem that breaks its own invariants.
 * - `SOLVER_UNAVAILABLE`: GLPK could not be loaded in the worker.
 * - `BAD_CERTIFICATE`: the answer broke a rule of the Problem when checked by independent code.
 */
export type PoolErrorCode =
  | "QUEUE_FULL"
  | "DEADLINE"
  | "ABORTED"
  | "CLOSED"
  | "SOLVER_CRASHED"
  | "SOLVER_FAILED"
  | "SOLVER_UNAVAILABLE"
  | "BAD_CERTIFICATE";

/** Facts beside the message; the same fields as the domain's error details. */
export interface PoolErrorDetails {
  readonly object?: string;
  readonly field?: string;
  readonly value?: string;
  readonly hint?: string;
}

/** What a pool rejects with. Match on `code`: classes do not survive threads. */
export class PoolError extends Error {
  readonly code: string;
  readonly kind: PoolErrorKind;
  readonly details: PoolErrorDetails;

  constructor(kind: PoolErrorKind, code: string, message: string, details: PoolErrorDetails = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "PoolError";
    this.kind = kind;
    this.code = code;
    this.details = details;
  }
}

const KINDS = {
  QUEUE_FULL: "overload",
  DEADLINE: "transient",
  ABORTED: "transient",
  CLOSED: "transient",
  SOLVER_CRASHED: "internal",
  SOLVER_FAILED: "internal",
  SOLVER_UNAVAILABLE: "internal",
  BAD_CERTIFICATE: "internal",
} as const satisfies Record<PoolErrorCode, PoolErrorKind>;

/** Makes the error of a code; the message gets the hint at its end. */
export function poolError(code: PoolErrorCode, message: string, hint: string, cause?: unknown): PoolError {
  return new PoolError(KINDS[code], code, `${message}; ${hint}`, { hint }, cause);
}
