/** The one error of a bad catalogue, in the same words everywhere. */
import { PlimsollError } from "../../domain/errors.ts";

const MAX_SHOWN = 80;

export interface Fault {
  /** `instance type m5.large`, or `the catalogue`. */
  readonly object: string;
  readonly field: string;
  readonly value: unknown;
  readonly hint: string;
}

/** `INVALID_CATALOG` (input), naming file, object, field, value and hint. */
export function invalidCatalog(source: string, fault: Fault, cause?: unknown): PlimsollError {
  const value = show(fault.value);
  const { object, field, hint } = fault;
  return new PlimsollError(
    "input",
    "INVALID_CATALOG",
    `${source}: ${object}: ${field} is ${value}. ${hint}`,
    { object, field, value, hint, source },
    cause,
  );
}

/** Scalars as they are; of the rest only the kind, which may be large and deep. */
function show(value: unknown): string {
  if (value === undefined) return "missing";
  if (Array.isArray(value)) return `an array of ${String(value.length)}`;
  if (typeof value === "object" && value !== null) return "an object";
  const text = typeof value === "number" ? String(value) : JSON.stringify(value);
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN - 3)}...`;
}
