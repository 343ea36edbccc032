/** Nodes that exist, and what DaemonSets take everywhere. */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import {
  daemonSet,
  instanceType,
  node,
  nodePool,
  pod,
  replicas,
  snapshot,
  taint,
  toleration,
} from "../../support/builders.ts";
import { leftOf, newNodeOf, planOf, whereIs } from "../../support/planning.ts";

const amd = instanceType("m5.large", { cpu: 2, memory: "8Gi", price: 0.1 });
const small = pod("p").cpu(1);

describe("a node that exists", () => {
  test("takes pods for nothing", () => {
    const { plan } = planOf(snapshot({ types: [amd], nodes: [node("n1")], pods: [small] }));
    assert.deepEqual([whereIs(plan, "p"), plan.certificate.hourlyUsd], ["n1", 0]);
  });

  test("has free what its running pods leave, pods counted too", () => {
    const running = replicas(pod("r").cpu("1500m"), 2);
    const nodes = [node("n1", { cpu: 4, pods: running })];
    const { plan, compiled } = planOf(snapshot({ types: [amd], nodes, pods: replicas(small, 2) }));
    assert.deepEqual([...compiled.problem.binFree], [1000, 16 * 2 ** 30, 56]);
    assert.equal(plan.nodes.length, 1);
  });

  test("that is overcommitted still takes pods that ask for none of the resource", () => {
    const nodes = [node("n1", { cpu: 1, pods: [pod("r").cpu(2)] })];
    const { plan } = planOf(snapshot({ nodePools: [], nodes, pods: [pod("p").memory("1Gi"), pod("q").cpu("1m")] }));
    assert.equal(whereIs(plan, "p"), "n1");
    assert.equal(leftOf(plan, "q").code, "TOO_LARGE");
  });

  test("that is unschedulable takes none", () => {
    const nodes = [node("n1", { unschedulable: true })];
    newNodeOf(planOf(snapshot({ types: [amd], nodes, pods: [small] })).plan, "p");
  });

  test("keeps away pods that do not tolerate its taints", () => {
    const nodes = [node("n1", { taints: [taint("a")] })];
    newNodeOf(planOf(snapshot({ types: [amd], nodes, pods: [small] })).plan, "p");
    const ok = small.tolerating(toleration("a"));
    assert.equal(whereIs(planOf(snapshot({ types: [amd], nodes, pods: [ok] })).plan, "p"), "n1");
  });

  test("is known by the old names of its labels too", () => {
    const nodes = [node("n1", { labels: { "beta.kubernetes.io/instance-type": "m4.large" } })];
    const asks = small.on({ "node.kubernetes.io/instance-type": "m4.large" });
    assert.equal(whereIs(planOf(snapshot({ types: [amd], nodes, pods: [asks] })).plan, "p"), "n1");
  });

  test("that is full leaves the pod with a reason when no NodePool helps", () => {
    const nodes = [node("n1", { cpu: 2 })];
    const { plan } = planOf(snapshot({ nodePools: [], nodes, pods: replicas(small, 3) }));
    assert.equal(leftOf(plan, "p-2").code, "NODES_FULL");
  });
});

describe("DaemonSets", () => {
  const agent = daemonSet(pod("agent").in("kube-system").cpu("500m").memory("1Gi"));

  test("take their part of every new node", () => {
    const { plan, compiled } = planOf(snapshot({ types: [amd], daemonSets: [agent], pods: [small] }));
    assert.deepEqual([...compiled.problem.allocatable], [1500, 7 * 2 ** 30, 28]);
    assert.deepEqual([...newNodeOf(plan, "p").daemonRequests].sort(), [
      ["cpu", 500],
      ["memory", 2 ** 30],
      ["pods", 1],
    ]);
  });

  test("count only where their selector fits", () => {
    const arm = instanceType("m7g.large", { arch: "arm64", price: 0.1 });
    const armAgent = { ...agent, pod: { ...agent.pod, nodeSelector: new Map([["kubernetes.io/arch", "arm64"]]) } };
    const { compiled } = planOf(snapshot({ types: [amd, arm], daemonSets: [armAgent], pods: [small] }));
    assert.deepEqual([compiled.problem.allocatable[0], compiled.problem.allocatable[3]], [2000, 1500]);
  });

  test("count only where they tolerate the NodePool's taints; startup taints are no obstacle", () => {
    const pools = [nodePool("tainted").tainted(taint("x")), nodePool("starting").startingWith(taint("y"))];
    const tolerant = small.tolerating(toleration("x"));
    const { compiled } = planOf(snapshot({ nodePools: pools, types: [amd], daemonSets: [agent], pods: [tolerant] }));
    const cpu = new Map(
      compiled.index.shapes.map((shape, s) => [shape.kind.nodePool.name, compiled.problem.allocatable[s * 3]]),
    );
    assert.deepEqual([cpu.get("tainted"), cpu.get("starting")], [2000, 1500]);
  });

  test("that ask for more than a machine has rule it out", () => {
    const huge = daemonSet(pod("huge").cpu(3));
    const left = leftOf(planOf(snapshot({ types: [amd], daemonSets: [huge], pods: [small] })).plan, "p");
    assert.match(left.reason, /DaemonSets alone ask for more cpu than it has/);
  });

  test("hold back room on a node where they do not run yet, and none where they do", () => {
    const running = { ...agent.pod, name: "agent-x" };
    const nodes = [node("has", { cpu: 1, pods: [running] }), node("waits", { cpu: 1 })];
    const { compiled } = planOf(snapshot({ types: [amd], nodes, daemonSets: [agent], pods: [pod("p").cpu("400m")] }));
    assert.deepEqual([compiled.problem.binFree[0], compiled.problem.binFree[3]], [500, 500]);
  });
});
