/** Which machines a pod may use: labels, taints, NodePools and their open labels. */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { compileProblem } from "../../../src/scheduling/compile.ts";
import {
  instanceType,
  node,
  nodePool,
  offering,
  pod,
  replicas,
  requirement,
  snapshot,
  taint,
  toleration,
} from "../../support/builders.ts";
import { leftOf, newNodeOf, planOf, whereIs } from "../../support/planning.ts";

const ARCH = "kubernetes.io/arch";
const ZONE = "topology.kubernetes.io/zone";
const CAPACITY = "karpenter.sh/capacity-type";
const amd = instanceType("m5.large", { price: 0.1, zones: ["us-east-1a", "us-east-1b"], capacityTypes: ["on-demand"] });
const arm = instanceType("m7g.large", { price: 0.08, arch: "arm64", zones: ["us-east-1a", "us-east-1b"] });
const small = pod("p").cpu(1);

describe("labels", () => {
  test("a nodeSelector chooses the machine", () => {
    const { plan } = planOf(snapshot({ types: [amd, arm], pods: [small.on({ [ARCH]: "amd64" })] }));
    assert.equal(newNodeOf(plan, "p").instanceType, "m5.large");
  });

  test("an old label name in a nodeSelector means today's", () => {
    const { plan } = planOf(snapshot({ types: [amd, arm], pods: [small.on({ "beta.kubernetes.io/arch": "amd64" })] }));
    assert.equal(newNodeOf(plan, "p").instanceType, "m5.large");
  });

  test("affinity terms are alternatives, requirements inside one are not", () => {
    const either = small
      .requiring(requirement(ARCH, "In", "arm64"), requirement(ZONE, "In", "us-east-1c"))
      .requiring(requirement(ARCH, "In", "amd64"), requirement(ZONE, "In", "us-east-1b"));
    const found = newNodeOf(planOf(snapshot({ types: [amd, arm], pods: [either] })).plan, "p");
    assert.deepEqual([found.instanceType, found.zone], ["m5.large", "us-east-1b"]);
  });

  test("an empty affinity term selects nothing", () => {
    const { plan } = planOf(snapshot({ types: [amd], pods: [small.requiring()] }));
    assert.equal(leftOf(plan, "p").code, "NO_MATCHING_NODE");
  });

  test("Gt on a machine label compares numbers, and a machine without the label is out", () => {
    const GPU = "karpenter.k8s.aws/instance-gpu-count";
    const gpu = instanceType("g5.xlarge", { price: 1, labels: { [GPU]: "1" } });
    const many = instanceType("g5.48xlarge", { price: 9, labels: { [GPU]: "10" } });
    const { plan } = planOf(
      snapshot({ types: [amd, gpu, many], pods: [small.requiring(requirement(GPU, "Gt", "9"))] }),
    );
    assert.equal(newNodeOf(plan, "p").instanceType, "g5.48xlarge");
  });

  test("a missing machine label satisfies NotIn and DoesNotExist", () => {
    const GPU = "karpenter.k8s.aws/instance-gpu-name";
    const gpu = instanceType("g5.xlarge", { price: 0.01, labels: { [GPU]: "a10g" } });
    const types = [amd, gpu];
    for (const rule of [requirement(GPU, "NotIn", "a10g"), requirement(GPU, "DoesNotExist")]) {
      const { plan } = planOf(snapshot({ types, pods: [small.requiring(rule)] }));
      assert.equal(newNodeOf(plan, "p").instanceType, "m5.large", rule.operator);
    }
  });

  test("the region follows from the zone", () => {
    const inRegion = small.on({ "topology.kubernetes.io/region": "us-east-1" });
    assert.equal(newNodeOf(planOf(snapshot({ types: [amd], pods: [inRegion] })).plan, "p").zone, "us-east-1a");
    const elsewhere = small.on({ "topology.kubernetes.io/region": "eu-west-1" });
    leftOf(planOf(snapshot({ types: [amd], pods: [elsewhere] })).plan, "p");
  });

  test("a hostname can only be that of a node that exists", () => {
    const nodes = [node("n1"), node("n2")];
    const named = small.on({ "kubernetes.io/hostname": "n2" });
    assert.equal(whereIs(planOf(snapshot({ types: [amd], nodes, pods: [named] })).plan, "p"), "n2");
    leftOf(planOf(snapshot({ types: [amd], pods: [named] })).plan, "p");
    const not = small.requiring(requirement("kubernetes.io/hostname", "NotIn", "n1", "n2"));
    newNodeOf(planOf(snapshot({ types: [amd], nodes, pods: [not] })).plan, "p");
  });

  test("a pod may ask for the NodePool by name", () => {
    const nodePools = [nodePool("a"), nodePool("b")];
    const { plan } = planOf(snapshot({ nodePools, types: [amd], pods: [small.on({ "karpenter.sh/nodepool": "b" })] }));
    assert.equal(newNodeOf(plan, "p").nodePool, "b");
  });
});

describe("offerings", () => {
  const spotty = instanceType("m5.large", {
    offerings: [
      offering("us-east-1a", 0.1),
      offering("us-east-1b", 0.02, "spot", { available: false }),
      offering("us-east-1a", 0.04, "spot"),
    ],
  });

  test("the cheapest that is available is taken", () => {
    const found = newNodeOf(planOf(snapshot({ types: [spotty], pods: [small] })).plan, "p");
    assert.deepEqual([found.capacityType, found.zone, found.priceUsdPerHour], ["spot", "us-east-1a", 0.04]);
  });

  test("a NodePool that allows only on-demand gets no spot", () => {
    const nodePools = [nodePool("default").requiring(requirement(CAPACITY, "In", "on-demand"))];
    const { plan } = planOf(snapshot({ nodePools, types: [spotty], pods: [small] }));
    assert.equal(newNodeOf(plan, "p").capacityType, "on-demand");
  });

  test("offerings that nobody can tell apart are one shape, with the others as alternates", () => {
    const { plan, compiled } = planOf(snapshot({ types: [spotty], pods: [small] }));
    assert.equal(compiled.problem.shapeCount, 1);
    assert.deepEqual(
      newNodeOf(plan, "p").alternates.map((one) => one.capacityType),
      ["on-demand"],
    );
    const asked = compileProblem(snapshot({ types: [spotty], pods: [small.on({ [CAPACITY]: "spot" })] }));
    assert.equal(asked.problem.shapeCount, 2);
  });

  test("zones without a subnet are not used", () => {
    const plain = nodePool("default");
    const nodePools = [plain.but({ sizing: { ...plain.sizing, zones: ["us-east-1b"] } })];
    assert.equal(newNodeOf(planOf(snapshot({ nodePools, types: [amd], pods: [small] })).plan, "p").zone, "us-east-1b");
  });

  test("a reservation gives no more nodes than it has left", () => {
    const reserved = instanceType("m5.large", {
      offerings: [
        offering("us-east-1a", 0.1),
        offering("us-east-1a", 0.001, "reserved", { remaining: 2, reservationId: "cr-1" }),
      ],
    });
    const { plan } = planOf(snapshot({ types: [reserved], pods: replicas(pod("p").cpu(2), 3) }));
    const kinds = plan.nodes.map((one) => one.capacityType).sort();
    assert.deepEqual(kinds, ["on-demand", "reserved", "reserved"]);
  });
});

describe("taints", () => {
  const tainted = nodePool("gpu").tainted(taint("gpu", "yes"));

  test("a NodePool's taint keeps pods away that do not tolerate it", () => {
    const { plan } = planOf(snapshot({ nodePools: [tainted], types: [amd], pods: [small] }));
    const left = leftOf(plan, "p");
    assert.equal(left.code, "TAINTED");
    assert.match(left.reason, /To place it: tolerate the taint gpu=yes:NoSchedule\./);
  });

  test("pods that tolerate it may use it", () => {
    const ok = small.tolerating(toleration("gpu", "yes"));
    assert.equal(
      newNodeOf(planOf(snapshot({ nodePools: [tainted], types: [amd], pods: [ok] })).plan, "p").nodePool,
      "gpu",
    );
  });

  test("startup taints go away by themselves and count for nothing", () => {
    const nodePools = [nodePool("default").startingWith(taint("cni", "starting"))];
    newNodeOf(planOf(snapshot({ nodePools, types: [amd], pods: [small] })).plan, "p");
  });

  test("PreferNoSchedule does not keep anyone away", () => {
    const nodePools = [nodePool("default").tainted(taint("soft", "", "PreferNoSchedule"))];
    newNodeOf(planOf(snapshot({ nodePools, types: [amd], pods: [small] })).plan, "p");
  });
});

describe("NodePools", () => {
  test("the highest weight comes before money", () => {
    const nodePools = [
      nodePool("cheap").requiring(requirement(ARCH, "In", "arm64")),
      nodePool("first")
        .weighing(10)
        .requiring(requirement(ARCH, "In", "amd64")),
    ];
    const { plan, compiled } = planOf(snapshot({ nodePools, types: [amd, arm], pods: [small] }));
    assert.equal(newNodeOf(plan, "p").nodePool, "first");
    assert.deepEqual([...compiled.problem.shapeTier], [0, 1]);
  });

  test("a limit leaves out the shapes that exceed it alone, and bounds the sum of the others", () => {
    const big = instanceType("m5.8xlarge", { cpu: 32, memory: "128Gi", price: 1 });
    const nodePools = [nodePool("default").limited({ cpu: 5 }).using({ cpu: 1 })];
    const { plan, compiled } = planOf(snapshot({ nodePools, types: [amd, big], pods: replicas(pod("p").cpu(2), 3) }));
    assert.equal(plan.nodes.length, 2);
    assert.equal(compiled.problem.shapeRows[0]!.limit, 4000);
    const left = plan.unschedulable[0]!;
    assert.equal(left.code, "LIMIT_REACHED");
    assert.match(
      left.reason,
      /limits\.cpu of NodePool default \(5\) is used up\. Raise limits\.cpu of NodePool default by at least 2\./,
    );
  });

  test("a limit on nodes counts nodes", () => {
    const nodePools = [nodePool("default").limited({ nodes: 1 })];
    const { plan } = planOf(snapshot({ nodePools, types: [amd], pods: replicas(pod("p").cpu(2), 2) }));
    assert.deepEqual([plan.nodes.length, plan.unschedulable.length], [1, 1]);
  });

  test("a limit that leaves nothing says by how much to raise it", () => {
    const nodePools = [nodePool("default").limited({ cpu: 3 }).using({ cpu: 2 })];
    const left = leftOf(planOf(snapshot({ nodePools, types: [amd], pods: [small] })).plan, "p");
    assert.equal(left.code, "LIMIT_REACHED");
    assert.match(left.reason, /raise limits\.cpu of NodePool default by 1\b/);
  });

  test("an unusable NodePool makes nothing, and its reason is told", () => {
    const nodePools = [nodePool("default").but({ unusable: "its EC2NodeClass is missing" })];
    const left = leftOf(planOf(snapshot({ nodePools, types: [amd], pods: [small] })).plan, "p");
    assert.match(left.reason, /NodePool default has nothing to offer: its EC2NodeClass is missing/);
  });

  test("without any NodePool and node there is nothing to hope for", () => {
    assert.equal(leftOf(planOf(snapshot({ nodePools: [], pods: [small] })).plan, "p").code, "NO_NODE_POOL");
  });
});

describe("labels that a NodePool defines", () => {
  test("a fixed label is on its nodes", () => {
    const nodePools = [nodePool("plain"), nodePool("web").labelled({ team: "web" })];
    const { plan } = planOf(snapshot({ nodePools, types: [amd], pods: [small.on({ team: "web" })] }));
    const found = newNodeOf(plan, "p");
    assert.deepEqual([found.nodePool, found.labels.get("team")], ["web", "web"]);
  });

  test("a label that no NodePool defines cannot be asked for", () => {
    const left = leftOf(planOf(snapshot({ types: [amd], pods: [small.on({ team: "web" })] })).plan, "p");
    assert.equal(left.code, "NO_MATCHING_NODE");
    assert.match(left.reason, /defines the label team/);
  });

  const open = {
    "In [a, b, c]": requirement("team", "In", "a", "b", "c"),
    Exists: requirement("team", "Exists"),
    "NotIn [x]": requirement("team", "NotIn", "x"),
  };
  test.each(Object.entries(open))("%s: pods that ask for different values never share a node", (_, rule) => {
    const nodePools = [nodePool("default").requiring(rule)];
    const pods = [
      pod("a").cpu("100m").on({ team: "a" }),
      pod("b").cpu("100m").on({ team: "b" }),
      pod("any").cpu("100m"),
    ];
    const { plan } = planOf(snapshot({ nodePools, types: [amd], pods }));
    assert.equal(newNodeOf(plan, "a").labels.get("team"), "a");
    assert.equal(newNodeOf(plan, "b").labels.get("team"), "b");
    newNodeOf(plan, "any");
  });

  test("a value outside the requirement is refused", () => {
    const nodePools = [nodePool("default").requiring(requirement("team", "In", "a", "b"))];
    leftOf(planOf(snapshot({ nodePools, types: [amd], pods: [small.on({ team: "c" })] })).plan, "p");
    const not = [nodePool("default").requiring(requirement("team", "NotIn", "x"))];
    leftOf(planOf(snapshot({ nodePools: not, types: [amd], pods: [small.on({ team: "x" })] })).plan, "p");
  });

  test("NotIn and DoesNotExist of a pod get a variant of their own", () => {
    const nodePools = [nodePool("default").requiring(requirement("team", "NotIn", "x"))];
    const pods = [
      pod("a").cpu("100m").on({ team: "a" }),
      pod("not-a")
        .cpu("100m")
        .requiring(requirement("team", "NotIn", "a")),
      pod("none").cpu("100m").requiring(requirement("team", "DoesNotExist")),
      pod("some").cpu("100m").requiring(requirement("team", "Exists")),
    ];
    const { plan } = planOf(snapshot({ nodePools, types: [amd], pods }));
    assert.equal(newNodeOf(plan, "none").labels.has("team"), false);
    assert.notEqual(newNodeOf(plan, "not-a").labels.get("team"), "a");
    assert.equal(newNodeOf(plan, "some").labels.has("team"), true);
  });

  test("a label nobody asks about makes no variants", () => {
    const nodePools = [nodePool("default").requiring(requirement("team", "In", "b", "a"))];
    const { plan, compiled } = planOf(snapshot({ nodePools, types: [amd], pods: [small] }));
    assert.equal(compiled.problem.shapeCount, 1);
    assert.equal(newNodeOf(plan, "p").labels.get("team"), "a");
  });

  test("numbers on an open label: each side of a threshold is a variant", () => {
    const nodePools = [nodePool("default").requiring(requirement("slots", "Exists"))];
    const pods = [
      pod("high")
        .cpu("100m")
        .requiring(requirement("slots", "Gt", "7")),
      pod("low")
        .cpu("100m")
        .requiring(requirement("slots", "Lt", "3")),
    ];
    const { plan } = planOf(snapshot({ nodePools, types: [amd], pods }));
    assert.ok(Number(newNodeOf(plan, "high").labels.get("slots")) > 7);
    assert.ok(Number(newNodeOf(plan, "low").labels.get("slots")) < 3);
  });
});
