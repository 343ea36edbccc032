/** Programs over cover rows and over patterns, as the LP and ILP solver takes them. */
import type { Budget } from "./budget.ts";
import type { CoverRow } from "./cover.ts";
import type { LinearOutcome, LinearProgram, LinearSolver } from "./linear-program.ts";
import type { Part } from "./part.ts";
import { UNLIMITED } from "./problem.ts";

/**
 * Solves min sum price * nodes over the rows, each scaled to `coefficients / need >= factor`.
 *
 * @param factors  per row, 1 for the row as it is; more leaves slack for the packing
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

/** min prices * x over rows >= 1 and x >= 0: dense rows, for small masters. */
export function solveProgram(
  prices: Float64Array,
  rows: readonly Float64Array[],
  linear: LinearSolver,
  budget: Budget,
): LinearOutcome {
  budget.counts.lpSolves++;
  budget.spend(2);
  const columns: number[] = [];
  const values: number[] = [];
  const offsets = [0];
  for (const row of rows) {
    row.forEach((value, j) => {
      if (value === 0) return;
      columns.push(j);
      values.push(value);
    });
    offsets.push(columns.length);
  }
  return linear.solve(
    {
      columnCount: prices.length,
      objective: prices,
      columnLower: new Float64Array(prices.length),
      columnUpper: new Float64Array(prices.length).fill(Infinity),
      integer: new Uint8Array(prices.length),
      rowCount: rows.length,
      rowOffsets: Int32Array.from(offsets),
      rowColumns: Int32Array.from(columns),
      rowValues: Float64Array.from(values),
      rowLower: new Float64Array(rows.length).fill(1),
      rowUpper: new Float64Array(rows.length).fill(Infinity),
    },
    { mipGap: 0, timeLimitMs: Infinity },
  );
}
