/** Knapsack rows: what whole pods can make of one resource of a node, exactly, at the best prices for their sizes. */
import { solveProgram } from "./programs.ts";
import type { Budget } from "./budget.ts";
import { coverRow, everyClass } from "./cover.ts";
import type { ClassSet, CoverRow } from "./cover.ts";
import type { LinearSolver } from "./linear-program.ts";
import type { Part } from "./part.ts";

/** More distinct sizes than this leave little to gain, and cost much. */
const MAX_SIZES = 48;
/** Table cells times sizes of one dynamic program. */
const MAX_CELLS = 1_000_000;
const MAX_ROUNDS = 30;
const COLUMNS_PER_ROUND = 6;

/** One way to fill a node of `shape`: `pods[i]` pods of the i-th size. */
interface Pattern {
  readonly shape: number;
  readonly pods: Float64Array;
}

/**
 * For each resource that matters: weights u on its sizes that make the strongest row
 *
 *   sum over s of best(capacity[s]; u) * nodes(s)  >=  sum over k of u[size of k] * demand[k]
 *
 * where best(c; u) is the most weight that whole pods can put into c, by dynamic programming. The weights are the duals
 * of the cutting stock problem in that one resource, the other rows kept, by column generation.
 *
 * @param values  S: the LP's nodes, whose shapes start the columns
 * @see Gilmore and Gomory, A Linear Programming Approach to the Cutting-Stock Problem (1961)
 */
export function knapsackRows(
  part: Part,
  rows: readonly CoverRow[],
  values: Float64Array,
  linear: LinearSolver,
  budget: Budget,
): CoverRow[] {
  const found: CoverRow[] = [];
  for (let r = 0; r < part.resourceCount; r++) {
    const priced = rows.some((row) => row.measure?.resource === r);
    if (!priced || budget.usedShare() > 0.2) continue;
    const row = knapsackRow(part, r, rows, values, linear, budget);
    if (row !== undefined) found.push(row);
  }
  return found;
}

function knapsackRow(
  part: Part,
  r: number,
  rows: readonly CoverRow[],
  values: Float64Array,
  linear: LinearSolver,
  budget: Budget,
): CoverRow | undefined {
  const every = everyClass(part);
  const sizes = sizesOf(part, every, r);
  const most = largestCapacity(part, r);
  if (sizes.length < 2 || sizes.length > MAX_SIZES || most * sizes.length > MAX_CELLS) return undefined;
  const demand = demandBySize(part, every, r, sizes);
  const others = rows.filter((row) => row.measure?.resource !== r);
  const patterns = startingPatterns(part, r, sizes, values);
  let table: Table | undefined;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const duals = solveMaster(part, patterns, demand, others, linear, budget);
    if (duals === undefined) return undefined;
    table = bestFill(sizes, duals.subarray(0, sizes.length), most);
    const fresh = dearerThanTheirPrice(part, r, table, duals.subarray(sizes.length), others);
    if (fresh.length === 0) break;
    for (const s of fresh)
      patterns.push({ shape: s, pods: readFill(table, sizes, part.capacity[s * part.resourceCount + r]!) });
  }
  if (table === undefined) return undefined;
  const { worth } = table;
  return coverRow(part, every, r, (amount) => worth[Math.max(0, Math.min(most, Math.floor(amount)))]!);
}

interface Table {
  /** Index: amount of the resource; the most weight that fits. */
  readonly worth: Float64Array;
  /** The size (index) that was put in last to get there, or -1 for the same as one unit less. */
  readonly last: Int16Array;
}

/** Unbounded knapsack: worth[c] = max(worth[c - 1], max over sizes i of worth[c - size[i]] + weight[i]). */
function bestFill(sizes: readonly number[], weights: Float64Array, most: number): Table {
  const worth = new Float64Array(most + 1);
  const last = new Int16Array(most + 1).fill(-1);
  for (let c = 1; c <= most; c++) {
    let best = worth[c - 1]!;
    let choice = -1;
    for (let i = 0; i < sizes.length; i++) {
      const size = sizes[i]!;
      if (size > c) continue;
      const value = worth[c - size]! + weights[i]!;
      if (value > best + 1e-15) {
        best = value;
        choice = i;
      }
    }
    worth[c] = best;
    last[c] = choice;
  }
  return { worth, last };
}

function readFill(table: Table, sizes: readonly number[], capacity: number): Float64Array {
  const pods = new Float64Array(sizes.length);
  for (let c = capacity; c > 0;) {
    const i = table.last[c]!;
    if (i < 0) c--;
    else {
      pods[i]!++;
      c -= sizes[i]!;
    }
  }
  return pods;
}

function solveMaster(
  part: Part,
  patterns: readonly Pattern[],
  demand: Float64Array,
  others: readonly CoverRow[],
  linear: LinearSolver,
  budget: Budget,
): Float64Array | undefined {
  const rows = [
    ...Array.from(demand, (need, i) => Float64Array.from(patterns, (pattern) => pattern.pods[i]! / need)),
    ...others.map((row) => Float64Array.from(patterns, (pattern) => row.coefficients[pattern.shape]! / row.need)),
  ];
  const prices = Float64Array.from(patterns, (pattern) => part.price[pattern.shape]!);
  const outcome = solveProgram(prices, rows, linear, budget);
  if (outcome.status !== "optimal" || outcome.duals === undefined) return undefined;
  // Back from rows scaled to need 1 to prices per pod and per unit.
  return outcome.duals.map((dual, i) => Math.max(0, dual) / (demand[i] ?? others[i - demand.length]!.need));
}

/** Shapes with a pattern that is worth more than it costs, the most promising first. */
function dearerThanTheirPrice(
  part: Part,
  r: number,
  table: Table,
  otherDuals: Float64Array,
  others: readonly CoverRow[],
): number[] {
  const surplus = Float64Array.from({ length: part.shapeCount }, (_, s) => {
    let worth = table.worth[part.capacity[s * part.resourceCount + r]!]!;
    others.forEach((row, i) => (worth += otherDuals[i]! * row.coefficients[s]!));
    return (worth - part.price[s]!) / Math.max(part.price[s]!, 1e-9);
  });
  return Array.from({ length: part.shapeCount }, (_, s) => s)
    .filter((s) => surplus[s]! > 1e-7)
    .sort((a, b) => surplus[b]! - surplus[a]!)
    .slice(0, COLUMNS_PER_ROUND);
}

/** Nodes of one size only, on the shapes of the LP and on the largest ones, so that the master has a solution. */
function startingPatterns(part: Part, r: number, sizes: readonly number[], values: Float64Array): Pattern[] {
  const patterns: Pattern[] = [];
  for (let s = 0; s < part.shapeCount; s++) {
    const capacity = part.capacity[s * part.resourceCount + r]!;
    const isLast = s === part.shapeCount - 1;
    if (values[s]! <= 1e-9 && !isLast) continue;
    sizes.forEach((size, i) => {
      if (size > capacity) return;
      const pods = new Float64Array(sizes.length);
      pods[i] = Math.floor(capacity / size);
      patterns.push({ shape: s, pods });
    });
  }
  return patterns;
}

function sizesOf(part: Part, every: ClassSet, r: number): number[] {
  const sizes = new Set<number>();
  for (const k of every.classes) sizes.add(part.requests[k * part.resourceCount + r]!);
  sizes.delete(0);
  return [...sizes].sort((a, b) => a - b);
}

function demandBySize(part: Part, every: ClassSet, r: number, sizes: readonly number[]): Float64Array {
  const demand = new Float64Array(sizes.length);
  const index = new Map(sizes.map((size, i) => [size, i]));
  for (const k of every.classes) {
    const i = index.get(part.requests[k * part.resourceCount + r]!);
    if (i !== undefined) demand[i]! += part.demand[k]!;
  }
  return demand;
}

function largestCapacity(part: Part, r: number): number {
  let most = 0;
  for (let s = 0; s < part.shapeCount; s++) most = Math.max(most, part.capacity[s * part.resourceCount + r]!);
  for (let b = 0; b < part.binCount; b++) most = Math.max(most, part.binFree[b * part.resourceCount + r]!);
  return most;
}
