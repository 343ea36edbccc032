/** Errors with a stable code: match on `code`, never on the class. */

/** Who acts on it: the caller, nobody (retry), or us (a bug). */
export type ErrorKind =
  "input" | "overload" | "transient" | "not-found" | "capacity" | "stale" | "internal" | "not-yet";

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

/** Cuts a value for a message, so that no error carries a megabyte. */
export function shortValue(value: unknown): string {
  const text = plainText(value);
  return text.length <= 120 ? text : `${text.slice(0, 117)}...`;
}

/**
 * Composes the sentence of an input error: where, which object, which field, what is wrong, what would be right.
 *
 * @param problem  a clause without a full stop, e.g. `"10 cores" is not a quantity`
 */
export function describeError(problem: string, details: ErrorDetails): string {
  const subject = [details.object, details.field].filter((part) => part !== undefined).join(": ");
  const where = details.source === undefined ? "" : ` (${details.source})`;
  const hint = details.hint === undefined ? "" : ` ${details.hint}`;
  const value = details.value ?? "";
  const unsaid =
    value === "" || value.startsWith("(") || problem.includes(value) || (details.field ?? "").includes(value);
  return `${subject === "" ? "" : `${subject}: `}${problem}${unsaid ? "" : ` (it is ${JSON.stringify(value)})`}${where}.${hint}`;
}

/** An input error whose message is made of its details. */
export function inputError(code: string, problem: string, details: ErrorDetails = {}, cause?: unknown): PlimsollError {
  return new PlimsollError("input", code, describeError(problem, details), details, cause);
}

function plainText(value: unknown): string {
  switch (typeof value) {
    case "string":
      return value;
    case "number":
    case "boolean":
    case "bigint":
      return String(value);
    case "undefined":
      return "(absent)";
    default:
      return value === null ? "null" : Array.isArray(value) ? "(a list)" : "(an object)";
  }
}
