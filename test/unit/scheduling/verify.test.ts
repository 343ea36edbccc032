/** The verifier: a valid plan passes, and every way of breaking it is caught by its name. */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import type { Plan, PlannedNode } from "../../../src/domain/plan.ts";
import type { Pod } from "../../../src/domain/pod.ts";
import type { Snapshot } from "../../../src/domain/snapshot.ts";
import { type ViolationCode, verifyPlan } from "../../../src/scheduling/verify.ts";
import {
  affinityTerm,
  daemonSet,
  instanceType,
  node,
  nodePool,
  offering,
  pod,
  replicas,
  requirement,
  snapshot,
  spreadOver,
  taint,
  toleration,
} from "../../support/builders.ts";
import { planOf } from "../../support/planning.ts";

const HOST = "kubernetes.io/hostname";
const ZONE = "topology.kubernetes.io/zone";
const zones = ["us-east-1a", "us-east-1b", "us-east-1c"];
const types = [
  instanceType("m5.large", { price: 0.1, zones }),
  instanceType("m5.xlarge", { cpu: 4, memory: "16Gi", price: 0.2, zones }),
  instanceType("m7g.large", { price: 0.5, arch: "arm64", zones }),
  instanceType("r5.large", {
    offerings: [
      offering("us-east-1a", 5, "on-demand", { available: false }),
      offering("us-east-1b", 5, "reserved", { remaining: 1, reservationId: "cr-1" }),
    ],
  }),
];
const amd = { "kubernetes.io/arch": "amd64" };
const n1 = { cpu: 2, taints: [taint("only", "old")] };
const base: Snapshot = snapshot({
  types,
  nodePools: [
    nodePool("default")
      .requiring(requirement("kubernetes.io/os", "In", "linux"), requirement("tier", "In", "gold"))
      .limited({ cpu: 14 }),
    nodePool("tainted").tainted(taint("team", "x")).weighing(-1),
  ],
  pods: [
    ...replicas(
      pod("db")
        .cpu(1)
        .labelled({ app: "db" })
        .apartFrom(affinityTerm(HOST, { app: "db" })),
      2,
    ),
    ...replicas(
      pod("web")
        .cpu(1)
        .labelled({ app: "web" })
        .spreading(spreadOver(ZONE, { app: "web" })),
      3,
    ),
    pod("amd").cpu(1).on(amd),
    pod("port")
      .cpu("100m")
      .hostPort(80)
      .requiring(requirement("kubernetes.io/arch", "In", "amd64")),
    pod("port2").cpu("100m").hostPort(80),
    pod("impossible").cpu(64),
    pod("tolerant").cpu(1).tolerating(toleration("team")).on({ "karpenter.sh/nodepool": "tainted" }),
    pod("old")
      .cpu(1)
      .on({ [HOST]: "n1" })
      .tolerating(toleration("only", "old")),
  ],
  nodes: [
    node("n1", { ...n1, pods: [pod("r").cpu("500m").labelled({ app: "running" })] }),
    node("n2", { unschedulable: true }),
    node("n3", { cpu: 8, taints: [taint("only", "me")], pods: [pod("r3").labelled({ app: "x" }).hostPort(443)] }),
  ],
  daemonSets: [daemonSet(pod("agent").cpu("100m"))],
});
const { plan: valid } = planOf(base);

/** The valid plan with some nodes changed. */
function withNodes(change: (node: PlannedNode, i: number) => PlannedNode): Plan {
  return { ...valid, nodes: valid.nodes.map(change) };
}

function indexOf(name: string): number {
  const i = valid.nodes.findIndex((one) => one.pods.includes(`default/${name}`));
  assert.ok(i >= 0, name);
  return i;
}

/** Moves a pod from where it is to the planned node of another. */
function moved(name: string, to: string): Plan {
  const key = `default/${name}`;
  const target = indexOf(to);
  return {
    ...valid,
    existingNodes: valid.existingNodes.map((one) => ({ ...one, pods: one.pods.filter((pod) => pod !== key) })),
    nodes: valid.nodes.map((one, i) => ({
      ...one,
      pods: [...one.pods.filter((pod) => pod !== key), ...(i === target ? [key] : [])],
    })),
  };
}

/** Moves pods onto an existing node. */
function movedToExisting(name: string, to: string): Plan {
  const key = `default/${name}`;
  return {
    ...valid,
    nodes: valid.nodes.map((one) => ({ ...one, pods: one.pods.filter((pod) => pod !== key) })),
    existingNodes: [...valid.existingNodes.filter((one) => one.name !== to), { name: to, pods: [key] }],
  };
}

/** A machine swapped under a node, price and total with it. */
function swapped(name: string, change: Partial<PlannedNode>): Plan {
  const i = indexOf(name);
  const plan = withNodes((one, n) => (n === i ? { ...one, ...change, alternates: [] } : one));
  const hourlyUsd = plan.nodes.reduce((sum, one) => sum + one.priceUsdPerHour, 0);
  return { ...plan, certificate: { ...plan.certificate, hourlyUsd, gap: Infinity } };
}

function relabelled(node: PlannedNode, labels: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map([...node.labels, ...Object.entries(labels)]);
}

test("the plan to be broken is valid, and uses every rule", () => {
  assert.deepEqual(verifyPlan(base, valid), []);
  assert.ok(valid.nodes.length >= 4);
  assert.deepEqual(
    valid.unschedulable.map((one) => one.pod),
    ["default/impossible"],
  );
});

describe("a broken plan is caught", () => {
  const db0 = valid.nodes[indexOf("db-0")]!;
  const cases: Record<string, { plan: Plan; code: ViolationCode; in?: Snapshot }> = {
    "a pod placed twice": {
      plan: withNodes((one) => ({ ...one, pods: [...new Set([...one.pods, "default/amd"])] })),
      code: "PLACED_TWICE",
    },
    "a pod placed and left": {
      plan: { ...valid, unschedulable: [...valid.unschedulable, { pod: "default/amd", code: "X", reason: "x" }] },
      code: "PLACED_TWICE",
    },
    "a pod forgotten": { plan: { ...valid, unschedulable: [] }, code: "LOST_POD" },
    "a pod that does not exist": {
      plan: withNodes((one, i) => (i === 0 ? { ...one, pods: [...one.pods, "default/ghost"] } : one)),
      code: "UNKNOWN_POD",
    },
    "a pod left without a reason": {
      plan: { ...valid, unschedulable: valid.unschedulable.map((one) => ({ ...one, reason: " " })) },
      code: "NO_REASON",
    },
    "too much on a node": { plan: moved("web-0", "amd"), code: "OVERCOMMITTED" },
    "too much for a node together with its DaemonSets": {
      plan: valid,
      in: { ...base, daemonSets: [daemonSet(pod("agent").cpu("1950m"))] },
      code: "OVERCOMMITTED",
    },
    "too much beside running pods": {
      plan: valid,
      in: { ...base, nodes: [node("n1", { ...n1, pods: [pod("r").cpu("1500m")] }), ...base.nodes.slice(1)] },
      code: "OVERCOMMITTED",
    },
    "too many pods": {
      plan: valid,
      in: {
        ...base,
        instanceTypes: new Map(
          [...base.instanceTypes].map(([name, list]) => [
            name,
            list.map((type) => ({ ...type, capacity: new Map([...type.capacity, ["pods", 1]]) })),
          ]),
        ),
      },
      code: "OVERCOMMITTED",
    },
    "a nodeSelector broken": {
      plan: swapped("amd", {
        instanceType: "m7g.large",
        priceUsdPerHour: 0.5,
        labels: relabelled(valid.nodes[indexOf("amd")]!, {
          "kubernetes.io/arch": "arm64",
          "node.kubernetes.io/instance-type": "m7g.large",
        }),
      }),
      code: "NODE_SELECTOR",
    },
    "an affinity broken": {
      plan: swapped("port", {
        instanceType: "m7g.large",
        priceUsdPerHour: 0.5,
        labels: relabelled(valid.nodes[indexOf("port")]!, {
          "kubernetes.io/arch": "arm64",
          "node.kubernetes.io/instance-type": "m7g.large",
        }),
      }),
      code: "NODE_AFFINITY",
    },
    "a pod on a named node moved away": { plan: moved("old", "amd"), code: "NODE_SELECTOR" },
    "a taint not tolerated": { plan: moved("port2", "tolerant"), code: "TAINT" },
    "a taint of an existing node not tolerated": { plan: movedToExisting("amd", "n3"), code: "TAINT" },
    "pods on an unschedulable node": { plan: movedToExisting("amd", "n2"), code: "UNSCHEDULABLE_NODE" },
    "a node that does not exist": { plan: movedToExisting("amd", "n9"), code: "UNKNOWN_NODE" },
    "anti-affinity among planned pods": { plan: moved("db-0", "db-1"), code: "ANTI_AFFINITY" },
    "anti-affinity of a running pod": {
      plan: valid,
      in: {
        ...base,
        nodes: [
          node("n1", { ...n1, pods: [pod("r").cpu("500m").apartFrom(affinityTerm(HOST, {}))] }),
          ...base.nodes.slice(1),
        ],
      },
      code: "ANTI_AFFINITY",
    },
    "anti-affinity of a running pod over zones": {
      plan: valid,
      in: {
        ...base,
        nodes: [...base.nodes, node("n4", { pods: [pod("r").apartFrom(affinityTerm(ZONE, { app: "web" }))] })],
      },
      code: "ANTI_AFFINITY",
    },
    "anti-affinity against a running pod": {
      plan: valid,
      in: {
        ...base,
        pods: base.pods.map((one) =>
          one.name === "old" ? { ...one, podAntiAffinity: [affinityTerm(HOST, { app: "running" })] } : one,
        ),
      },
      code: "ANTI_AFFINITY",
    },
    "two pods on one host port": { plan: moved("port", "port2"), code: "HOST_PORT" },
    "a spread broken": {
      plan: (() => {
        const i = indexOf("web-1");
        const to = valid.nodes[indexOf("web-0")]!.zone;
        return swapped("web-1", { zone: to, labels: relabelled(valid.nodes[i]!, { [ZONE]: to }) });
      })(),
      code: "SPREAD",
    },
    "a spread broken by what runs": {
      plan: valid,
      in: {
        ...base,
        nodes: [...base.nodes, node("n4", { pods: replicas(pod("w").labelled({ app: "web" }), 3) })],
      },
      code: "SPREAD",
    },
    "a spread with too few domains": {
      plan: valid,
      in: {
        ...base,
        pods: base.pods.map((one) => ({
          ...one,
          topologySpread: one.topologySpread.map((rule) => ({ ...rule, minDomains: 9, maxSkew: 0 })),
        })),
      },
      code: "SPREAD",
    },
    "a hostname spread broken": {
      plan: valid,
      in: {
        ...base,
        pods: base.pods.map((one) => ({
          ...one,
          topologySpread: one.name === "amd" ? [spreadOver(HOST, {}, { maxSkew: 0 })] : one.topologySpread,
        })),
      },
      code: "SPREAD",
    },
    "a rule placed that nobody understands": {
      plan: valid,
      in: { ...base, pods: base.pods.map((one): Pod => ({ ...one, resourceClaims: ["data"] })) },
      code: "UNSUPPORTED_RULE",
    },
    "a limit exceeded": {
      plan: valid,
      in: {
        ...base,
        nodePools: base.nodePools.map((pool) =>
          pool.name === "default" ? { ...pool, inUse: new Map([["cpu", 13_000]]) } : pool,
        ),
      },
      code: "POOL_LIMIT",
    },
    "a type that the NodePool does not have": {
      plan: swapped("db-0", { instanceType: "x1.large" }),
      code: "NOT_OFFERED",
    },
    "an offering that is not available": {
      plan: swapped("db-0", { instanceType: "r5.large", zone: "us-east-1a", priceUsdPerHour: 5 }),
      code: "NOT_OFFERED",
    },
    "a wrong price": { plan: swapped("db-0", { priceUsdPerHour: 0.05 }), code: "WRONG_PRICE" },
    "more of a reservation than there is": {
      plan: withNodes((one) =>
        one.nodePool === "default"
          ? { ...one, instanceType: "r5.large", zone: "us-east-1b", capacityType: "reserved", priceUsdPerHour: 5 }
          : one,
      ),
      code: "RESERVATION",
    },
    "a label that the machine does not have": {
      plan: swapped("db-0", { labels: relabelled(db0, { "kubernetes.io/arch": "s390x" }) }),
      code: "WRONG_LABELS",
    },
    "a label out of nowhere": {
      plan: swapped("db-0", { labels: relabelled(db0, { invented: "yes" }) }),
      code: "WRONG_LABELS",
    },
    "a chosen label that the NodePool does not allow": {
      plan: swapped("db-0", { labels: relabelled(db0, { tier: "silver" }) }),
      code: "POOL_REQUIREMENT",
    },
    "an unusable NodePool": {
      plan: valid,
      in: { ...base, nodePools: base.nodePools.map((pool) => ({ ...pool, unusable: "broken" })) },
      code: "UNKNOWN_NODE",
    },
    "a wrong total": {
      plan: { ...valid, certificate: { ...valid.certificate, hourlyUsd: valid.certificate.hourlyUsd - 0.01 } },
      code: "WRONG_COST",
    },
    "a bound above the cost": {
      plan: {
        ...valid,
        certificate: { ...valid.certificate, lowerBoundUsd: valid.certificate.hourlyUsd + 0.01, gap: 0 },
      },
      code: "WRONG_BOUND",
    },
    "a gap that does not follow": {
      plan: { ...valid, certificate: { ...valid.certificate, lowerBoundUsd: 0.1, gap: 0 } },
      code: "WRONG_BOUND",
    },
    "a cost that is no number": {
      plan: { ...valid, certificate: { ...valid.certificate, hourlyUsd: NaN } },
      code: "WRONG_COST",
    },
    "an alternate that is too small": {
      plan: withNodes((one) => ({ ...one, requests: new Map([["cpu", 99_000]]) })),
      code: "BAD_ALTERNATE",
    },
    "an alternate at a wrong price": {
      plan: withNodes((one) => ({
        ...one,
        alternates: one.alternates.map((other) => ({ ...other, priceUsdPerHour: 0.01 })),
      })),
      code: "BAD_ALTERNATE",
    },
    "an alternate that a pod may not use": {
      plan: withNodes((one) =>
        one.pods.includes("default/amd")
          ? {
              ...one,
              alternates: [
                { instanceType: "m7g.large", zone: "us-east-1a", capacityType: "on-demand", priceUsdPerHour: 0.5 },
              ],
            }
          : one,
      ),
      code: "BAD_ALTERNATE",
    },
  };
  test.each(Object.entries(cases))("%s", (_, { plan, code, in: where }) => {
    const codes = new Set(verifyPlan(where ?? base, plan).map((one) => one.code));
    assert.ok(codes.has(code), `expected ${code}, found ${[...codes].join(", ") || "nothing"}`);
  });
});

test("violations are told up to a bound", () => {
  const pods = replicas(pod("p"), 500);
  const plan: Plan = { ...valid, nodes: [], existingNodes: [], unschedulable: [] };
  assert.equal(verifyPlan(snapshot({ pods }), plan).length, 100);
});
