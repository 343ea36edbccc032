/** Pools, node classes and nodes: both generations of manifests become the same domain objects. */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { MINIMAL_NODE_POOL, readManifests } from "../../../src/api/manifests/index.ts";
import type { ReadResult } from "../../../src/api/manifests/index.ts";
import type { NodePool, NodeSizing } from "../../../src/domain/node-pool.ts";

const GIB = 1024 ** 3;
const read = (text: string): ReadResult => readManifests([{ name: "in", text }]);

function poolOf(result: ReadResult): NodePool {
  assert.deepEqual(result.rejected, []);
  assert.equal(result.nodePools.length, 1);
  const [pool] = result.nodePools;
  assert.ok(pool);
  return pool;
}

/** `key operator values` of each requirement. */
function sentences({ requirements }: NodePool): string[] {
  return requirements.map(({ key, operator, values }) => `${key} ${operator} ${values.join(",")}`);
}

const nodePool = (requirements: string, rest = ""): string =>
  `{apiVersion: karpenter.sh/v1, kind: NodePool, metadata: {name: main}, spec: {template: {metadata: {labels: {team: a}}, spec: {nodeClassRef: {group: karpenter.k8s.aws, kind: EC2NodeClass, name: c}, requirements: [${requirements}]}}${rest}}}\n`;
const provisioner = (spec: string): string =>
  `{apiVersion: karpenter.sh/v1alpha5, kind: Provisioner, metadata: {name: main}, spec: ${spec}}\n`;

const DEFAULTS = [
  "kubernetes.io/os In linux",
  "kubernetes.io/arch In amd64",
  "karpenter.sh/capacity-type In on-demand",
  "karpenter.k8s.aws/instance-category In c,m,r",
  "karpenter.k8s.aws/instance-generation Gt 2",
];

describe("defaults", () => {
  const own = ["team In a", "karpenter.sh/nodepool In main"];
  test.each<[string, string, string[]]>([
    ["a NodePool that says nothing gets all of them", "", [...own, ...DEFAULTS]],
    [
      "a NodePool that only chooses zones gets all of them",
      "{key: topology.kubernetes.io/zone, operator: In, values: [z]}",
      ["topology.kubernetes.io/zone In z", ...own, ...DEFAULTS],
    ],
    [
      "a NodePool that chooses an architecture is taken as written",
      "{key: kubernetes.io/arch, operator: In, values: [arm64]}",
      ["kubernetes.io/arch In arm64", ...own],
    ],
    [
      "a NodePool that chooses cpu counts is taken as written",
      "{key: karpenter.k8s.aws/instance-cpu, operator: Lt, values: ['17']}",
      ["karpenter.k8s.aws/instance-cpu Lt 17", ...own],
    ],
    [
      "a NodePool that chooses by an old label is taken as written",
      "{key: beta.kubernetes.io/arch, operator: In, values: [arm64]}",
      ["beta.kubernetes.io/arch In arm64", ...own],
    ],
  ])("%s", (_, requirements, expected) => {
    assert.deepEqual(sentences(poolOf(read(nodePool(requirements)))), expected);
  });

  const named = "karpenter.sh/provisioner-name In main";
  test.each<[string, string, string[]]>([
    ["a Provisioner that says nothing gets all of them", "{}", [named, ...DEFAULTS]],
    [
      "a Provisioner gets those that it leaves open",
      "{requirements: [{key: karpenter.sh/capacity-type, operator: In, values: [spot]}, {key: karpenter.k8s.aws/instance-family, operator: In, values: [c7i]}]}",
      [
        "karpenter.sh/capacity-type In spot",
        "karpenter.k8s.aws/instance-family In c7i",
        named,
        ...DEFAULTS.slice(0, 2),
      ],
    ],
    [
      "cpu counts alone do not choose instance types",
      "{requirements: [{key: karpenter.k8s.aws/instance-cpu, operator: Lt, values: ['9']}]}",
      ["karpenter.k8s.aws/instance-cpu Lt 9", named, ...DEFAULTS],
    ],
    [
      "a label counts as a requirement",
      "{labels: {kubernetes.io/arch: arm64}}",
      ["kubernetes.io/arch In arm64", named, DEFAULTS[0] ?? "", ...DEFAULTS.slice(2)],
    ],
    [
      "Windows nodes are windows",
      "{provider: {amiFamily: Windows2022}}",
      [named, "kubernetes.io/os In windows", ...DEFAULTS.slice(1)],
    ],
  ])("%s", (_, spec, expected) => {
    assert.deepEqual(sentences(poolOf(read(provisioner(spec)))), expected);
  });

  test("are said", () => {
    assert.match(
      read(provisioner("{}")).notes.join("\n"),
      /Provisioner main leaves these open .* kubernetes.io\/arch In amd64/,
    );
  });

  test("can be switched off", () => {
    const { nodePools } = readManifests([{ name: "in", text: provisioner("{}") }], { poolDefaults: "none" });
    assert.deepEqual(nodePools.map(sentences), [[named]]);
  });

  test("the pool in the hint is a good one", () => {
    assert.deepEqual(sentences(poolOf(read(MINIMAL_NODE_POOL))), [...DEFAULTS, "karpenter.sh/nodepool In default"]);
  });
});

describe("pools", () => {
  test("a NodePool's fields are carried", () => {
    const pool = poolOf(
      read(`
apiVersion: karpenter.sh/v1
kind: NodePool
metadata: {name: main}
spec:
  weight: 10
  limits: {cpu: "1000", memory: 1000Gi, nodes: 5}
  template:
    metadata: {labels: {team: a}}
    spec:
      requirements: [{key: karpenter.k8s.aws/instance-family, operator: Exists, minValues: 3}, {key: karpenter.k8s.aws/instance-cpu, operator: Gte, values: ["4"]}]
      taints: [{key: t, value: v, effect: NoSchedule}]
      startupTaints: [{key: s, effect: NoExecute}]
      expireAfter: 720h
`),
    );
    assert.equal(pool.kind, "NodePool");
    assert.equal(pool.weight, 10);
    assert.deepEqual(
      pool.limits,
      new Map([
        ["cpu", 1_000_000],
        ["memory", 1000 * GIB],
        ["nodes", 5],
      ]),
    );
    assert.deepEqual(
      pool.labels,
      new Map([
        ["team", "a"],
        ["karpenter.sh/nodepool", "main"],
      ]),
    );
    assert.deepEqual(pool.requirements.slice(0, 2), [
      { key: "karpenter.k8s.aws/instance-family", operator: "Exists", values: [], minValues: 3 },
      { key: "karpenter.k8s.aws/instance-cpu", operator: "Gte", values: ["4"] },
    ]);
    assert.deepEqual(pool.taints, [{ key: "t", value: "v", effect: "NoSchedule" }]);
    assert.deepEqual(pool.startupTaints, [{ key: "s", value: "", effect: "NoExecute" }]);
    assert.equal(pool.unusable, undefined);
  });

  test("a Provisioner's fields are carried", () => {
    const pool = poolOf(
      read(
        provisioner(
          "{weight: 5, limits: {resources: {cpu: 10}}, labels: {team: a}, taints: [{key: t, effect: NoSchedule}], ttlSecondsAfterEmpty: 30, ttlSecondsUntilExpired: 3600, consolidation: {enabled: true}, kubeletConfiguration: {maxPods: 20}}",
        ),
      ),
    );
    assert.equal(pool.kind, "Provisioner");
    assert.equal(pool.weight, 5);
    assert.deepEqual(pool.limits, new Map([["cpu", 10_000]]));
    assert.deepEqual(
      pool.labels,
      new Map([
        ["team", "a"],
        ["karpenter.sh/provisioner-name", "main"],
      ]),
    );
    assert.deepEqual(pool.sizing.kubelet, { maxPods: 20 });
  });

  test.each<[string, string, RegExp]>([
    ["is being deleted", "metadata: {name: main, deletionTimestamp: '2026-01-01T00:00:00Z'}", /is being deleted/],
    [
      "says it is not ready",
      "metadata: {name: main}, status: {conditions: [{type: Ready, status: 'False', message: no subnets}]}",
      /is not ready: no subnets/,
    ],
  ])("a NodePool that %s is unusable", (_, more, reason) => {
    const text = nodePool("").replace("metadata: {name: main}", more);
    assert.match(poolOf(read(text)).unusable ?? "", reason);
  });

  test("a static NodePool is unusable", () => {
    assert.match(poolOf(read(nodePool("", ", replicas: 3"))).unusable ?? "", /static/);
  });
});

describe("node classes", () => {
  const withClass = (object: string, kind = "EC2NodeClass"): ReadResult =>
    read(`${kind === "EC2NodeClass" ? nodePool("") : provisioner("{providerRef: {name: c}}")}---\n${object}`);
  const ec2 = (spec: string, more = "", version = "v1"): string =>
    `{apiVersion: karpenter.k8s.aws/${version}, kind: EC2NodeClass, metadata: {name: c}, spec: ${spec}${more}}`;

  test("a class that is not given is the default one, and said", () => {
    const result = read(nodePool(""));
    assert.deepEqual(poolOf(result).sizing, {
      amiFamily: "AL2023",
      kubelet: {},
      rootVolumeBytes: 20 * GIB,
      instanceStoreRaid0: false,
      reservedEnis: 0,
      zones: [],
    });
    assert.match(result.notes.join("\n"), /EC2NodeClass c of NodePool main is not in the input/);
  });

  test("a class that cannot be read makes its pool unusable, with the reason", () => {
    const { nodePools, rejected } = read(
      `${nodePool("")}---\n${ec2("{amiFamily: AmigaOS}")}\n---\n{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c}]}}`,
    );
    assert.match(nodePools[0]?.unusable ?? "", /EC2NodeClass c is invalid: .*amiFamily.*AmigaOS/);
    assert.equal(rejected[0]?.code, "UNKNOWN_VALUE");
  });

  test("a class that is not ready makes its pool unusable", () => {
    const text = ec2(
      "{amiSelectorTerms: [{alias: al2023@latest}]}",
      ", status: {conditions: [{type: Ready, status: 'False', reason: SubnetsNotFound}]}",
    );
    assert.match(poolOf(withClass(text)).unusable ?? "", /EC2NodeClass c is not ready: SubnetsNotFound/);
  });

  test.each<[string, string, Partial<NodeSizing>]>([
    [
      "an alias names the family",
      ec2("{amiSelectorTerms: [{alias: bottlerocket@v1.20.0}]}"),
      { amiFamily: "Bottlerocket" },
    ],
    ["v1beta1 names the family itself", ec2("{amiFamily: AL2}", "", "v1beta1"), { amiFamily: "AL2" }],
    ["a custom family stands", ec2("{amiFamily: Custom, amiSelectorTerms: [{id: ami-1}]}"), { amiFamily: "Custom" }],
    [
      "the family's own device is the root volume",
      ec2(
        "{amiSelectorTerms: [{alias: al2023@latest}], blockDeviceMappings: [{deviceName: /dev/sdb, ebs: {volumeSize: 1Ti}}, {deviceName: /dev/xvda, ebs: {volumeSize: 100Gi}}]}",
      ),
      { rootVolumeBytes: 100 * GIB },
    ],
    [
      "Bottlerocket keeps pods on its second device",
      ec2(
        "{amiSelectorTerms: [{alias: bottlerocket@latest}], blockDeviceMappings: [{deviceName: /dev/xvda, ebs: {volumeSize: 4Gi}}, {deviceName: /dev/xvdb, ebs: {volumeSize: 50Gi}}]}",
      ),
      { rootVolumeBytes: 50 * GIB },
    ],
    [
      "a mapping marked as root wins",
      ec2(
        "{amiSelectorTerms: [{alias: al2023@latest}], blockDeviceMappings: [{deviceName: /dev/xvda, ebs: {volumeSize: 100Gi}}, {deviceName: /dev/sdb, rootVolume: true, ebs: {volumeSize: 30G}}]}",
      ),
      { rootVolumeBytes: 30e9 },
    ],
    [
      "of a custom image the last mapping counts",
      ec2(
        "{amiFamily: Custom, amiSelectorTerms: [{id: a}], blockDeviceMappings: [{deviceName: a, ebs: {volumeSize: 1Gi}}, {deviceName: b, ebs: {volumeSize: 2Gi}}]}",
      ),
      { rootVolumeBytes: 2 * GIB },
    ],
    [
      "other devices do not count",
      ec2(
        "{amiSelectorTerms: [{alias: al2023@latest}], blockDeviceMappings: [{deviceName: /dev/sdb, ebs: {volumeSize: 1Ti}}]}",
      ),
      { rootVolumeBytes: 20 * GIB },
    ],
    [
      "Windows has a larger volume",
      ec2("{amiSelectorTerms: [{alias: windows2022@latest}]}"),
      { amiFamily: "Windows2022", rootVolumeBytes: 50 * GIB },
    ],
    [
      "local disks may be the storage",
      ec2("{amiSelectorTerms: [{alias: al2023@latest}], instanceStorePolicy: RAID0}"),
      { instanceStoreRaid0: true },
    ],
    [
      "zones come from the status",
      ec2(
        "{amiSelectorTerms: [{alias: al2023@latest}]}",
        ", status: {subnets: [{id: a, zone: z2}, {id: b, zone: z1}, {id: c, zone: z2}]}",
      ),
      { zones: ["z1", "z2"] },
    ],
    [
      "kubelet settings are carried",
      ec2(
        "{amiSelectorTerms: [{alias: al2023@latest}], kubelet: {maxPods: 30, podsPerCore: 4, kubeReserved: {cpu: 100m}, systemReserved: {memory: 100Mi}, evictionHard: {memory.available: 5%, nodefs.available: 1Gi}, evictionSoft: {memory.available: 500Mi}}}",
      ),
      {
        kubelet: {
          maxPods: 30,
          podsPerCore: 4,
          kubeReserved: new Map([["cpu", 100]]),
          systemReserved: new Map([["memory", 100 * 1024 ** 2]]),
          evictionHard: new Map([
            ["memory.available", { share: 0.05 }],
            ["nodefs.available", { bytes: GIB }],
          ]),
          evictionSoft: new Map([["memory.available", { bytes: 500 * 1024 ** 2 }]]),
        },
      },
    ],
  ])("%s", (_, text, expected) => {
    const { sizing } = poolOf(withClass(text));
    assert.deepEqual({ ...sizing, ...expected }, sizing);
  });

  test("an AWSNodeTemplate is AL2 unless told otherwise", () => {
    const template =
      "{apiVersion: karpenter.k8s.aws/v1alpha1, kind: AWSNodeTemplate, metadata: {name: c}, spec: {blockDeviceMappings: [{deviceName: /dev/xvda, ebs: {volumeSize: 40Gi}}]}}";
    const { sizing } = poolOf(withClass(template, "AWSNodeTemplate"));
    assert.equal(sizing.amiFamily, "AL2");
    assert.equal(sizing.rootVolumeBytes, 40 * GIB);
  });

  test("the subnets' zones are a requirement of the pool", () => {
    const text = ec2("{amiSelectorTerms: [{alias: al2023@latest}]}", ", status: {subnets: [{zone: z1}]}");
    assert.ok(sentences(poolOf(withClass(text))).includes("topology.kubernetes.io/zone In z1"));
  });
});

describe("nodes", () => {
  const node = (more: string): string =>
    `{apiVersion: v1, kind: Node, metadata: {name: n1, labels: {karpenter.sh/nodepool: main}}, status: {capacity: {cpu: 4, memory: 8Gi, pods: 58}, allocatable: {cpu: 3920m, memory: 7Gi, pods: 58}}${more}}\n`;

  test("are carried, and need no pool", () => {
    const { nodes } = read(node(", spec: {taints: [{key: a, effect: NoSchedule}]}"));
    assert.equal(nodes.length, 1);
    const [found] = nodes;
    assert.ok(found);
    assert.equal(found.nodePool, "main");
    assert.deepEqual(
      found.allocatable,
      new Map([
        ["cpu", 3920],
        ["memory", 7 * GIB],
        ["pods", 58],
      ]),
    );
    assert.deepEqual(
      found.capacity,
      new Map([
        ["cpu", 4000],
        ["memory", 8 * GIB],
        ["pods", 58],
      ]),
    );
    assert.deepEqual(found.taints, [{ key: "a", value: "", effect: "NoSchedule" }]);
    assert.equal(found.labels.get("kubernetes.io/hostname"), "n1");
    assert.equal(found.unschedulable, false);
  });

  test("that are cordoned or being deleted take no pods", () => {
    assert.equal(read(node(", spec: {unschedulable: true}")).nodes[0]?.unschedulable, true);
    assert.equal(
      read(node("").replace("{name: n1,", "{name: n1, deletionTimestamp: '2026-01-01T00:00:00Z',")).nodes[0]
        ?.unschedulable,
      true,
    );
  });

  test("that do not say how many pods they run get the kubelet's default, and a note", () => {
    const { nodes, notes } = read(
      "{apiVersion: v1, kind: Node, metadata: {name: n1}, status: {allocatable: {cpu: 4}}}",
    );
    assert.equal(nodes[0]?.allocatable.get("pods"), 110);
    assert.match(notes.join("\n"), /Node n1 does not say how many pods/);
  });
});
