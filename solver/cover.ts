/** Cover rows: valid inequalities on how many nodes of each shape any plan needs. They make the bounds and the mix ILP. */
import type { Part } from "./part.ts";

/**
 * `sum over s of coefficients[s] * nodes(s) >= need`, for every plan that places all pods.
 *
 * It comes from weights on the classes: a node of shape s holds pods of at most `coefficients[s]` weight in all, and
 * `need` is the weight of the demand, less what existing bins could hold at most.
 */
export interface CoverRow {
  readonly weights: Float64Array;
  readonly coefficients: Float64Array;
  readonly need: number;
  /**
   * Where the weights are a function of one resource and the row speaks of all classes: that resource, and the most
   * weight that fits into an amount of it. The packing measures free room with it.
   */
  readonly measure?: Measure;
}

export interface Measure {
  readonly resource: number;
  /** Rising, 0 at 0; `weigh(x) + weigh(y) <= weigh(x + y)`, and at least the weight of any pods that sum up to the amount. */
  readonly weigh: (amount: number) => number;
}

/** Sets of classes that share a set of shapes; beyond so many the smaller ones are left out (a weaker bound, still valid). */
const MAX_SETS = 24;
/** Of those, so many get rounding rows: there are dozens for each. */
const MAX_ROUNDING_SETS = 8;
/** Distinct divisors tried for rounding rows of one resource and set. */
const MAX_DIVISORS = 16;

/** Classes that can only use shapes of `shapes`. */
export interface ClassSet {
  /** Length S. */
  readonly shapes: Uint8Array;
  readonly classes: readonly number[];
}

/**
 * For each set of shapes that confines some classes, and each resource: capacity bought there covers their demand.
 *
 *   sum over s in T of capacity[s, r] * nodes(s)  >=  sum over k confined to T of request[k, r] * demand[k]
 */
export function resourceRows(part: Part, sets: readonly ClassSet[]): CoverRow[] {
  const rows: CoverRow[] = [];
  for (const set of sets) {
    for (let r = 0; r < part.resourceCount; r++) {
      const row = coverRow(part, set, r, (amount) => amount);
      if (row !== undefined) rows.push(row);
    }
  }
  return rows;
}

/**
 * The same, rounded down by a divisor before summing (a dual feasible function): pods of which few fit together need
 * whole nodes. For any t > 0 the weights floor(request / t) add up to at most floor(capacity / t) on one node.
 *
 * @see Alves et al., Dual-Feasible Functions for Integer Programming and Combinatorial Optimization (2016), ch. 2
 */
export function roundingRows(part: Part, sets: readonly ClassSet[]): CoverRow[] {
  const rows: CoverRow[] = [];
  for (const set of sets.slice(0, MAX_ROUNDING_SETS)) {
    for (let r = 0; r < part.resourceCount; r++) {
      for (const divisor of divisors(part, set, r)) {
        const row = coverRow(part, set, r, (amount) => Math.floor(amount / divisor));
        if (row !== undefined) rows.push(row);
      }
    }
  }
  return rows;
}

/** The set of all shapes, with every class that has pods and a shape. */
export function everyClass(part: Part): ClassSet {
  const { classCount: K, shapeCount: S } = part;
  const placeable = (k: number): boolean => {
    for (let s = 0; s < S; s++) if (part.shapeTakes[s * K + k] === 1) return true;
    return false;
  };
  return {
    shapes: new Uint8Array(S).fill(1),
    classes: Array.from({ length: K }, (_, k) => k).filter((k) => part.demand[k]! > 0 && placeable(k)),
  };
}

/** For each cap whose owners are counted too: a node holds at most `max` of them. */
export function capRows(part: Part): CoverRow[] {
  const { classCount: K, shapeCount: S } = part;
  return part.caps.flatMap((cap): CoverRow[] => {
    const counted = new Set(cap.counted);
    const both = [...cap.owners].filter((k) => counted.has(k));
    if (both.length === 0) return [];
    const weights = new Float64Array(K);
    let need = 0;
    for (const k of both) {
      weights[k] = 1;
      need += part.demand[k]!;
    }
    const takesAny = (takes: Uint8Array, row: number): boolean => both.some((k) => takes[row * K + k] === 1);
    const coefficients = Float64Array.from({ length: S }, (_, s) => (takesAny(part.shapeTakes, s) ? cap.max : 0));
    for (let b = 0; b < part.binCount; b++) {
      if (takesAny(part.binTakes, b)) need -= Math.max(0, cap.max - cap.binCounted[b]!);
    }
    return need > 0 ? [{ weights, coefficients, need }] : [];
  });
}

export function coverRow(
  part: Part,
  set: ClassSet,
  r: number,
  weigh: (amount: number) => number,
): CoverRow | undefined {
  const { resourceCount: R, classCount: K, shapeCount: S } = part;
  const weights = new Float64Array(K);
  let need = 0;
  for (const k of set.classes) {
    const weight = weigh(part.requests[k * R + r]!);
    weights[k] = weight;
    need += weight * part.demand[k]!;
  }
  for (let b = 0; b < part.binCount; b++) {
    if (set.classes.some((k) => part.binTakes[b * K + k] === 1)) need -= Math.max(0, weigh(part.binFree[b * R + r]!));
  }
  if (need <= 0) return undefined;
  const coefficients = new Float64Array(S);
  for (let s = 0; s < S; s++) if (set.shapes[s] === 1) coefficients[s] = weigh(part.capacity[s * R + r]!);
  return set.classes.length === K
    ? { weights, coefficients, need, measure: { resource: r, weigh } }
    : { weights, coefficients, need };
}

/** Largest requests first: they are the ones that do not share. */
function divisors(part: Part, set: ClassSet, r: number): number[] {
  const sizes = new Set<number>();
  for (const k of set.classes) sizes.add(part.requests[k * part.resourceCount + r]!);
  sizes.delete(0);
  const sorted = [...sizes].sort((a, b) => b - a);
  if (sorted.length <= MAX_DIVISORS) return sorted;
  const step = (sorted.length - 1) / (MAX_DIVISORS - 1);
  return Array.from({ length: MAX_DIVISORS }, (_, i) => sorted[Math.round(i * step)]!);
}

/** One set for each distinct set of shapes that some class is confined to, with every class confined within it. */
export function confinedSets(part: Part): ClassSet[] {
  const { classCount: K, shapeCount: S } = part;
  const byKey = new Map<string, { shapes: Uint8Array; classes: number[]; pods: number }>();
  for (let k = 0; k < K; k++) {
    const shapes = Uint8Array.from({ length: S }, (_, s) => part.shapeTakes[s * K + k]!);
    const key = shapes.join("");
    const known = byKey.get(key);
    if (known === undefined) byKey.set(key, { shapes, classes: [k], pods: part.demand[k]! });
    else {
      known.classes.push(k);
      known.pods += part.demand[k]!;
    }
  }
  const usable = [...byKey.values()].filter((set) => set.shapes.includes(1));
  const all = { shapes: new Uint8Array(S).fill(1), classes: [], pods: 0 };
  const known = usable.some((set) => !set.shapes.includes(0));
  const sets = (known ? usable : [all, ...usable]).sort((a, b) => b.pods - a.pods);
  return sets.slice(0, MAX_SETS).map((set) => ({
    shapes: set.shapes,
    classes: usable.filter((other) => isSubset(other.shapes, set.shapes)).flatMap((other) => other.classes),
  }));
}

function isSubset(a: Uint8Array, b: Uint8Array): boolean {
  for (let s = 0; s < a.length; s++) if (a[s]! > b[s]!) return false;
  return true;
}
