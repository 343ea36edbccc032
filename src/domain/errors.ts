/** Errors with a stable code: match on `code`, never on the class. */

/** Who acts on it: the caller, nobody (retry), or us (a bug). */
export type ErrorKind = "input" | "overload" | "transient" | "not-found" | "capacity" | "stale" | "internal" | "not-yet";

export interface ErrorDetails {
  /** The object at fault, e.g. `Pod default/web`. */
  readonly object?: string;
  /** Path of the field, e.g. `spec.containers[0].resources.requests.cpu`. */
  readonly field?: string;
  /** The offending value, as text, cut to a sane length. */
  readonly value?: string;
  /** What would be right. */
  readonly hint?: string;
  /** Where it was read: file name or "request body", and line when known. */
  readonly source?: string;
}

/** The one error class of Plimsoll. The message names object, field, value and ends with the hint. */
export class PlimsollError extends Error {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly details: ErrorDetails;

  constructor(kind: ErrorKind, code: string, message: string, details: ErrorDetails = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "PlimsollError";
    this.kind = kind;
    this.code = code;
    this.details = details;
  }
}
