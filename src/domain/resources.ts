/** Amounts of resources by name. */

/**
 * Resource name to amount. `cpu` is in millicores; everything else in its own whole unit (bytes, counts).
 * Amounts are whole numbers, rounded up when they are requests and down when they are capacity.
 */
export type Resources = ReadonlyMap<string, number>;

/** Nothing at all; shared, as it cannot change. */
export const NO_RESOURCES: Resources = new Map<string, number>();

/** The amount of one resource; 0 when it is not named. */
export function amountOf(resources: Resources, name: string): number {
  return resources.get(name) ?? 0;
}

/** a + b, name by name. */
export function addResources(a: Resources, b: Resources): Resources {
  if (b.size === 0) return a;
  if (a.size === 0) return b;
  const sum = new Map(a);
  for (const [name, amount] of b) sum.set(name, (sum.get(name) ?? 0) + amount);
  return sum;
}

/** Sum of all; empty for none. */
export function sumResources(all: Iterable<Resources>): Resources {
  const sum = new Map<string, number>();
  for (const resources of all) {
    for (const [name, amount] of resources) sum.set(name, (sum.get(name) ?? 0) + amount);
  }
  return sum;
}

/** a - b, name by name; may fall below 0, which means overcommitted. */
export function subtractResources(a: Resources, b: Resources): Resources {
  if (b.size === 0) return a;
  const difference = new Map(a);
  for (const [name, amount] of b) difference.set(name, (difference.get(name) ?? 0) - amount);
  return difference;
}

/** The larger of both, name by name. */
export function maxResources(a: Resources, b: Resources): Resources {
  if (b.size === 0) return a;
  if (a.size === 0) return b;
  const larger = new Map(a);
  for (const [name, amount] of b) larger.set(name, Math.max(larger.get(name) ?? 0, amount));
  return larger;
}

/** Whether `requests` fits into `free`; a resource that is not named in `free` is not there. */
export function fitsInto(requests: Resources, free: Resources): boolean {
  for (const [name, amount] of requests) {
    if (amount > 0 && amount > (free.get(name) ?? 0)) return false;
  }
  return true;
}
