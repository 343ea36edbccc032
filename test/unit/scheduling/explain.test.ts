/** Reasons and explanations, word for word: they are for people. */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { compileProblem } from "../../../src/scheduling/compile.ts";
import { decodePlan } from "../../../src/scheduling/decode.ts";
import { firstFit } from "../../support/first-fit.ts";
import { instanceType, node, nodePool, pod, replicas, snapshot, taint } from "../../support/builders.ts";
import { leftOf, planOf } from "../../support/planning.ts";

const types = [
  instanceType("m5.large", { cpu: 2, memory: "8Gi", price: 0.096, zones: ["us-east-1a", "us-east-1b"] }),
  instanceType("m5.xlarge", { cpu: 4, memory: "16Gi", price: 0.192, reserved: { cpu: "310m" } }),
  instanceType("m7g.large", { cpu: 2, memory: "8Gi", price: 0.08, arch: "arm64" }),
];

describe("why a pod has no place", () => {
  const cases: Record<string, { snapshot: Parameters<typeof snapshot>[0]; code: string; reason: string }> = {
    "too much of one resource: the largest and what would fit": {
      snapshot: { types, pods: [pod("p").cpu(97)] },
      code: "TOO_LARGE",
      reason:
        "Of 4 offerings: 4 too small: needs 97 cpu, the largest has 3.69 cpu. To place it: ask for at most 3.69 cpu.",
    },
    "two rules: each with its count, and the change that is enough alone": {
      snapshot: { types, pods: [pod("p").cpu(3).on({ "kubernetes.io/arch": "arm64" })] },
      code: "TOO_LARGE",
      reason:
        "Of 4 offerings: 3 by kubernetes.io/arch=arm64, 1 too small: needs 3 cpu, the largest has 3.69 cpu. To place it: ask for at most 2 cpu, or drop its requirement kubernetes.io/arch=arm64.",
    },
    "a taint": {
      snapshot: { types, nodePools: [nodePool("gpu").tainted(taint("gpu", "yes"))], pods: [pod("p").cpu(1)] },
      code: "TAINTED",
      reason:
        "Of 4 offerings: 4 by taint gpu=yes:NoSchedule of NodePool gpu. To place it: tolerate the taint gpu=yes:NoSchedule.",
    },
    "a limit": {
      snapshot: {
        types,
        nodePools: [nodePool("default").limited({ cpu: 10 }).using({ cpu: 9 })],
        pods: [pod("p").cpu(1)],
      },
      code: "LIMIT_REACHED",
      reason:
        "Of 4 offerings: 4 by limits.cpu of NodePool default (1 left of 10). To place it: raise limits.cpu of NodePool default by 1.",
    },
    "a label that nobody defines": {
      snapshot: { types, pods: [pod("p").cpu(1).on({ team: "a" })] },
      code: "NO_MATCHING_NODE",
      reason:
        "Of 4 offerings: 4 by team=a. No NodePool and no node defines the label team (wanted: team=a): add it to the labels or requirements of NodePool default, or take it off the pod.",
    },
    "only nodes that exist": {
      snapshot: {
        types,
        nodePools: [],
        nodes: [node("n1", { unschedulable: true }), node("n2")],
        pods: [pod("p").cpu(5)],
      },
      code: "TOO_LARGE",
      reason:
        "There is no NodePool. Of 2 existing nodes: 1 since it is unschedulable, 1 too small: needs 5 cpu, the most that is free is 4 cpu. To place it: ask for at most 4 cpu.",
    },
  };
  test.each(Object.entries(cases))("%s", (_, { snapshot: fields, code, reason }) => {
    const left = leftOf(planOf(snapshot(fields)).plan, "p");
    assert.deepEqual({ code: left.code, reason: left.reason }, { code, reason });
  });
});

test("the plan says what it bought, what is full, what is proven and what greedy pays", () => {
  const compiled = compileProblem(
    snapshot({ types: types.slice(0, 1), pods: replicas(pod("p").cpu(1).memory("1Gi"), 4) }),
  );
  const solution = { ...firstFit(compiled.problem), lowerBound: 0.18, greedyCost: 0.24 };
  assert.deepEqual(decodePlan(compiled, solution).explanation, [
    "2 nodes for 4 pods at $0.1920/h: 2 m5.",
    "What the hour costs: m5 $0.0480 per vCPU and $0.0120 per GiB.",
    "The new nodes are full to: cpu 100.0%, memory 25.0%, pods 6.90%; cpu binds.",
    "No plan that places the same pods costs less than $0.1800/h: at most $0.0120/h (6.67%) is left to win.",
    "First-fit would pay $0.2400/h: this saves $0.0480/h, 20.0%.",
  ]);
  const proven = decodePlan(compiled, { ...solution, lowerBound: solution.cost, greedyCost: solution.cost });
  assert.deepEqual(proven.explanation.slice(3), [
    "It is proven: no plan that places the same pods costs less.",
    "First-fit finds nothing cheaper.",
  ]);
});
