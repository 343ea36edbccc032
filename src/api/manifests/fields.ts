/** Readers for the fields of untyped objects: each names the field when it is not what it should be. */
import { shortValue } from "../../domain/errors.ts";

/** A JSON object of unknown content. Only fixed names are read from it; user keys are listed, never looked up. */
export type Fields = Readonly<Record<string, unknown>>;

/** One field is wrong. Caught by the reader of the object, which adds object, source and line. */
export class FieldError extends Error {
  readonly code: string;
  readonly field: string;
  readonly value: string;
  readonly hint: string;

  constructor(code: string, field: string, value: unknown, problem: string, hint: string) {
    super(problem);
    this.name = "FieldError";
    this.code = code;
    this.field = field;
    this.value = shortValue(value);
    this.hint = hint;
  }
}

/** @throws FieldError always */
export function failField(field: string, value: unknown, problem: string, hint: string, code = "INVALID_FIELD"): never {
  throw new FieldError(code, field, value, problem, hint);
}

/** `"10 cores"`, `7`, `(an object)`: a value as it stands in a sentence. */
export function shown(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(shortValue(value)) : shortValue(value);
}

const NO_ITEMS: readonly unknown[] = [];
const NO_STRINGS: ReadonlyMap<string, string> = new Map<string, string>();

/** A map, or undefined when absent or null. */
export function readObject(value: unknown, field: string): Fields | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "object" || Array.isArray(value))
    failField(field, value, `${shown(value)} is not a map`, "Write key: value pairs.");
  return value as Fields;
}

/** A map that must be there. */
export function requireObject(value: unknown, field: string): Fields {
  return readObject(value, field) ?? failField(field, value, "it is missing", "Add it.", "MISSING_FIELD");
}

/** A list; empty when absent or null. */
export function readList(value: unknown, field: string): readonly unknown[] {
  if (value === undefined || value === null) return NO_ITEMS;
  if (!Array.isArray(value))
    failField(field, value, `${shown(value)} is not a list`, "Write it as a list, each item after a dash.");
  return value as unknown[];
}

/** A string, or undefined when absent or null. */
export function readString(value: unknown, field: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") failField(field, value, `${shown(value)} is not a string`, "Put it in quotes.");
  return value;
}

/** A string that must be there and not be empty. */
export function requireString(value: unknown, field: string): string {
  const text = readString(value, field);
  if (text === undefined || text === "") failField(field, value, "it is missing", "Add it.", "MISSING_FIELD");
  return text;
}

/** One of a few words, or undefined when absent or empty. */
export function readWord<T extends string>(value: unknown, field: string, words: readonly T[]): T | undefined {
  const text = readString(value, field);
  if (text === undefined || text === "") return undefined;
  const word = words.find((known) => known === text);
  return (
    word ?? failField(field, text, `${shown(text)} is not known`, `Use one of ${words.join(", ")}.`, "UNKNOWN_VALUE")
  );
}

/** A whole number within bounds, or undefined when absent or null. */
export function readInteger(value: unknown, field: string, min: number, max: number): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || !Number.isInteger(value)) {
    failField(field, value, `${shown(value)} is not a whole number`, "Write digits only, without quotes.");
  }
  if (value < min || value > max) {
    failField(
      field,
      value,
      `${String(value)} is out of range`,
      `Use ${String(min)} to ${String(max)}.`,
      "OUT_OF_RANGE",
    );
  }
  return value;
}

/** true or false (`yes`, `on`, ... of YAML 1.1 count, as in kubectl); false when absent or null. */
export function readBoolean(value: unknown, field: string): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value === "boolean") return value;
  if (typeof value === "string") {
    if (/^(yes|on|true)$/i.test(value)) return true;
    if (/^(no|off|false)$/i.test(value)) return false;
  }
  return failField(field, value, `${shown(value)} is neither true nor false`, "Write true or false.");
}

/** Strings by name; empty when absent or null. */
export function readStringMap(value: unknown, field: string): ReadonlyMap<string, string> {
  const object = readObject(value, field);
  if (object === undefined) return NO_STRINGS;
  const entries = new Map<string, string>();
  for (const key of Object.keys(object)) {
    const item = object[key];
    if (item === null || item === undefined) entries.set(key, "");
    else if (typeof item === "string") entries.set(key, item);
    else failField(`${field}["${shortValue(key)}"]`, item, `${shown(item)} is not a string`, "Put it in quotes.");
  }
  return entries.size === 0 ? NO_STRINGS : entries;
}

/** Strings; empty when absent or null. */
export function readStrings(value: unknown, field: string): readonly string[] {
  return readList(value, field).map((item, index) => {
    if (typeof item === "string") return item;
    return failField(`${field}[${String(index)}]`, item, `${shown(item)} is not a string`, "Put it in quotes.");
  });
}

/** The first key that is not among the known ones. */
export function unknownKeys(object: Fields, known: ReadonlySet<string>): string[] {
  const unknown: string[] = [];
  for (const key of Object.keys(object)) {
    if (!known.has(key) && object[key] !== null && object[key] !== undefined) unknown.push(shortValue(key));
  }
  return unknown;
}
