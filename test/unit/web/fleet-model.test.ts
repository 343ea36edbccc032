/** From a plan to what is drawn. */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { node, planOf, podNames } from "../../support/plan-response.ts";
import { load, type FleetModel } from "./modules.ts";

const { fillOf, groupNodes, readWorkloads, tanksOf } = await load<FleetModel>("fleet-model.js");

describe("groups", () => {
  test("equal nodes are one group whatever their zone; other content is another", () => {
    const plan = planOf([
      node(podNames(2, "a")),
      node(podNames(2, "b"), { zone: "us-east-1c" }),
      node(podNames(1, "c")),
      node(podNames(2, "d"), { capacityType: "spot" }),
    ]);
    const { byPod } = readWorkloads(plan);
    assert.deepEqual(
      groupNodes(plan, byPod).map((group) => group.nodes.length),
      [2, 1, 1],
    );
  });

  test("every pod of the plan is in exactly one segment", () => {
    const plan = planOf([node(podNames(3, "a")), node(podNames(2, "b"))]);
    const drawn = groupNodes(plan, readWorkloads(plan).byPod).flatMap((group) => group.nodes);
    const pods = drawn.flatMap((each) => each.segments.flatMap((segment) => segment.pods));
    assert.deepEqual(pods.sort(), plan.nodes.flatMap((each) => each.pods).sort());
  });
});

describe("workloads", () => {
  test("bare pods of one job are one workload, and the largest has the first colour", () => {
    const exec = podNames(3, "exec");
    const plan = planOf([node([...exec, "shop/web-0"])], {
      workloads: [
        { owner: "Deployment/web", namespace: "shop", requests: { cpu: "1" }, pods: ["shop/web-0"] },
        ...exec.map((pod) => ({
          owner: `Pod/${pod.slice(5)}`,
          namespace: "shop",
          requests: { cpu: "2" },
          pods: [pod],
        })),
      ],
    });
    assert.deepEqual(
      readWorkloads(plan).workloads.map(({ title, pods, color }) => ({ title, pods, color })),
      [
        { title: "exec", pods: 3, color: 0 },
        { title: "web", pods: 1, color: 1 },
      ],
    );
  });

  test("a plan without workloads is drawn by the pods' names", () => {
    const { workloads: _, ...plan } = planOf([node(["shop/web-5d78c-2bqlj", "shop/web-5d78c-x8wfm"])]);
    const { workloads } = readWorkloads(plan);
    assert.deepEqual(
      workloads.map(({ title, pods }) => ({ title, pods })),
      [{ title: "web-5d78c", pods: 2 }],
    );
  });

  test("keys of Object's prototype are names like any other", () => {
    const pods = ["shop/constructor", "shop/__proto__"];
    const plan = planOf([node(pods)], {
      workloads: [{ owner: "Deployment/__proto__", namespace: "constructor", requests: { cpu: "1" }, pods }],
    });
    const { workloads, byPod } = readWorkloads(plan);
    assert.equal(workloads.length, 1);
    assert.equal(groupNodes(plan, byPod)[0]?.first.segments[0]?.pods.length, 2);
  });
});

describe("tanks", () => {
  test("CPU and memory always, and what else the pods ask for", () => {
    const pods = podNames(1);
    const requests = { cpu: "2", memory: "6G", "nvidia.com/gpu": "1", pods: "1" };
    const plan = planOf(
      [node(pods, { allocatable: { cpu: "8", memory: "30Gi", pods: "58", "nvidia.com/gpu": "4" } })],
      {
        workloads: [{ owner: "Deployment/llm", namespace: "shop", requests, pods }],
      },
    );
    const first = groupNodes(plan, readWorkloads(plan).byPod)[0]!.first;
    assert.deepEqual(tanksOf(first), ["cpu", "memory", "nvidia.com/gpu"]);
    assert.equal(fillOf(first, "nvidia.com/gpu").used, 0.25);
  });

  test("the fill is DaemonSets and pods over what the machine offers, and never over the brim", () => {
    const plan = planOf([node(podNames(3)), node(podNames(9, "too-many"))]);
    const [big, small] = groupNodes(plan, readWorkloads(plan).byPod).toSorted(
      (a, b) => b.first.segments[0]!.pods.length - a.first.segments[0]!.pods.length,
    );
    assert.ok(Math.abs(fillOf(small!.first, "cpu").used - 1650 / 1930) < 1e-9);
    const over = fillOf(big!.first, "cpu");
    assert.equal(over.used, 1);
    assert.ok(Math.abs(over.base + over.parts.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-9);
  });
});
