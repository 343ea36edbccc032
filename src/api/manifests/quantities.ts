/** Resource maps of manifests to amounts: requests round up, capacity rounds down. */
import { capacityAmount, QUANTITY_HINT, requestAmount, tryParseQuantity } from "../../domain/quantity.ts";
import type { Quantity } from "../../domain/quantity.ts";
import { NO_RESOURCES } from "../../domain/resources.ts";
import type { Resources } from "../../domain/resources.ts";
import { failField, readObject, shown } from "./fields.ts";
import { isLabelKey } from "./label-syntax.ts";

export type Rounding = "request" | "capacity";

/** Remembers texts that were read: thousands of pods use a handful of quantities. Bounded. */
export interface QuantityCache {
  readonly request: Map<string, number>;
  readonly capacity: Map<string, number>;
  /** Effective requests of containers by the JSON of their `resources`. */
  readonly containers: Map<string, Resources>;
}

/** Entries that each part of the cache holds at most. */
export const MAX_CACHED = 100_000;

/** An empty cache; one for each call of readManifests. */
export function newQuantityCache(): QuantityCache {
  return { request: new Map(), capacity: new Map(), containers: new Map() };
}

/** One quantity, exactly; numbers count as their digits. @throws FieldError `BAD_QUANTITY` */
export function readQuantity(value: unknown, field: string): Quantity {
  const text = typeof value === "number" ? numberText(value) : value;
  const quantity = typeof text === "string" ? tryParseQuantity(text) : undefined;
  return quantity ?? failField(field, value, `${shown(value)} is not a quantity`, QUANTITY_HINT, "BAD_QUANTITY");
}

/** Numbers that lost digits on their way are no text: they become no quantity. */
function numberText(value: number): string | undefined {
  return Number.isFinite(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER ? String(value) : undefined;
}

/** One amount of a resource, not negative. @throws FieldError `BAD_QUANTITY`, `NEGATIVE_QUANTITY` */
export function readAmount(
  value: unknown,
  name: string,
  field: string,
  rounding: Rounding,
  cache: QuantityCache,
): number {
  const known = rounding === "request" ? cache.request : cache.capacity;
  const key = typeof value === "string" ? (name === "cpu" ? `m${value}` : `u${value}`) : "";
  if (key !== "") {
    const amount = known.get(key);
    if (amount !== undefined) return amount;
  }
  const quantity = readQuantity(value, field);
  if (quantity.nano < 0n) {
    failField(field, value, `${shown(value)} is negative`, "Use 0 or more.", "NEGATIVE_QUANTITY");
  }
  const amount = rounding === "request" ? requestAmount(name, quantity) : capacityAmount(name, quantity);
  if (key !== "" && known.size < MAX_CACHED) known.set(key, amount);
  return amount;
}

/** Amounts by resource name; empty when absent or null. */
export function readResources(value: unknown, field: string, rounding: Rounding, cache: QuantityCache): Resources {
  const object = readObject(value, field);
  if (object === undefined) return NO_RESOURCES;
  const amounts = new Map<string, number>();
  for (const name of Object.keys(object)) {
    const item = object[name];
    if (!isLabelKey(name)) {
      failField(
        field,
        name,
        `${shown(name)} is not a resource name`,
        "Use cpu, memory, or a name such as nvidia.com/gpu.",
        "BAD_RESOURCE_NAME",
      );
    }
    if (item === null || item === undefined) continue;
    amounts.set(name, readAmount(item, name, resourceField(field, name), rounding, cache));
  }
  return amounts.size === 0 ? NO_RESOURCES : amounts;
}

/** `spec.x.requests.cpu`, `spec.x.requests["nvidia.com/gpu"]`. */
export function resourceField(field: string, name: string): string {
  return /^[A-Za-z0-9_-]+$/.test(name) ? `${field}.${name}` : `${field}["${name}"]`;
}
