/** Several searches for one answer: the best is given, a proof ends the others, and failures of some do no harm. */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import type { Problem } from "../../../solver/problem.ts";
import type { Solution, SolveOptions } from "../../../solver/solution.ts";
import type { SolverPool } from "../../../workers/pool.ts";
import { withPortfolio } from "../../../workers/portfolio.ts";

const options: SolveOptions = { strategy: "ilp", timeLimitMs: 100, workLimit: Infinity, gapTarget: 0, seed: 1 };
const problem = {} as Problem;

const solution = (cost: number, lowerBound: number, left = 0): Solution => ({
  stop: cost === lowerBound ? "proven" : "time-limit",
  nodes: [],
  bins: [],
  unplaced: Int32Array.of(left),
  cost,
  lowerBound,
  greedyCost: cost,
  greedyUnplaced: left,
  stats: { ms: 1, work: 1, classes: 1, shapes: 1, lpSolves: 0, ilpSolves: 0, packings: 0, polishMoves: 0, parts: 1 },
});

/** Answers by the order of the calls; a function waits for the signal. */
function poolOf(answers: readonly (Solution | Error | "waits")[]): {
  pool: SolverPool;
  seeds: number[];
  aborted: number[];
} {
  const seeds: number[] = [];
  const aborted: number[] = [];
  const pool: SolverPool = {
    solve(_problem, { seed }, call) {
      const index = seeds.push(seed) - 1;
      const answer = answers[index];
      if (answer instanceof Error) return Promise.reject(answer);
      if (answer !== "waits" && answer !== undefined) return Promise.resolve(answer);
      return new Promise((_resolve, reject) => {
        call?.signal?.addEventListener("abort", () => {
          aborted.push(index);
          reject(new Error("aborted"));
        });
      });
    },
    status: () => ({ workers: 2, busy: 0, queued: 0, maxQueue: 2, replaced: 0 }),
    close: () => Promise.resolve(),
  };
  return { pool, seeds, aborted };
}

describe("portfolio", () => {
  test("gives the cheapest, under the best bound of those that place the same pods", async () => {
    const { pool, seeds } = poolOf([solution(10, 8), solution(9, 7)]);
    const best = await withPortfolio(pool, 2).solve(problem, options);
    assert.equal(best.cost, 9);
    assert.equal(best.lowerBound, 8);
    assert.equal(new Set(seeds).size, 2);
  });

  test("more pods placed beats less money, and other pods' bounds do not count", async () => {
    const { pool } = poolOf([solution(5, 5.5, 1), solution(9, 7)]);
    const best = await withPortfolio(pool, 2).solve(problem, options);
    assert.equal(best.cost, 9);
    assert.equal(best.lowerBound, 7);
  });

  test("a cost that meets another search's bound is proven", async () => {
    const { pool } = poolOf([solution(9, 7), solution(10, 9)]);
    const best = await withPortfolio(pool, 2).solve(problem, options);
    assert.equal(best.stop, "proven");
  });

  test("a proof ends the other searches", async () => {
    const { pool, aborted } = poolOf([solution(9, 9), "waits"]);
    assert.equal((await withPortfolio(pool, 2).solve(problem, options)).stop, "proven");
    assert.deepEqual(aborted, [1]);
  });

  test("one failure is no failure; when all fail the first is told", async () => {
    const one = poolOf([new Error("crashed"), solution(9, 7)]);
    assert.equal((await withPortfolio(one.pool, 2).solve(problem, options)).cost, 9);
    const all = poolOf([new Error("first"), new Error("second")]);
    await assert.rejects(withPortfolio(all.pool, 2).solve(problem, options), /first/);
  });

  test("the caller's signal ends all of them", async () => {
    const { pool, aborted } = poolOf(["waits", "waits"]);
    const caller = new AbortController();
    const solving = withPortfolio(pool, 2).solve(problem, options, { signal: caller.signal });
    caller.abort();
    await assert.rejects(solving, /aborted/);
    assert.deepEqual(aborted, [0, 1]);
  });

  test("with a work limit, and for the baselines, there is one search", async () => {
    const { pool, seeds } = poolOf([solution(9, 7), solution(9, 7), solution(9, 7)]);
    await withPortfolio(pool, 2).solve(problem, { ...options, workLimit: 100 });
    await withPortfolio(pool, 2).solve(problem, { ...options, strategy: "greedy" });
    assert.deepEqual(seeds, [1, 1]);
  });
});
