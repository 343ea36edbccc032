/** The most that pods of given worth can make of one node: the exact or nearly exact answer that pattern rows need. */
import type { Part } from "./part.ts";

/** Cells of the exact table for two resources; larger shapes get a relaxation that is tight where nodes are large. */
const MAX_CELLS = 120_000;
/** Cells of a one-dimensional table. */
const MAX_LINE = 40_000;

/** For one vector of worths: upper limits for all shapes. */
export class PatternWorth {
  private readonly part: Part;
  private readonly worth: Float64Array;
  /** Relaxations: one resource exact, a unit of the other at a price. */
  private readonly lines: readonly Line[];

  /** @param prices  R: guesses at the price of a unit; the limits hold for any, and are tight for good ones */
  constructor(part: Part, worth: Float64Array, prices: Float64Array) {
    this.part = part;
    this.worth = worth;
    const steps = [0.4, 0.7, 1, 1.4, 2.2];
    this.lines = [
      ...steps.map((step) => makeLine(part, worth, 0, 1, step * prices[1]!)),
      ...steps.map((step) => makeLine(part, worth, 1, 0, step * prices[0]!)),
    ].filter((line) => line !== undefined);
  }

  /** No set of pods that fits shape `s` is worth more; Infinity when nothing could be computed. */
  most(s: number): number {
    const { capacity, resourceCount: R } = this.part;
    const [x, y] = [capacity[s * R]!, capacity[s * R + 1]!];
    let least = Infinity;
    for (const line of this.lines) {
      const exact = line.exact === 0 ? x : y;
      const priced = line.exact === 0 ? y : x;
      if (exact < line.table.length) least = Math.min(least, line.table[exact]! + line.price * priced);
    }
    return (x + 1) * (y + 1) <= MAX_CELLS ? Math.min(least, this.exactWorth(s, x, y)) : least;
  }

  /** Unbounded knapsack in two dimensions over the classes that the shape takes. */
  private exactWorth(s: number, mostX: number, mostY: number): number {
    const { classCount: K, demand, requests, resourceCount: R, shapeTakes } = this.part;
    const width = mostY + 1;
    const table = new Float64Array((mostX + 1) * width);
    for (let k = 0; k < K; k++) {
      const worth = this.worth[k]!;
      if (worth <= 0 || demand[k] === 0 || shapeTakes[s * K + k] === 0) continue;
      const dx = requests[k * R]!;
      const dy = requests[k * R + 1]!;
      if (dx === 0 && dy === 0) return Infinity;
      for (let x = dx; x <= mostX; x++) {
        const row = x * width;
        const from = (x - dx) * width - dy;
        for (let y = dy; y <= mostY; y++) {
          const value = table[from + y]! + worth;
          if (value > table[row + y]!) table[row + y] = value;
        }
      }
    }
    // Cells hold the worth of sums up to (x, y) only where a pod ended there; the maximum over all is the answer.
    return table.reduce((most, value) => Math.max(most, value), 0);
  }
}

interface Line {
  readonly exact: 0 | 1;
  readonly price: number;
  /** Index: amount of the exact resource; the most worth, less the price of what is used of the other. */
  readonly table: Float64Array;
}

/** Lagrangian relaxation of the other resource: max sum of (worth - price * use) over what fits the exact one. */
function makeLine(part: Part, worth: Float64Array, exact: 0 | 1, priced: 0 | 1, price: number): Line | undefined {
  const { classCount: K, demand, requests, resourceCount: R, shapeCount: S, capacity } = part;
  const gain = new Map<number, number>();
  for (let k = 0; k < K; k++) {
    if (demand[k] === 0) continue;
    const size = requests[k * R + exact]!;
    const net = worth[k]! - price * requests[k * R + priced]!;
    if (net > (gain.get(size) ?? 0)) gain.set(size, net);
  }
  if (gain.has(0)) return undefined;
  let most = 0;
  for (let s = 0; s < S; s++) most = Math.max(most, capacity[s * R + exact]!);
  most = Math.min(most, MAX_LINE);
  if (most * gain.size > 2_000_000) return undefined;
  const table = new Float64Array(most + 1);
  const sizes = [...gain];
  for (let c = 1; c <= most; c++) {
    let best = table[c - 1]!;
    for (const [size, net] of sizes) if (size <= c) best = Math.max(best, table[c - size]! + net);
    table[c] = best;
  }
  return { exact, price, table };
}
