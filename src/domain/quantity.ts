/** Kubernetes quantities, exactly: whole billionths inside, so that nothing drifts. */
import { PlimsollError } from "./errors.ts";

/** An exact amount in billionths of the unit (the finest grain Kubernetes knows). */
export interface Quantity {
  readonly nano: bigint;
}

const NANO = 1_000_000_000n;

/** Multipliers in billionths. */
const SUFFIXES: ReadonlyMap<string, bigint> = new Map([
  ["n", 1n],
  ["u", 1_000n],
  ["m", 1_000_000n],
  ["", NANO],
  ["k", NANO * 10n ** 3n],
  ["M", NANO * 10n ** 6n],
  ["G", NANO * 10n ** 9n],
  ["T", NANO * 10n ** 12n],
  ["P", NANO * 10n ** 15n],
  ["E", NANO * 10n ** 18n],
  ["Ki", NANO << 10n],
  ["Mi", NANO << 20n],
  ["Gi", NANO << 30n],
  ["Ti", NANO << 40n],
  ["Pi", NANO << 50n],
  ["Ei", NANO << 60n],
]);

/** "12E" is exa, "12E3" an exponent: the suffix is tried first, and the end anchor decides. */
const GRAMMAR = /^([+-]?)(\d*)(?:\.(\d*))?(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?\d{1,3})?$/;

/** Longer texts are refused before any arithmetic: a quantity has no use for so many digits. */
const MAX_LENGTH = 64;

/** Reads a quantity such as `100m`, `1.5Gi`, `1e3`, `-2`; undefined when the text is none. */
export function tryParseQuantity(text: string): Quantity | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const match = GRAMMAR.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = "", fraction = "", suffix = ""] = match;
  if (whole === "" && fraction === "") return undefined;

  let numerator = BigInt(whole + fraction);
  let denominator = 10n ** BigInt(fraction.length);
  const multiplier = SUFFIXES.get(suffix);
  if (multiplier !== undefined) {
    numerator *= multiplier;
  } else {
    const exponent = Number(suffix.slice(1));
    numerator *= NANO;
    if (exponent >= 0) numerator *= 10n ** BigInt(exponent);
    else denominator *= 10n ** BigInt(-exponent);
  }
  // Below a billionth Kubernetes rounds away from zero.
  const nano = ceilDivide(numerator, denominator);
  return { nano: sign === "-" ? -nano : nano };
}

/**
 * Reads a quantity exactly.
 * @throws PlimsollError `BAD_QUANTITY` (input) when the text is no Kubernetes quantity
 */
export function parseQuantity(text: string): Quantity {
  const quantity = tryParseQuantity(text);
  if (quantity !== undefined) return quantity;
  throw new PlimsollError("input", "BAD_QUANTITY", `${JSON.stringify(cut(text))} is not a quantity. ${QUANTITY_HINT}`, {
    value: cut(text),
    hint: QUANTITY_HINT,
  });
}

/** Says what a quantity looks like; the hint of every error about one. */
export const QUANTITY_HINT = "Write a number with an optional suffix, such as 500m, 2, 1.5Gi or 1e3.";

/** Thousandths, rounded up: how requests of cpu are counted. Capped at the largest exact whole number (2^53 - 1). */
export function toMilliCeil(quantity: Quantity): number {
  return toNumber(ceilDivide(quantity.nano, 1_000_000n));
}

/** Thousandths, rounded down: how capacities of cpu are counted. Capped as {@link toMilliCeil}. */
export function toMilliFloor(quantity: Quantity): number {
  return toNumber(floorDivide(quantity.nano, 1_000_000n));
}

/** Whole units (bytes, counts), rounded up: requests. Capped as {@link toMilliCeil}. */
export function toUnitsCeil(quantity: Quantity): number {
  return toNumber(ceilDivide(quantity.nano, NANO));
}

/** Whole units (bytes, counts), rounded down: capacities. Capped as {@link toMilliCeil}. */
export function toUnitsFloor(quantity: Quantity): number {
  return toNumber(floorDivide(quantity.nano, NANO));
}

/** Requests round up: millicores for `cpu`, whole units for everything else. */
export function requestAmount(resourceName: string, quantity: Quantity): number {
  return resourceName === "cpu" ? toMilliCeil(quantity) : toUnitsCeil(quantity);
}

/** Capacity rounds down: millicores for `cpu`, whole units for everything else. */
export function capacityAmount(resourceName: string, quantity: Quantity): number {
  return resourceName === "cpu" ? toMilliFloor(quantity) : toUnitsFloor(quantity);
}

/**
 * Writes an amount of a resource as Kubernetes would: `cpu` (millicores) as `1500m` or `2`; bytes with the largest
 * binary suffix that is exact (`2Gi`, else plain digits); counts as they are. Reading it back gives the same amount.
 */
export function formatQuantity(resourceName: string, amount: number): string {
  if (resourceName === "cpu") return amount % 1000 === 0 ? String(amount / 1000) : `${String(amount)}m`;
  if (!isBytes(resourceName) || amount === 0) return String(amount);
  let value = amount;
  let suffix = 0;
  while (suffix < BINARY.length - 1 && value % 1024 === 0) {
    value /= 1024;
    suffix++;
  }
  return `${String(value)}${BINARY[suffix] ?? ""}`;
}

const BINARY = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

/** Whether a resource is counted in bytes. */
export function isBytes(resourceName: string): boolean {
  return (
    resourceName === "memory" ||
    resourceName === "ephemeral-storage" ||
    resourceName === "storage" ||
    resourceName.startsWith("hugepages-")
  );
}

function ceilDivide(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  return numerator % denominator > 0n ? quotient + 1n : quotient;
}

function floorDivide(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  return numerator % denominator < 0n ? quotient - 1n : quotient;
}

/** Kubernetes caps at 2^63 - 1; here numbers stay exact, so the cap is 2^53 - 1 (8 PiB). */
function toNumber(value: bigint): number {
  const cap = BigInt(Number.MAX_SAFE_INTEGER);
  if (value > cap) return Number.MAX_SAFE_INTEGER;
  return value < -cap ? -Number.MAX_SAFE_INTEGER : Number(value);
}

function cut(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}
