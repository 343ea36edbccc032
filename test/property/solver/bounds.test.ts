/** The bound is never above the true optimum, and the answer is valid, on random tiny Problems with every feature. */
import assert from "node:assert/strict";
import { beforeAll, describe, test } from "vitest";
import { certifySolution } from "../../../solver/certify.ts";
import { createGlpk } from "../../../solver/glpk/glpk.ts";
import type { LinearSolver } from "../../../solver/linear-program.ts";
import type { Problem } from "../../../solver/problem.ts";
import type { Solution, SolveOptions } from "../../../solver/solution.ts";
import { solveProblem } from "../../../solver/solve.ts";
import { bruteForceCost } from "../../support/solver/brute-force.ts";
import { randomProblem } from "../../support/solver/random-problem.ts";

const TINY = { classes: 3, podsPerClass: 2, shapes: 3, bins: 1 };
const SMALL = { classes: 12, podsPerClass: 12, shapes: 12, bins: 3 };
const reproducible: SolveOptions = { strategy: "ilp", timeLimitMs: Infinity, workLimit: 400, gapTarget: 0, seed: 1 };

let linear: LinearSolver;
beforeAll(async () => {
  linear = await createGlpk();
});

const solve = (problem: Problem, options: SolveOptions = reproducible): Solution =>
  solveProblem(problem, options, { now: () => 0, linear });

const placed = (problem: Problem, solution: Solution): Int32Array =>
  problem.demand.map((demand, k) => demand - solution.unplaced[k]!);

const left = (solution: Solution): number => solution.unplaced.reduce((sum, pods) => sum + pods, 0);

describe("against brute force", () => {
  test.each([
    { features: 0, from: 1, count: 1200 },
    { features: 0.5, from: 100_000, count: 1200 },
  ])(
    "the bound holds and proofs are true ($count problems, features $features)",
    ({ features, from, count }) => {
      let proven = 0;
      for (let seed = from; seed < from + count; seed++) {
        const problem = randomProblem(seed, { ...TINY, features });
        const solution = solve(problem);
        assert.deepEqual(certifySolution(problem, solution), [], `seed ${String(seed)}`);
        const optimum = bruteForceCost(problem, placed(problem, solution));
        const figures = `seed ${String(seed)}: bound ${String(solution.lowerBound)}, optimum ${String(optimum)}, cost ${String(solution.cost)}`;
        assert.ok(solution.lowerBound <= optimum + 1e-9, figures);
        assert.ok(solution.cost >= optimum - 1e-9, figures);
        if (solution.stop === "proven") {
          proven++;
          assert.ok(Math.abs(solution.cost - optimum) < 1e-6, figures);
        }
      }
      assert.ok(proven > count / 3, `only ${String(proven)} of ${String(count)} proven`);
    },
    120_000,
  );
});

describe("against greedy", () => {
  test("never dearer for as many pods, on 500 problems, and every answer is valid", () => {
    let cheaper = 0;
    for (let seed = 1; seed <= 500; seed++) {
      const problem = randomProblem(seed, { ...SMALL, features: seed % 2 === 0 ? 0.4 : 0 });
      const solution = solve(problem);
      assert.deepEqual(certifySolution(problem, solution), [], `seed ${String(seed)}`);
      const fewer = solution.greedyUnplaced - left(solution);
      assert.ok(
        fewer >= 0,
        `seed ${String(seed)}: ${String(left(solution))} left, greedy ${String(solution.greedyUnplaced)}`,
      );
      if (fewer === 0) assert.ok(solution.cost <= solution.greedyCost + 1e-9, `seed ${String(seed)}`);
      if (solution.cost < solution.greedyCost - 1e-9) cheaper++;
    }
    assert.ok(cheaper > 100, `cheaper than greedy on only ${String(cheaper)} of 500`);
  }, 120_000);

  test("with no time at all the answer is the greedy plan", () => {
    const problem = randomProblem(7, { ...SMALL, features: 0 });
    const solution = solve(problem, { ...reproducible, workLimit: Infinity, timeLimitMs: 0 });
    assert.equal(solution.cost, solution.greedyCost);
    assert.deepEqual(certifySolution(problem, solution), []);
  });
});

describe("reproducible", () => {
  test("with a work limit the same input gives the same answer", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const problem = randomProblem(seed, { ...SMALL, features: 0.3 });
      const { nodes, cost, lowerBound } = solve(problem);
      const again = solve(problem);
      assert.deepEqual(
        { nodes, cost, lowerBound },
        { nodes: again.nodes, cost: again.cost, lowerBound: again.lowerBound },
      );
    }
  });
});
