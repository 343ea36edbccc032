/** Lower bounds: the linear and the integer program over cover rows. */
import { capRows, confinedSets, resourceRows, roundingRows } from "./cover.ts";
import type { CoverRow, Measure } from "./cover.ts";
import type { Budget } from "./budget.ts";
import type { LinearOutcome, LinearSolver } from "./linear-program.ts";
import { knapsackRows } from "./knapsack.ts";
import type { Part } from "./part.ts";
import { solveCover } from "./programs.ts";

/** What the LP says: a bound, what each class is worth, and the rows that hold it up. */
export interface Relaxation {
  /** USD per hour, proven. */
  readonly bound: number;
  /** K: what covering one more pod of the class costs at the margin, USD per hour. */
  readonly classValues: Float64Array;
  /** S: what the rows say a node is worth; at most its price at the LP's optimum. */
  readonly shapeValues: Float64Array;
  /** Rows with a price: what room of one resource is worth to all classes. */
  readonly prices: readonly RoomPrice[];
  /** Rows that bind in the LP, or nearly. */
  readonly rows: readonly CoverRow[];
  /** Valid rows that do not. */
  readonly reserve: readonly CoverRow[];
}

/** Free room of `measure.resource` is worth `price * measure.weigh(amount)`, USD per hour. */
export interface RoomPrice {
  readonly measure: Measure;
  readonly price: number;
}

const MAX_CUT_ROUNDS = 6;
const CUTS_PER_ROUND = 8;

/** The LP over the resource rows, strengthened by the rounding, cap and knapsack rows that its optimum violates. */
export function relax(part: Part, linear: LinearSolver, budget: Budget): Relaxation | undefined {
  const sets = confinedSets(part);
  const rows = [...resourceRows(part, sets), ...capRows(part)];
  const reserve = roundingRows(part, sets);
  let outcome = solveRelaxation(part, rows, linear, budget);
  for (let round = 0; round < MAX_CUT_ROUNDS && outcome !== undefined; round++) {
    const cuts = violated(reserve, outcome.values);
    if (round === 0) cuts.push(...knapsackRows(part, rows, outcome.values, linear, budget));
    if (cuts.length === 0) break;
    for (const cut of cuts) rows.push(cut);
    outcome = solveRelaxation(part, rows, linear, budget);
  }
  return outcome === undefined ? undefined : readDuals(part, rows, reserve, outcome);
}

/** @returns undefined when the LP has no solution (limits that the pods cannot keep) or was not solved */
function solveRelaxation(
  part: Part,
  rows: readonly CoverRow[],
  linear: LinearSolver,
  budget: Budget,
): Solved | undefined {
  const outcome = solveCover(part, rows, new Float64Array(rows.length).fill(1), false, linear, budget, 0, Infinity);
  return outcome.status === "optimal" ? outcome : undefined;
}

type Solved = Extract<LinearOutcome, { status: "optimal" | "feasible" }>;

/** Rows far from binding only slow the ILP down; leaving them out until they are violated keeps the bound valid. */
function isBinding(row: CoverRow, values: Float64Array): boolean {
  return row.measure !== undefined ? activity(row, values) < row.need * 1.5 : activity(row, values) < row.need * 1.05;
}

/** The row's left side for some numbers of nodes. */
export function activity(row: CoverRow, values: Float64Array): number {
  let sum = 0;
  for (let s = 0; s < values.length; s++) sum += row.coefficients[s]! * values[s]!;
  return sum;
}

function violated(reserve: CoverRow[], values: Float64Array): CoverRow[] {
  const slack = (row: CoverRow): number => activity(row, values) / row.need - 1;
  const worst = reserve
    .map((row) => ({ row, slack: slack(row) }))
    .filter((entry) => entry.slack < -1e-7)
    .sort((a, b) => a.slack - b.slack)
    .slice(0, CUTS_PER_ROUND)
    .map((entry) => entry.row);
  for (const row of worst) reserve.splice(reserve.indexOf(row), 1);
  return worst;
}

function readDuals(part: Part, rows: readonly CoverRow[], reserve: readonly CoverRow[], outcome: Solved): Relaxation {
  const classValues = new Float64Array(part.classCount);
  const shapeValues = new Float64Array(part.shapeCount);
  const prices: RoomPrice[] = [];
  rows.forEach((row, i) => {
    // Rows are scaled to need 1, so the dual is the price of the whole need.
    const price = Math.max(0, outcome.duals?.[i] ?? 0) / row.need;
    if (price === 0) return;
    for (let k = 0; k < classValues.length; k++) classValues[k]! += price * row.weights[k]!;
    for (let s = 0; s < shapeValues.length; s++) shapeValues[s]! += price * row.coefficients[s]!;
    if (row.measure !== undefined) prices.push({ measure: row.measure, price });
  });
  return {
    bound: Math.max(0, outcome.bound),
    classValues,
    shapeValues,
    prices,
    rows: rows.filter((row) => isBinding(row, outcome.values)),
    reserve: [...rows.filter((row) => !isBinding(row, outcome.values)), ...reserve],
  };
}
