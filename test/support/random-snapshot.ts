/** Small random snapshots with every rule in them, for property tests. */
import fc from "fast-check";
import type { Node } from "../../src/domain/node.ts";
import type { NodePool } from "../../src/domain/node-pool.ts";
import type { Pod } from "../../src/domain/pod.ts";
import type { Snapshot } from "../../src/domain/snapshot.ts";
import {
  affinityTerm,
  daemonSet,
  instanceType,
  node,
  nodePool,
  plain,
  pod,
  requirement,
  snapshot,
  spreadOver,
  taint,
  toleration,
} from "./builders.ts";

const ZONES = ["us-east-1a", "us-east-1b", "us-east-1c"];
const ZONE = "topology.kubernetes.io/zone";
const HOST = "kubernetes.io/hostname";
const apps = fc.constantFrom("a", "b", "c");
const zone = fc.constantFrom(...ZONES);
const rarely = fc.integer({ min: 0, max: 4 }).map((n) => n === 0);

const nodeRule = fc.oneof(
  zone.map((value) => requirement(ZONE, "In", value)),
  zone.map((value) => requirement(ZONE, "NotIn", value)),
  fc.constant(requirement("kubernetes.io/arch", "In", "arm64")),
  fc.constant(requirement("kubernetes.io/arch", "In", "amd64")),
  fc.constantFrom("x", "y").map((value) => requirement("team", "In", value)),
  fc.constant(requirement("team", "Exists")),
  fc.constant(requirement("team", "DoesNotExist")),
  fc.constant(requirement("karpenter.k8s.aws/instance-cpu", "Gt", "2")),
  fc.constantFrom("on-demand", "spot").map((value) => requirement("karpenter.sh/capacity-type", "In", value)),
  fc.constantFrom("n0", "n1").map((value) => requirement(HOST, "In", value)),
);

const spread = fc
  .record({
    key: fc.constantFrom(ZONE, HOST, "karpenter.sh/capacity-type", "team"),
    app: apps,
    maxSkew: fc.integer({ min: 1, max: 2 }),
    nodeAffinityPolicy: fc.constantFrom("Honor" as const, "Ignore" as const),
    nodeTaintsPolicy: fc.constantFrom("Honor" as const, "Ignore" as const),
    minDomains: fc.integer({ min: 1, max: 4 }),
    whenUnsatisfiable: fc.constantFrom("DoNotSchedule" as const, "DoNotSchedule" as const, "ScheduleAnyway" as const),
    matchLabelKeys: fc.constantFrom([], [], ["rev"]),
  })
  .map(({ key, app, ...more }) => spreadOver(key, { app }, more));

const apart = fc
  .record({ app: apps, namespaces: fc.constantFrom([], [], ["other"]), matchLabelKeys: fc.constantFrom([], ["rev"]) })
  .map(({ app, ...more }) => affinityTerm(HOST, { app }, more));

const aPod: fc.Arbitrary<Pod> = fc
  .record({
    cpu: fc.constantFrom(0, 100, 500, 1000, 3000),
    memory: fc.constantFrom("0", "256Mi", "1Gi", "5Gi"),
    app: apps,
    rev: fc.constantFrom("1", "2"),
    namespace: fc.constantFrom("default", "default", "other"),
    terms: fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      {
        weight: 2,
        arbitrary: fc.array(fc.array(nodeRule, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 2 }),
      },
    ),
    spreads: fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(spread, { minLength: 1, maxLength: 2 }) },
    ),
    apart: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: apart.map((term) => [term]) }),
    tolerates: fc.boolean(),
    port: fc.constantFrom(undefined, undefined, undefined, 80, 443),
    address: fc.constantFrom("", "10.0.0.1", "10.0.0.2"),
    priority: fc.constantFrom(0, 0, 0, 10),
    gpu: rarely,
    odd: rarely,
  })
  .map((one) => {
    let made = pod("p").in(one.namespace).labelled({ app: one.app, rev: one.rev });
    made = made
      .asking({ cpu: `${one.cpu}m`, memory: one.memory })
      .spreading(...one.spreads)
      .apartFrom(...one.apart);
    for (const term of one.terms) made = made.requiring(...term);
    if (one.tolerates) made = made.tolerating(toleration("team"));
    if (one.port !== undefined) made = made.hostPort(one.port, "TCP", one.address);
    if (one.gpu) made = made.asking({ "nvidia.com/gpu": 1 });
    if (one.odd) made = made.but({ volumeClaims: ["data"] });
    return plain<Pod>(made.but({ priority: one.priority }));
  });

const pools = fc
  .record({
    weights: fc.tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: 0, max: 1 })),
    tainted: fc.boolean(),
    team: fc.constantFrom("none", "fixed", "in", "exists", "not"),
    cpuLimit: fc.constantFrom(undefined, undefined, 6, 14),
    nodeLimit: fc.constantFrom(undefined, undefined, 3),
    spot: fc.boolean(),
  })
  .map((one) => {
    let first = nodePool("first").weighing(one.weights[0]);
    if (one.team === "fixed") first = first.labelled({ team: "x" });
    if (one.team === "in") first = first.requiring(requirement("team", "In", "x", "y"));
    if (one.team === "exists") first = first.requiring(requirement("team", "Exists"));
    if (one.team === "not") first = first.requiring(requirement("team", "NotIn", "y"));
    if (one.cpuLimit !== undefined) first = first.limited({ cpu: one.cpuLimit, memory: "100Gi" });
    if (!one.spot) first = first.requiring(requirement("karpenter.sh/capacity-type", "In", "on-demand"));
    let second = nodePool("second").weighing(one.weights[1]);
    if (one.tainted) second = second.tainted(taint("team", "z"));
    if (one.nodeLimit !== undefined) second = second.limited({ nodes: one.nodeLimit });
    return [plain<NodePool>(first), plain<NodePool>(second)];
  });

const TYPES = [
  instanceType("m5.large", { cpu: 2, memory: "8Gi", price: 0.1, zones: ZONES, capacityTypes: ["on-demand", "spot"] }),
  instanceType("m5.2xlarge", {
    cpu: 8,
    memory: "32Gi",
    price: 0.39,
    zones: ZONES.slice(0, 2),
    reserved: { cpu: "80m" },
  }),
  instanceType("m7g.large", { cpu: 2, memory: "8Gi", price: 0.08, arch: "arm64", zones: ZONES }),
  instanceType("g5.xlarge", { cpu: 4, memory: "16Gi", price: 1, zones: ZONES, capacity: { "nvidia.com/gpu": 1 } }),
].map((type, i) => ({
  ...type,
  requirements: new Map([
    ...type.requirements,
    ["karpenter.k8s.aws/instance-cpu", { complement: false, values: new Set([["2", "8", "2", "4"][i]!]) }] as const,
  ]),
}));

const nodes: fc.Arbitrary<readonly Node[]> = fc.array(
  fc
    .record({
      zone,
      running: fc.array(aPod, { maxLength: 3 }),
      tainted: rarely,
      unschedulable: rarely,
      team: fc.constantFrom(undefined, "x"),
    })
    .map((one) => ({
      ...node("n", {
        zone: one.zone,
        pods: one.running.map((running, i) => ({ ...running, name: `r${i}`, volumeClaims: [] })),
        taints: one.tainted ? [taint("team", "z")] : [],
        unschedulable: one.unschedulable,
        labels: one.team === undefined ? {} : { team: one.team },
      }),
    })),
  { maxLength: 3 },
);

/** Up to `maxPods` pods in a few kinds, two NodePools, four types, up to three nodes, sometimes DaemonSets. */
export function randomSnapshot(maxPods = 24): fc.Arbitrary<Snapshot> {
  return fc
    .record({
      kinds: fc.array(fc.record({ pod: aPod, count: fc.integer({ min: 1, max: 6 }) }), { minLength: 1, maxLength: 6 }),
      nodePools: pools,
      nodes,
      agent: fc.constantFrom("none", "all", "arm", "port"),
    })
    .map(({ kinds, nodePools, nodes: existing, agent }) => {
      const pods = kinds
        .flatMap((kind, k) => Array.from({ length: kind.count }, (_, i) => ({ ...kind.pod, name: `p${k}-${i}` })))
        .slice(0, maxPods);
      let template = pod("agent").in("kube-system").cpu("150m").memory("128Mi");
      if (agent === "arm") template = template.on({ "kubernetes.io/arch": "arm64" });
      if (agent === "port") template = template.hostPort(443);
      return snapshot({
        pods,
        nodePools,
        types: TYPES,
        nodes: existing.map((one, i) => ({
          ...one,
          name: `n${i}`,
          labels: new Map([...one.labels, [HOST, `n${i}`]]),
          pods: one.pods.map((running) => ({ ...running, name: `n${i}-${running.name}`, nodeName: `n${i}` })),
        })),
        daemonSets: agent === "none" ? [] : [daemonSet(template)],
      });
    });
}
