/** The solver on Problems whose answer is known. */
import assert from "node:assert/strict";
import { beforeAll, describe, test } from "vitest";
import { certifySolution } from "../../../solver/certify.ts";
import { createGlpk } from "../../../solver/glpk/glpk.ts";
import type { LinearSolver } from "../../../solver/linear-program.ts";
import type { Problem } from "../../../solver/problem.ts";
import type { Solution, Strategy } from "../../../solver/solution.ts";
import { solveProblem } from "../../../solver/solve.ts";
import { ragged } from "../../support/solver/random-problem.ts";
import { problemOf } from "./problems.ts";

let linear: LinearSolver;
beforeAll(async () => {
  linear = await createGlpk();
});

function solve(problem: Problem, strategy: Strategy = "ilp"): Solution {
  const options = { strategy, timeLimitMs: Infinity, workLimit: 3000, gapTarget: 0, seed: 1 } as const;
  const solution = solveProblem(problem, options, { now: () => 0, linear });
  assert.deepEqual(certifySolution(problem, solution), []);
  return solution;
}

const left = (solution: Solution): number => solution.unplaced.reduce((sum, pods) => sum + pods, 0);
const near = (a: number, b: number): void => {
  assert.ok(Math.abs(a - b) < 1e-6, `${String(a)} is not ${String(b)}`);
};

describe("where greedy is known to lose", () => {
  /** c7i.large to c7i.8xlarge, about: vCPU less what the kubelet keeps. */
  const machines = [
    [1930, 3000, 0.08925],
    [3920, 6500, 0.1785],
    [7910, 14000, 0.357],
    [15890, 28000, 0.714],
    [31850, 57000, 1.428],
  ] as const;

  test("17 pods of one CPU: greedy fills one large machine, the best mix costs 37% less", () => {
    const solution = solve(problemOf([[1000, 1500, 17]], machines));
    assert.equal(solution.stop, "proven");
    near(solution.cost, 0.8925);
    near(solution.greedyCost, 1.428);
  });

  test("pods without a GPU ride along on the node that has one", () => {
    const classes = Float64Array.of(1, 1, 1, 1, 1, 0);
    const problem = problemOf([], [], {
      resourceCount: 3,
      classCount: 2,
      demand: Int32Array.of(1, 6),
      requests: classes,
      priority: new Int32Array(2),
      group: new Int32Array(2),
      groupShapes: ragged([[0, 1]]),
      shapeCount: 2,
      allocatable: Float64Array.of(8, 8, 1, 8, 8, 0),
      price: Float64Array.of(3, 1),
      shapeLimit: Int32Array.of(9, 9),
      shapeTier: new Int32Array(2),
    });
    const solution = solve(problem);
    near(solution.cost, 3);
    assert.equal(solution.stop, "proven");
  });
});

describe("limits, tiers and bins", () => {
  const shapes = [
    [4, 8, 1],
    [8, 16, 1.9],
  ] as const;

  test("weights come before money: the first tier takes what it can", () => {
    const solution = solve(problemOf([[1, 1, 4]], shapes, { shapeTier: Int32Array.of(1, 0) }));
    near(solution.cost, 1.9);
  });

  test("what a limit keeps out of the first tier goes to the next", () => {
    const problem = problemOf([[4, 4, 3]], shapes, { shapeTier: Int32Array.of(1, 0), shapeLimit: Int32Array.of(9, 1) });
    const solution = solve(problem);
    assert.equal(left(solution), 0);
    near(solution.cost, 2.9);
  });

  test("a limit on the sum leaves pods over, the least important ones", () => {
    const row = { shapes: Int32Array.of(0, 1), coefficients: Float64Array.of(4, 8), limit: 8 };
    const problem = problemOf(
      [
        [1, 1, 6],
        [1, 2, 6],
      ],
      shapes,
      { shapeRows: [row], priority: Int32Array.of(0, 5) },
    );
    const solution = solve(problem);
    assert.equal(left(solution), 4);
    assert.equal(solution.unplaced[1], 0);
  });

  test("room on existing nodes costs nothing and is used first", () => {
    const bins = { binCount: 2, binFree: Float64Array.of(4, 8, 4, 8), groupBins: ragged([[0, 1]]) };
    const solution = solve(problemOf([[1, 1, 9]], shapes, bins));
    assert.equal(solution.bins.length, 2);
    near(solution.cost, 1);
  });
});

describe("rules inside a node and over domains", () => {
  const shapes = [
    [8, 16, 1],
    [8, 16, 1.2],
  ] as const;
  const zones = { domainKeys: [{ domainCount: 2, shapeDomain: Int32Array.of(0, 1), binDomain: new Int32Array(0) }] };
  const all = Int32Array.of(0);
  const none = new Int32Array(0);

  test("pods that repel each other get a node each, and the bound knows it", () => {
    const cap = { owners: all, counted: all, max: 1, binCounted: none, binOwned: new Uint8Array(0) };
    const solution = solve(problemOf([[1, 1, 5]], shapes, { nodeCaps: [cap] }));
    near(solution.cost, 5);
    assert.equal(solution.stop, "proven");
  });

  test("a spread opens the dearer zone", () => {
    const spread = {
      key: 0,
      owners: all,
      counted: all,
      maxSkew: 1,
      minDomains: 1,
      initial: Int32Array.of(0, 0),
      eligible: Uint8Array.of(1, 1),
    };
    near(solve(problemOf([[1, 1, 4]], shapes, { ...zones, spreads: [spread] })).cost, 2.2);
  });

  test("a pull keeps the group in one zone, and a running pod says which", () => {
    const need = (initial: Int32Array, mayStart: boolean): Partial<Problem> => ({
      ...zones,
      domainNeeds: [{ key: 0, owners: all, counted: all, initial, mayStart }],
    });
    near(solve(problemOf([[4, 4, 4]], shapes, need(Int32Array.of(0, 0), true))).cost, 2);
    near(solve(problemOf([[4, 4, 4]], shapes, need(Int32Array.of(0, 1), false))).cost, 2.4);
  });

  test("one repelling pod a zone: the third has nowhere to go", () => {
    const cap = {
      key: 0,
      owners: all,
      counted: all,
      max: 1,
      domainCounted: Int32Array.of(0, 0),
      domainOwned: Uint8Array.of(0, 0),
    };
    assert.equal(left(solve(problemOf([[1, 1, 3]], shapes, { ...zones, domainCaps: [cap] }))), 1);
  });

  test("followers share a node with their leaders; with nobody to follow they stay", () => {
    const need = { owners: Int32Array.of(1), counted: Int32Array.of(0), binCounted: none, mayStart: false };
    const together = solve(
      problemOf(
        [
          [2, 2, 2],
          [3, 3, 4],
        ],
        shapes,
        { nodeNeeds: [need] },
      ),
    );
    assert.equal(left(together), 0);
    assert.ok(together.nodes.every((node) => node.content.classes.includes(0)));
    const alone = { ...need, counted: none };
    assert.equal(
      left(
        solve(
          problemOf(
            [
              [2, 2, 2],
              [3, 3, 4],
            ],
            shapes,
            { nodeNeeds: [alone] },
          ),
        ),
      ),
      4,
    );
  });
});

describe("strategies", () => {
  test("baselines answer with their own plan, under the same bound", () => {
    const problem = problemOf(
      [[1000, 1500, 17]],
      [
        [1930, 3000, 0.09],
        [15890, 28000, 0.714],
      ],
    );
    const greedy = solve(problem, "greedy");
    const groups = solve(problem, "cluster-autoscaler");
    const best = solve(problem);
    assert.equal(greedy.stop, "heuristic");
    near(greedy.cost, greedy.greedyCost);
    for (const plan of [greedy, groups]) {
      assert.ok(plan.cost >= best.cost - 1e-9);
      assert.ok(plan.lowerBound <= best.cost + 1e-9 && plan.lowerBound > 0);
    }
  });
});
