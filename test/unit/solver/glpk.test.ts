/** What the GLPK port answers, and that it claims nothing it has not proved. */
import assert from "node:assert/strict";
import { beforeAll, describe, test } from "vitest";
import { createGlpk } from "../../../solver/glpk/glpk.ts";
import type { LinearOutcome, LinearProgram, LinearSolver } from "../../../solver/linear-program.ts";
import { seededRandom } from "../../../solver/random.ts";

let linear: LinearSolver;
beforeAll(async () => {
  linear = await createGlpk();
});

/** min objective * x over dense rows with bounds, x >= 0. */
function program(
  objective: readonly number[],
  rows: readonly (readonly number[])[],
  lower: readonly number[],
  options: { upper?: readonly number[]; integer?: boolean; columnUpper?: number } = {},
): LinearProgram {
  const entries = rows.map((row) => row.map((value, j) => ({ value, j })).filter((entry) => entry.value !== 0));
  const offsets = [0];
  for (const row of entries) offsets.push(offsets[offsets.length - 1]! + row.length);
  const n = objective.length;
  return {
    columnCount: n,
    objective: Float64Array.from(objective),
    columnLower: new Float64Array(n),
    columnUpper: new Float64Array(n).fill(options.columnUpper ?? Infinity),
    integer: new Uint8Array(n).fill(options.integer === true ? 1 : 0),
    rowCount: rows.length,
    rowOffsets: Int32Array.from(offsets),
    rowColumns: Int32Array.from(entries.flat(), (entry) => entry.j),
    rowValues: Float64Array.from(entries.flat(), (entry) => entry.value),
    rowLower: Float64Array.from(lower),
    rowUpper: Float64Array.from(options.upper ?? rows.map(() => Infinity)),
  };
}

const solve = (given: LinearProgram, mipGap = 0, timeLimitMs = Infinity): LinearOutcome =>
  linear.solve(given, { mipGap, timeLimitMs });

/** Equality knapsacks that branch and bound finds hard. */
function hardProgram(): LinearProgram {
  const random = seededRandom(5);
  const rows = Array.from({ length: 6 }, () => Array.from({ length: 30 }, () => 1 + Math.floor(random() * 100)));
  const lower = rows.map((_, i) => 3000 + 137 * i);
  return program(
    Array.from({ length: 30 }, () => 1 + random()),
    rows,
    lower,
    {
      upper: lower.map((low) => low + 2),
      integer: true,
    },
  );
}

describe("linear programs", () => {
  test("optimum and duals", () => {
    const outcome = solve(
      program(
        [3, 2],
        [
          [2, 1],
          [1, 1],
        ],
        [4, 3],
      ),
    );
    assert.ok(outcome.status === "optimal");
    assert.ok(Math.abs(outcome.objective - 7) < 1e-9);
    assert.deepEqual(
      [...(outcome.duals ?? [])].map((dual) => Math.round(dual * 1e9) / 1e9),
      [1, 1],
    );
  });

  test("infeasible and unbounded are told apart", () => {
    assert.equal(solve(program([1], [[1]], [5], { columnUpper: 2 })).status, "infeasible");
    assert.equal(solve(program([-1], [[1]], [0])).status, "unbounded");
  });

  test("no columns: rows decide", () => {
    assert.equal(solve(program([], [[]], [1])).status, "infeasible");
    assert.equal(solve(program([], [[]], [0])).status, "optimal");
  });
});

describe("integer programs", () => {
  test("a finished search is optimal, and its bound is the objective", () => {
    const outcome = solve(program([5, 4], [[3, 2]], [7], { integer: true }));
    assert.ok(outcome.status === "optimal");
    assert.equal(outcome.objective, 13);
    assert.equal(outcome.bound, 13);
  });

  test("no whole solution is infeasible", () => {
    assert.equal(solve(program([1], [[2]], [1], { upper: [1], integer: true })).status, "infeasible");
  });

  test("a stop at the gap says so, with a bound between the LP and the optimum", () => {
    const random = seededRandom(3);
    const rows = Array.from({ length: 8 }, () => Array.from({ length: 60 }, () => 1 + Math.floor(random() * 100)));
    const given = program(
      Array.from({ length: 60 }, () => 1 + random()),
      rows,
      rows.map((_, i) => 3000 + 137 * i),
      { integer: true },
    );
    const exact = solve(given);
    const loose = solve(given, 0.02);
    assert.ok(exact.status === "optimal" && loose.status === "feasible");
    assert.ok(loose.bound <= exact.objective + 1e-9, `${String(loose.bound)} above ${String(exact.objective)}`);
    assert.ok(loose.bound >= loose.objective * 0.98 - 1e-6);
  });

  test("a stop at the time limit keeps the limit, and claims no more than the tree has proved", () => {
    const started = performance.now();
    const outcome = solve(hardProgram(), 0, 150);
    const ms = performance.now() - started;
    assert.equal(outcome.status, "unknown");
    const bound = "bound" in outcome ? outcome.bound : undefined;
    assert.ok(bound !== undefined && bound > 50, String(bound));
    assert.ok(ms < 1500, `${String(ms)} ms for a limit of 150`);
  });
});

describe("models that GLPK would choke on", () => {
  test("NaN, and a column twice in a row, are refused before", () => {
    assert.throws(() => solve(program([Number.NaN], [[1]], [1])), /coefficient NaN/);
    const twice = { ...program([1, 1], [[1, 1]], [1]), rowColumns: Int32Array.of(0, 0) };
    assert.throws(() => solve(twice), /column 0 is twice in row 0/);
  });

  test("nothing is printed, and the console is left as it was", async () => {
    const log = console.log;
    const seen: unknown[] = [];
    console.log = (...args: unknown[]) => {
      seen.push(args);
    };
    const replaced = console.log;
    try {
      const other = await createGlpk();
      other.solve(hardProgram(), { mipGap: 0, timeLimitMs: 50 });
      assert.equal(console.log, replaced);
    } finally {
      console.log = log;
    }
    assert.deepEqual(seen, []);
  });
});
