/** The plan service around a solver that tests choose: what it passes on, what it refuses to answer, what is exact. */
import assert from "node:assert/strict";
import { beforeAll, describe, test } from "vitest";
import type { Problem } from "../../../solver/problem.ts";
import type { Solution, SolveOptions } from "../../../solver/solution.ts";
import type { SolveCall, SolverPool } from "../../../workers/pool.ts";
import { loadEmbeddedCatalog } from "../../../src/adapters/catalog/index.ts";
import { createPlanService } from "../../../src/api/planner.ts";
import { planResponseSchema, type PlanResponse } from "../../../src/api/plan-response.ts";
import type { PlanCall, PlanOptions, PlanProgress } from "../../../src/api/plan-service.ts";
import type { Catalog } from "../../../src/ports/catalog.ts";
import { firstFit } from "../../support/first-fit.ts";
import { easyManifests, hardManifests } from "../../support/manifests.ts";

type Solve = (problem: Problem, options: SolveOptions, call: SolveCall) => Solution | Promise<Solution>;

function poolOf(solve: Solve): SolverPool {
  return {
    solve: async (problem, options, call) => solve(problem, options, call ?? {}),
    status: () => ({ workers: 1, busy: 0, queued: 0, maxQueue: 0, replaced: 0 }),
    close: () => Promise.resolve(),
  };
}

const OPTIONS: PlanOptions = { strategy: "ilp", timeLimitMs: 1000, workLimit: Number.POSITIVE_INFINITY, seed: 1 };

describe("the plan service", () => {
  let catalog: Catalog;
  beforeAll(async () => {
    catalog = await loadEmbeddedCatalog();
  });

  function plan(
    text: string,
    solve: Solve = firstFit,
    options: Partial<PlanOptions> = {},
    call: PlanCall = {},
  ): Promise<PlanResponse> {
    const service = createPlanService({ catalog, pool: poolOf(solve), now: () => 0 });
    return service.plan([{ name: "test", text }], { ...OPTIONS, ...options }, call);
  }

  test("answers what the schema says, and every pod once", async () => {
    const answer = planResponseSchema.parse(await plan(hardManifests(50)));
    const pods = answer.nodes.flatMap((node) => node.pods);
    assert.equal(pods.length, 50);
    assert.equal(new Set(pods).size, 50);
    assert.equal(answer.solve.pods, 50);
  });

  test("prices are the listed ones, the cost is their sum, the bound is not rounded up", async () => {
    const listed = new Map<string, number>();
    const { DEFAULT_SIZING } = await import("../../../src/api/manifests/node-class.ts");
    for (const type of catalog.instanceTypes(DEFAULT_SIZING)) {
      for (const { capacityType, priceUsdPerHour, zone } of type.offerings)
        listed.set(`${type.name} ${zone} ${capacityType}`, priceUsdPerHour);
    }
    const bound = 0.123_456_789_012_345;
    const answer = await plan(hardManifests(30), (problem) => ({ ...firstFit(problem), lowerBound: bound }));
    for (const node of answer.nodes) {
      assert.equal(node.hourlyUsd, listed.get(`${node.instanceType} ${node.zone} ${node.capacityType}`));
    }
    const sum = answer.nodes.reduce((total, node) => total + node.hourlyUsd, 0);
    assert.ok(Math.abs(answer.cost.hourlyUsd - sum) < 1e-9);
    assert.equal(answer.cost.lowerBoundUsd, bound);
    assert.ok(answer.cost.gap >= (answer.cost.hourlyUsd - bound) / bound);
    assert.equal(answer.solve.status, "feasible");
  });

  test("a cost that equals its bound is optimal, whatever binary fractions make of it", async () => {
    const answer = await plan(hardManifests(30), (problem) => {
      const solution = firstFit(problem);
      return { ...solution, stop: "proven", lowerBound: solution.cost };
    });
    assert.deepEqual([answer.solve.status, answer.cost.gap], ["optimal", 0]);
    assert.ok(answer.cost.lowerBoundUsd <= answer.cost.hourlyUsd);
  });

  test("quantities are Kubernetes' own", async () => {
    const { nodes, workloads } = await plan(easyManifests(3));
    assert.deepEqual(
      workloads?.map(({ owner, pods, requests }) => [owner, pods.length, requests]),
      [["Deployment/web", 3, { cpu: "500m", memory: "1Gi" }]],
    );
    assert.equal(
      nodes.reduce((sum, node) => sum + node.pods.length, 0),
      3,
    );
    assert.ok(nodes.every((node) => /^\d+(m|Ki|Mi|Gi)?$/.test(node.allocatable["memory"] ?? "")));
  });

  test("passes options, signal and progress through the pool", async () => {
    const seen: SolveOptions[] = [];
    const progress: PlanProgress[] = [];
    const { signal } = new AbortController();
    const solve: Solve = (problem, options, call) => {
      seen.push(options);
      assert.equal(call.signal, signal);
      call.onProgress?.({ phase: "mix", elapsedMs: 0, cost: 2, lowerBound: 1 });
      return firstFit(problem);
    };
    const call = { signal, onProgress: (step: PlanProgress) => progress.push(step) };
    await plan(easyManifests(), solve, { seed: 7, timeLimitMs: 50, workLimit: 3, strategy: "greedy" }, call);
    assert.deepEqual(seen, [{ strategy: "greedy", timeLimitMs: 50, workLimit: 3, gapTarget: 0, seed: 7 }]);
    assert.deepEqual(
      progress.map(({ phase }) => phase),
      ["read", "compile", "mix", "verify"],
    );
    assert.deepEqual([progress[2]!.hourlyUsd, progress[2]!.lowerBoundUsd], [2, 1]);
    assert.ok(progress.every((step, i) => i === 0 || step.elapsedMs >= progress[i - 1]!.elapsedMs));
  });

  test("a plan that overfills a node is not answered", async () => {
    const overfull: Solve = (problem) => {
      const solution = firstFit(problem);
      const [first] = solution.nodes;
      assert.ok(first !== undefined);
      const classes = Int32Array.from({ length: problem.classCount }, (_, k) => k);
      const nodes = [{ ...first, count: 1, content: { classes, pods: problem.demand } }];
      return { ...solution, nodes, cost: problem.price[first.shape]!, lowerBound: 0 };
    };
    await assert.rejects(plan(hardManifests(60), overfull), {
      code: "BAD_CERTIFICATE",
      kind: "internal",
      message: /OVERCOMMITTED/,
    });
  });

  test("a bound above the cost is not answered", async () => {
    const boastful: Solve = (problem) => {
      const solution = firstFit(problem);
      return { ...solution, lowerBound: solution.cost * 1.5 };
    };
    await assert.rejects(plan(hardManifests(20), boastful), { code: "BAD_CERTIFICATE", message: /WRONG_BOUND/ });
  });

  test("a caller that has gone gets no further stage", async () => {
    const gone = new AbortController();
    let solved = false;
    const answer = plan(
      easyManifests(),
      (problem) => {
        solved = true;
        return firstFit(problem);
      },
      {},
      {
        signal: gone.signal,
        onProgress: ({ phase }) => {
          if (phase === "compile") gone.abort();
        },
      },
    );
    await assert.rejects(answer, { code: "ABORTED" });
    assert.equal(solved, false);
  });

  test("the pool's errors pass through", async () => {
    const full = Object.assign(new Error("full"), { code: "QUEUE_FULL", kind: "overload", details: {} });
    await assert.rejects(
      plan(easyManifests(), () => Promise.reject(full)),
      (error) => error === full,
    );
  });

  test("the default pool stands in only where it is asked for and there is none", async () => {
    const podsOnly = easyManifests().split("---\n").at(-1)!;
    await assert.rejects(plan(podsOnly), { code: "NO_NODE_POOL" });
    const { explanation, nodes } = await plan(podsOnly, firstFit, { defaultNodePool: true });
    assert.ok(nodes.length > 0 && explanation.some((sentence) => sentence.includes("default one stands in")));
    const own = await plan(easyManifests(), firstFit, { defaultNodePool: true });
    assert.ok(!own.explanation.some((sentence) => sentence.includes("stands in")));
  });
});
