/** Small multisets of shapes, cheapest first: what a few nodes could be exchanged for. */
import { UNLIMITED } from "./problem.ts";
import type { Part } from "./part.ts";

const MAX_COMBOS = 20_000;
const MAX_SIZE = 4;

/** All multisets of up to some number of shapes, by rising cost. */
export interface Combos {
  readonly count: number;
  readonly cost: Float64Array;
  /** count x R. */
  readonly capacity: Float64Array;
  /** count x MAX_SIZE shape indices, -1 past the end. */
  readonly shapes: Int16Array;
}

/**
 * @param usable  shapes to build from, best first; as many of them are used as keep the table small
 */
export function buildCombos(part: Part, usable: readonly number[]): Combos {
  const rows: number[][] = [];
  const unlimited = usable.filter((s) => part.shapeLimit[s] === UNLIMITED);
  for (let size = 1; size <= MAX_SIZE; size++) {
    const room = MAX_COMBOS - rows.length;
    let n = unlimited.length;
    while (n > 1 && multisets(n, size) > room) n--;
    if (n < 6 && size > 2) break;
    extend(unlimited.slice(0, n), size, [], 0, rows);
  }
  const { resourceCount: R } = part;
  const costOf = (combo: readonly number[]): number => combo.reduce((sum, s) => sum + part.price[s]!, 0);
  const priced = rows.map((combo) => ({ combo, cost: costOf(combo) })).sort((a, b) => a.cost - b.cost);
  const capacity = new Float64Array(priced.length * R);
  const shapes = new Int16Array(priced.length * MAX_SIZE).fill(-1);
  priced.forEach(({ combo }, i) => {
    combo.forEach((s, j) => {
      shapes[i * MAX_SIZE + j] = s;
      for (let r = 0; r < R; r++) capacity[i * R + r]! += part.capacity[s * R + r]!;
    });
  });
  return { count: priced.length, cost: Float64Array.from(priced, (entry) => entry.cost), capacity, shapes };
}

function multisets(n: number, size: number): number {
  let count = 1;
  for (let i = 0; i < size; i++) count = (count * (n + i)) / (i + 1);
  return count;
}

function extend(shapes: readonly number[], size: number, prefix: number[], from: number, rows: number[][]): void {
  if (prefix.length === size) {
    rows.push(prefix.slice());
    return;
  }
  for (let i = from; i < shapes.length; i++) {
    prefix.push(shapes[i]!);
    extend(shapes, size, prefix, i, rows);
    prefix.pop();
  }
}

/** The shapes of combo `i`. */
export function comboShapes(combos: Combos, i: number): number[] {
  const shapes: number[] = [];
  for (let j = 0; j < MAX_SIZE; j++) {
    const s = combos.shapes[i * MAX_SIZE + j]!;
    if (s >= 0) shapes.push(s);
  }
  return shapes;
}

/** First index whose cost is at least `cost`. */
export function firstAtLeast(combos: Combos, cost: number): number {
  let low = 0;
  let high = combos.count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (combos.cost[middle]! < cost) low = middle + 1;
    else high = middle;
  }
  return low;
}
