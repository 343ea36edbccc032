/** Reads fields of untrusted JSON, or says which field of which object is wrong. */
import { capacityAmount, QUANTITY_HINT, tryParseQuantity } from "../../domain/quantity.ts";
import type { Resources } from "../../domain/resources.ts";
import { invalidCatalog } from "./invalid-catalog.ts";

export type Json = Readonly<Record<string, unknown>>;

/** Quantities repeat over and over in a catalogue: each text is read once. */
export type QuantityMemo = Map<string, number>;

/** One reader an object: it knows the file and the object for its errors. All methods throw `INVALID_CATALOG` (input). */
export class FieldReader {
  readonly #source: string;
  readonly #object: string;

  constructor(source: string, object: string) {
    this.#source = source;
    this.#object = object;
  }

  fail(field: string, value: unknown, hint: string): never {
    throw invalidCatalog(this.#source, { object: this.#object, field, value, hint });
  }

  object(field: string, value: unknown): Json {
    return isObject(value) ? value : this.fail(field, value, "Write a JSON object.");
  }

  array(field: string, value: unknown): readonly unknown[] {
    return Array.isArray(value) ? (value as unknown[]) : this.fail(field, value, "Write a JSON array.");
  }

  /** Not empty. */
  text(field: string, value: unknown): string {
    return typeof value === "string" && value !== ""
      ? value
      : this.fail(field, value, "Write a text that is not empty.");
  }

  flag(field: string, value: unknown): boolean {
    return typeof value === "boolean" ? value : this.fail(field, value, "Write true or false.");
  }

  /** YYYY-MM-DD. */
  date(field: string, value: unknown): string {
    return typeof value === "string" && /^\d{4}-\d\d-\d\d$/.test(value)
      ? value
      : this.fail(field, value, "Write the date of the prices as YYYY-MM-DD.");
  }

  /** Finite and not below 0. */
  number(field: string, value: unknown): number {
    return typeof value === "number" && Number.isFinite(value) && value >= 0
      ? value
      : this.fail(field, value, "Write a number not below 0.");
  }

  /** Finite and not below 0. */
  price(field: string, value: unknown): number {
    return typeof value === "number" && Number.isFinite(value) && value >= 0
      ? value
      : this.fail(field, value, "Write the price in USD per hour, a number not below 0.");
  }

  /** Whole and not below `least`. */
  count(field: string, value: unknown, least: number): number {
    return typeof value === "number" && Number.isSafeInteger(value) && value >= least
      ? value
      : this.fail(field, value, `Write a whole number not below ${String(least)}.`);
  }

  oneOf<const T extends string | number>(field: string, value: unknown, allowed: readonly T[]): T {
    for (const candidate of allowed) if (candidate === value) return candidate;
    const list = allowed.map((item) => JSON.stringify(item)).join(", ");
    return this.fail(field, value, `Write one of ${list}.`);
  }

  /** Name to quantity, as capacity is counted. Absent: nothing. */
  resources(field: string, value: unknown, memo: QuantityMemo): Resources {
    const resources = new Map<string, number>();
    if (value === undefined || value === null) return resources;
    for (const [name, quantity] of Object.entries(this.object(field, value))) {
      resources.set(name, amount(name, quantity, memo) ?? this.fail(`${field}.${name}`, quantity, AMOUNT_HINT));
    }
    return resources;
  }
}

const AMOUNT_HINT = `It must not be below 0. ${QUANTITY_HINT}`;

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function amount(name: string, value: unknown, memo: QuantityMemo): number | undefined {
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  const text = String(value);
  const key = name === "cpu" ? `cpu ${text}` : text;
  const known = memo.get(key);
  if (known !== undefined) return known;
  const quantity = tryParseQuantity(text);
  const read = quantity === undefined || quantity.nano < 0n ? undefined : capacityAmount(name, quantity);
  if (read !== undefined) memo.set(key, read);
  return read;
}
