/** Lower bounds: the linear and the integer program over cover rows. */
import { capRows, resourceRows, roundingRows } from "./cover.ts";
import type { CoverRow } from "./cover.ts";
import type { Budget } from "./budget.ts";
import type { LinearOutcome, LinearProgram, LinearSolver } from "./linear-program.ts";
import { UNLIMITED } from "./problem.ts";
import type { Part } from "./part.ts";

/** What the LP says: a bound, what each class is worth, and the rows that hold it up. */
export interface Relaxation {
  /** USD per hour, proven. */
  readonly bound: number;
  /** K: the price of one more pod of the class at the margin, USD per hour. */
  readonly classValues: Float64Array;
  /** R: the price of one more unit of the resource anywhere. */
  readonly resourceValues: Float64Array;
  readonly rows: readonly CoverRow[];
}

const MAX_CUT_ROUNDS = 6;
const CUTS_PER_ROUND = 8;

/**
 * The LP over the resource rows, strengthened by the rounding and cap rows that its optimum violates.
 *
 * @returns undefined when the LP has no solution (limits that the pods cannot keep) or was not solved
 */
export function relax(part: Part, linear: LinearSolver, budget: Budget): Relaxation | undefined {
  const rows = [...resourceRows(part), ...capRows(part)];
  const reserve = roundingRows(part);
  for (let round = 0; ; round++) {
    const outcome = solveCover(part, rows, new Float64Array(rows.length).fill(1), false, linear, budget, 0, Infinity);
    if (outcome.status !== "optimal") return undefined;
    const cuts = round < MAX_CUT_ROUNDS ? violated(reserve, outcome.values) : [];
    if (cuts.length === 0) return readDuals(part, rows, outcome);
    for (const cut of cuts) rows.push(cut);
  }
}

function violated(reserve: CoverRow[], values: Float64Array): CoverRow[] {
  const slack = (row: CoverRow): number => {
    let activity = 0;
    for (let s = 0; s < values.length; s++) activity += row.coefficients[s]! * values[s]!;
    return activity / row.need - 1;
  };
  const worst = reserve
    .map((row) => ({ row, slack: slack(row) }))
    .filter((entry) => entry.slack < -1e-7)
    .sort((a, b) => a.slack - b.slack)
    .slice(0, CUTS_PER_ROUND)
    .map((entry) => entry.row);
  for (const row of worst) reserve.splice(reserve.indexOf(row), 1);
  return worst;
}

function readDuals(part: Part, rows: readonly CoverRow[], outcome: LinearOutcome & { status: "optimal" | "feasible" }): Relaxation {
  const classValues = new Float64Array(part.classCount);
  const resourceValues = new Float64Array(part.resourceCount);
  rows.forEach((row, i) => {
    // Rows are scaled to need 1, so the dual is the price of the whole need.
    const perUnit = Math.max(0, outcome.duals?.[i] ?? 0) / row.need;
    if (perUnit === 0) return;
    for (let k = 0; k < classValues.length; k++) classValues[k]! += perUnit * row.weights[k]!;
    if (row.resource >= 0) resourceValues[row.resource]! += perUnit;
  });
  return { bound: Math.max(0, outcome.bound), classValues, resourceValues, rows };
}

/**
 * Solves min sum price * nodes over the rows, each scaled to `coefficients / need >= factor`.
 *
 * @param factors  per row, 1 for the row as it is; more leaves slack for the packing
 * @param cuts  mixes that were tried and must not come back, see {@link mixRow}
 */
export function solveCover(
  part: Part,
  rows: readonly CoverRow[],
  factors: Float64Array,
  integer: boolean,
  linear: LinearSolver,
  budget: Budget,
  mipGap: number,
  timeLimitMs: number,
): LinearOutcome {
  if (integer) budget.counts.ilpSolves++;
  else budget.counts.lpSolves++;
  budget.spend(integer ? 50 : 5);
  return linear.solve(coverProgram(part, rows, factors, integer), { mipGap, timeLimitMs });
}

function coverProgram(part: Part, rows: readonly CoverRow[], factors: Float64Array, integer: boolean): LinearProgram {
  const S = part.shapeCount;
  const offsets: number[] = [0];
  const columns: number[] = [];
  const values: number[] = [];
  const lower: number[] = [];
  const upper: number[] = [];
  const add = (coefficients: Float64Array, scale: number, low: number, high: number): void => {
    for (let s = 0; s < S; s++) {
      if (coefficients[s] === 0) continue;
      columns.push(s);
      values.push(coefficients[s]! / scale);
    }
    offsets.push(columns.length);
    lower.push(low);
    upper.push(high);
  };
  rows.forEach((row, i) => {
    add(row.coefficients, row.need, factors[i]!, Infinity);
  });
  for (const row of part.rows) {
    const scale = Math.max(1, row.limit);
    if (row.coefficients.some((c) => c > 0)) add(row.coefficients, scale, -Infinity, row.limit / scale);
  }
  return {
    columnCount: S,
    objective: part.price,
    columnLower: new Float64Array(S),
    columnUpper: Float64Array.from(part.shapeLimit, (limit) => (limit === UNLIMITED ? Infinity : limit)),
    integer: new Uint8Array(S).fill(integer ? 1 : 0),
    rowCount: lower.length,
    rowOffsets: Int32Array.from(offsets),
    rowColumns: Int32Array.from(columns),
    rowValues: Float64Array.from(values),
    rowLower: Float64Array.from(lower),
    rowUpper: Float64Array.from(upper),
  };
}
