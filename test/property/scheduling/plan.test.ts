/** Random small snapshots through the whole middle: compile, solve, decode; an independent check finds nothing. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { beforeAll, describe, test } from "vitest";
import { certifySolution } from "../../../solver/certify.ts";
import { createGlpk } from "../../../solver/glpk/glpk.ts";
import type { LinearSolver } from "../../../solver/linear-program.ts";
import type { Problem } from "../../../solver/problem.ts";
import type { Solution } from "../../../solver/solution.ts";
import { solveProblem } from "../../../solver/solve.ts";
import { podKey } from "../../../src/domain/pod.ts";
import type { Snapshot } from "../../../src/domain/snapshot.ts";
import { compileProblem } from "../../../src/scheduling/compile.ts";
import { decodePlan } from "../../../src/scheduling/decode.ts";
import { verifyPlan } from "../../../src/scheduling/verify.ts";
import { firstFit } from "../../support/first-fit.ts";
import { randomSnapshot } from "../../support/random-snapshot.ts";

let linear: LinearSolver;
beforeAll(async () => {
  linear = await createGlpk();
});

const options = { strategy: "ilp", timeLimitMs: Infinity, workLimit: 200, gapTarget: 0, seed: 1 } as const;
const solvers: Record<string, (problem: Problem) => Solution> = {
  "first fit": firstFit,
  "the solver": (problem) => solveProblem(problem, options, { now: () => 0, linear }),
};

describe("a decoded plan breaks no rule", () => {
  test.each(Object.entries(solvers))("of %s", { timeout: 120_000 }, (name, solve) => {
    fc.assert(
      fc.property(randomSnapshot(), (snapshot) => {
        const compiled = compileProblem(snapshot);
        const solution = solve(compiled.problem);
        assert.deepEqual(certifySolution(compiled.problem, solution), []);
        const plan = decodePlan(compiled, solution);
        assert.deepEqual(verifyPlan(snapshot, plan), []);
        for (const { reason } of plan.unschedulable) assert.doesNotMatch(reason, /undefined|NaN|\[object/);
        for (const sentence of plan.explanation) assert.doesNotMatch(sentence, /undefined|NaN|\[object/);
      }),
      { numRuns: name === "first fit" ? 400 : 150 },
    );
  });
});

/** What a Problem is about, without the order of bins. */
function essence(snapshot: Snapshot): unknown {
  const { problem, index, refused } = compileProblem(snapshot);
  return {
    classes: index.classes.map((one) => one.pods.map(podKey)),
    shapes: index.shapes.map((shape) => [shape.kind.nodePool.name, shape.kind.instanceType.name, shape.offering.zone]),
    demand: problem.demand,
    requests: problem.requests,
    price: problem.price,
    allocatable: problem.allocatable,
    tiers: problem.shapeTier,
    groups: problem.group,
    groupShapes: problem.groupShapes,
    rows: problem.shapeRows,
    spreads: problem.spreads,
    refused: refused.map((one) => [one.pods.map(podKey), one.code, one.reason]),
  };
}

test("the order of pods, pools, types and offerings changes nothing", () => {
  fc.assert(
    fc.property(randomSnapshot(), fc.infiniteStream(fc.nat()), (snapshot, numbers) => {
      const shuffled = <T>(list: readonly T[]): T[] =>
        list
          .map((item) => ({ item, at: numbers.next().value as number }))
          .sort((a, b) => a.at - b.at)
          .map(({ item }) => item);
      const other: Snapshot = {
        ...snapshot,
        pods: shuffled(snapshot.pods),
        nodePools: shuffled(snapshot.nodePools),
        instanceTypes: new Map(
          shuffled([...snapshot.instanceTypes]).map(([name, types]) => [
            name,
            shuffled(types).map((type) => ({ ...type, offerings: shuffled(type.offerings) })),
          ]),
        ),
      };
      assert.deepEqual(essence(other), essence(snapshot));
    }),
    { numRuns: 300 },
  );
});
