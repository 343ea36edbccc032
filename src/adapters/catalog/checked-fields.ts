/** Reads fields of untrusted JSON, or says which field of which object is wrong. */
import { tryParseQuantity, capacityAmount, QUANTITY_HINT } from "../../domain/quantity.ts";
import type { Resources } from "../../domain/resources.ts";
import { invalidCatalog } from "./invalid-catalog.ts";

export type Json = Readonly<Record<string, unknown>>;

/** One reader an object: it knows the file and the object for its errors. */
export interface FieldReader {
  fail(field: string, value: unknown, hint: string): never;
  object(field: string, value: unknown): Json;
  array(field: string, value: unknown): readonly unknown[];
  text(field: string, value: unknown): string;
  /** Finite and not below 0. */
  price(field: string, value: unknown): number;
  /** Whole and not below `least`. */
  count(field: string, value: unknown, least: number): number;
  /** Name to quantity, as capacity is counted. Absent: nothing. */
  resources(field: string, value: unknown): Resources;
}

/** Quantities repeat over and over in a catalogue: each text is read once. */
export type QuantityMemo = Map<string, number | undefined>;

export function createFieldReader(source: string, object: string, memo: QuantityMemo): FieldReader {
  const fail = (field: string, value: unknown, hint: string): never => {
    throw invalidCatalog(source, { object, field, value, hint });
  };
  const asObject = (field: string, value: unknown): Json =>
    isObject(value) ? value : fail(field, value, "Write a JSON object.");
  return {
    fail,
    object: asObject,
    array: (field, value) => (Array.isArray(value) ? (value as unknown[]) : fail(field, value, "Write a JSON array.")),
    text: (field, value) =>
      typeof value === "string" && value !== "" ? value : fail(field, value, "Write a text that is not empty."),
    price: (field, value) =>
      typeof value === "number" && Number.isFinite(value) && value >= 0
        ? value
        : fail(field, value, "Write the price in USD per hour, a number not below 0."),
    count: (field, value, least) =>
      typeof value === "number" && Number.isSafeInteger(value) && value >= least
        ? value
        : fail(field, value, `Write a whole number not below ${String(least)}.`),
    resources: (field, value) => {
      const resources = new Map<string, number>();
      if (value === undefined || value === null) return resources;
      for (const [name, quantity] of Object.entries(asObject(field, value))) {
        resources.set(name, amount(name, quantity, memo) ?? fail(`${field}.${name}`, quantity, QUANTITY_HINT));
      }
      return resources;
    },
  };
}

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function amount(name: string, value: unknown, memo: QuantityMemo): number | undefined {
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  const isCpu = name === "cpu";
  const key = `${isCpu ? "cpu" : ""} ${String(value)}`;
  if (memo.has(key)) return memo.get(key);
  const quantity = tryParseQuantity(String(value));
  const read = quantity === undefined || quantity.nano < 0n ? undefined : capacityAmount(name, quantity);
  memo.set(key, read);
  return read;
}
