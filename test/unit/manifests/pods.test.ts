/** Pods: what they ask for and every rule of their placement, as the API server and kube-scheduler see it. */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { readManifests } from "../../../src/api/manifests/index.ts";
import type { Pod } from "../../../src/domain/pod.ts";
import { formatQuantity } from "../../../src/domain/quantity.ts";

/** The only pod of a text. */
function only(text: string): Pod {
  const { pods, rejected } = readManifests([{ name: "in", text }], { requireNodePool: false });
  assert.deepEqual(rejected, []);
  assert.equal(pods.length, 1);
  const [pod] = pods;
  assert.ok(pod);
  return pod;
}

/** A pod with this spec, as flow YAML. */
function pod(spec: string, rest = ""): Pod {
  return only(`{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: ${spec}}\n${rest}`);
}

function requestsOf({ requests }: Pod): Record<string, string> {
  return Object.fromEntries([...requests].map(([name, amount]) => [name, formatQuantity(name, amount)]));
}

describe("requests", () => {
  test.each<[string, string, Record<string, string>]>([
    ["a container without requests asks for a place", "{containers: [{name: c}]}", { pods: "1" }],
    [
      "containers add up",
      "{containers: [{resources: {requests: {cpu: 100m, memory: 1Gi}}}, {resources: {requests: {cpu: 0.25, memory: 512Mi}}}]}",
      { cpu: "350m", memory: "1536Mi", pods: "1" },
    ],
    [
      "numbers are quantities too",
      "{containers: [{resources: {requests: {cpu: 2, memory: 1e3}}}]}",
      { cpu: "2", memory: "1000", pods: "1" },
    ],
    [
      "parts round up",
      "{containers: [{resources: {requests: {cpu: 100500u, memory: 1500m}}}]}",
      { cpu: "101m", memory: "2", pods: "1" },
    ],
    [
      "a limit without a request is the request",
      "{containers: [{resources: {limits: {cpu: 1, memory: 1Gi, nvidia.com/gpu: 1}, requests: {cpu: 500m}}}]}",
      { cpu: "500m", memory: "1Gi", "nvidia.com/gpu": "1", pods: "1" },
    ],
    [
      "the largest init container counts when it is larger than all containers together",
      "{initContainers: [{resources: {requests: {cpu: 2, memory: 1Mi}}}, {resources: {requests: {cpu: 1}}}], containers: [{resources: {requests: {cpu: 1, memory: 2Mi}}}]}",
      { cpu: "2", memory: "2Mi", pods: "1" },
    ],
    [
      "a sidecar runs beside the containers",
      "{initContainers: [{restartPolicy: Always, resources: {requests: {cpu: 200m}}}], containers: [{resources: {requests: {cpu: 1}}}]}",
      { cpu: "1200m", pods: "1" },
    ],
    [
      "an init container starts beside the sidecars before it, not those after it",
      "{initContainers: [{restartPolicy: Always, resources: {requests: {cpu: 1}}}, {resources: {requests: {cpu: 3}}}, {restartPolicy: Always, resources: {requests: {cpu: 1}}}], containers: [{resources: {requests: {cpu: 1}}}]}",
      { cpu: "4", pods: "1" },
    ],
    [
      "sidecars of a pod without much else are cumulative",
      "{initContainers: [{restartPolicy: Always, resources: {requests: {cpu: 1}}}, {restartPolicy: Always, resources: {requests: {cpu: 2}}}], containers: [{name: c}]}",
      { cpu: "3", pods: "1" },
    ],
    [
      "overhead is added",
      "{overhead: {cpu: 250m, memory: 64Mi}, containers: [{resources: {requests: {cpu: 1}}}]}",
      { cpu: "1250m", memory: "64Mi", pods: "1" },
    ],
    [
      "what is asked for the whole pod replaces the sum",
      "{resources: {requests: {cpu: 2}}, overhead: {cpu: 100m}, containers: [{resources: {requests: {cpu: 500m, memory: 1Gi}}}]}",
      { cpu: "2100m", memory: "1Gi", pods: "1" },
    ],
    [
      "a pod-level limit is the request where no container asks",
      "{resources: {limits: {cpu: 2, memory: 1Gi}}, containers: [{resources: {requests: {cpu: 500m}}}]}",
      { cpu: "500m", memory: "1Gi", pods: "1" },
    ],
    [
      "huge pages and other resources are counted",
      "{containers: [{resources: {requests: {hugepages-2Mi: 4Mi, example.com/fpga: 2}}}]}",
      { "hugepages-2Mi": "4Mi", "example.com/fpga": "2", pods: "1" },
    ],
  ])("%s", (_, spec, expected) => {
    assert.deepEqual(requestsOf(pod(spec)), expected);
  });

  test("equal requests are one object, so that classes of pods are found by identity", () => {
    const text = ["a", "b"].map(
      (name) =>
        `{apiVersion: v1, kind: Pod, metadata: {name: ${name}}, spec: {containers: [{resources: {requests: {cpu: 1000m}}}]}}`,
    );
    const { pods } = readManifests([{ name: "in", text: text.join("\n---\n").replace("1000m", "1") }], {
      requireNodePool: false,
    });
    assert.equal(pods[0]?.requests, pods[1]?.requests);
  });
});

describe("what the rest of the input says about pods", () => {
  const container = "{resources: {requests: {cpu: 1}}}";

  test("a LimitRange fills in what containers leave open, but not for pods that the API server has admitted", () => {
    const limits =
      "---\n{apiVersion: v1, kind: LimitRange, metadata: {name: l}, spec: {limits: [{type: Container, defaultRequest: {cpu: 100m}, default: {cpu: 200m, memory: 1Gi}}]}}\n";
    assert.deepEqual(requestsOf(pod("{containers: [{name: c}]}", limits)), { cpu: "100m", memory: "1Gi", pods: "1" });
    assert.deepEqual(requestsOf(pod(`{containers: [${container}]}`, limits)), { cpu: "1", memory: "1Gi", pods: "1" });
    const admitted = only(
      `{apiVersion: v1, kind: Pod, metadata: {name: web, uid: u}, spec: {containers: [{name: c}]}}\n${limits}`,
    );
    assert.deepEqual(requestsOf(admitted), { pods: "1" });
    const elsewhere = limits.replace("{name: l}", "{name: l, namespace: other}");
    assert.deepEqual(requestsOf(pod("{containers: [{name: c}]}", elsewhere)), { pods: "1" });
  });

  test("a RuntimeClass brings overhead, node selector and tolerations", () => {
    const runtime =
      "---\n{apiVersion: node.k8s.io/v1, kind: RuntimeClass, metadata: {name: kata}, handler: kata, overhead: {podFixed: {cpu: 250m}}, scheduling: {nodeSelector: {kata: 'yes'}, tolerations: [{key: kata, operator: Exists}]}}\n";
    const found = pod(`{runtimeClassName: kata, nodeSelector: {a: b}, containers: [${container}]}`, runtime);
    assert.deepEqual(requestsOf(found), { cpu: "1250m", pods: "1" });
    assert.deepEqual(
      [...found.nodeSelector],
      [
        ["a", "b"],
        ["kata", "yes"],
      ],
    );
    assert.deepEqual(found.tolerations, [{ key: "kata", operator: "Exists", value: "" }]);
  });

  test("a RuntimeClass that contradicts the pod's selector rejects the pod", () => {
    const text = `{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {runtimeClassName: k, nodeSelector: {a: b}, containers: [${container}]}}\n---\n{apiVersion: node.k8s.io/v1, kind: RuntimeClass, metadata: {name: k}, scheduling: {nodeSelector: {a: c}}}`;
    assert.throws(() => readManifests([{ name: "in", text }]), { code: "CONFLICT" });
  });

  test("priorities come from the pod, its class, the default class, or are 0 with a note", () => {
    const classes =
      "---\n{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: high}, value: 1000}\n---\n{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: usual}, value: 5, globalDefault: true}\n";
    assert.equal(pod(`{containers: [${container}]}`).priority, 0);
    assert.equal(pod(`{containers: [${container}]}`, classes).priority, 5);
    assert.equal(pod(`{priorityClassName: high, containers: [${container}]}`, classes).priority, 1000);
    assert.equal(pod(`{priorityClassName: high, priority: 7, containers: [${container}]}`, classes).priority, 7);
    assert.equal(pod(`{priorityClassName: system-node-critical, containers: [${container}]}`).priority, 2_000_001_000);
    const { pods, notes } = readManifests(
      [
        {
          name: "in",
          text: `{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {priorityClassName: lost, containers: [${container}]}}`,
        },
      ],
      { requireNodePool: false },
    );
    assert.equal(pods[0]?.priority, 0);
    assert.match(notes.join("\n"), /PriorityClass lost is not in the input/);
  });
});

describe("placement", () => {
  const rules = `
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}, annotations: {karpenter.sh/do-not-disrupt: "true"}}
spec:
  schedulerName: mine
  nodeSelector: {disk: ssd}
  schedulingGates: [{name: example.com/wait}]
  resourceClaims: [{name: gpu, resourceClaimName: claim}]
  tolerations:
    - {operator: Exists}
    - {key: a, value: b, effect: NoExecute, tolerationSeconds: 60}
  affinity:
    nodeAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
        nodeSelectorTerms:
          - matchExpressions: [{key: zone, operator: In, values: [a, b]}, {key: cpu, operator: Gt, values: ["4"]}]
          - matchExpressions: []
          - matchExpressions: [{key: zone, operator: DoesNotExist}]
      preferredDuringSchedulingIgnoredDuringExecution:
        - {weight: 10, preference: {matchExpressions: [{key: arch, operator: In, values: [arm64]}]}}
    podAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
        - {topologyKey: zone, namespaceSelector: {}, labelSelector: {matchExpressions: [{key: app, operator: NotIn, values: [db]}]}}
    podAntiAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
        - {topologyKey: kubernetes.io/hostname, namespaces: [x], labelSelector: {matchLabels: {app: web}}, matchLabelKeys: [v], mismatchLabelKeys: [w]}
      preferredDuringSchedulingIgnoredDuringExecution:
        - {weight: 100, podAffinityTerm: {topologyKey: zone}}
  topologySpreadConstraints:
    - {maxSkew: 2, topologyKey: zone, whenUnsatisfiable: DoNotSchedule, minDomains: 3, nodeTaintsPolicy: Honor, labelSelector: {matchLabels: {app: web}}, matchLabelKeys: [pod-template-hash]}
    - {maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway}
  volumes:
    - {name: data, persistentVolumeClaim: {claimName: data}}
    - {name: scratch, ephemeral: {volumeClaimTemplate: {}}}
    - {name: empty, emptyDir: {}}
  containers:
    - {name: c, ports: [{containerPort: 80}, {containerPort: 90, hostPort: 9000, protocol: UDP, hostIP: 10.0.0.1}]}
`;

  test("every rule is carried", () => {
    const found = only(rules);
    assert.equal(found.schedulerName, "mine");
    assert.equal(found.annotations.get("karpenter.sh/do-not-disrupt"), "true");
    assert.deepEqual([...found.nodeSelector], [["disk", "ssd"]]);
    assert.deepEqual(found.schedulingGates, ["example.com/wait"]);
    assert.deepEqual(found.resourceClaims, ["gpu"]);
    assert.deepEqual(found.tolerations, [
      { operator: "Exists", value: "" },
      { key: "a", operator: "Equal", value: "b", effect: "NoExecute" },
    ]);
    assert.deepEqual(found.requiredNodeTerms, [
      [
        { key: "zone", operator: "In", values: ["a", "b"] },
        { key: "cpu", operator: "Gt", values: ["4"] },
      ],
      [{ key: "zone", operator: "DoesNotExist", values: [] }],
    ]);
    assert.deepEqual(found.preferredNodeTerms, [
      { weight: 10, term: [{ key: "arch", operator: "In", values: ["arm64"] }] },
    ]);
    const term = { namespaces: [], namespaceSelector: undefined, matchLabelKeys: [], mismatchLabelKeys: [] };
    const everything = { matchLabels: new Map(), matchExpressions: [] };
    const web = { matchLabels: new Map([["app", "web"]]), matchExpressions: [] };
    assert.deepEqual(found.podAffinity, [
      {
        ...term,
        topologyKey: "zone",
        namespaceSelector: everything,
        labelSelector: {
          matchLabels: new Map(),
          matchExpressions: [{ key: "app", operator: "NotIn", values: ["db"] }],
        },
      },
    ]);
    assert.deepEqual(found.podAntiAffinity, [
      {
        ...term,
        topologyKey: "kubernetes.io/hostname",
        namespaces: ["x"],
        labelSelector: web,
        matchLabelKeys: ["v"],
        mismatchLabelKeys: ["w"],
      },
    ]);
    assert.deepEqual(found.preferredPodAntiAffinity, [
      { weight: 100, term: { ...term, topologyKey: "zone", labelSelector: undefined } },
    ]);
    assert.deepEqual(found.topologySpread, [
      {
        topologyKey: "zone",
        maxSkew: 2,
        whenUnsatisfiable: "DoNotSchedule",
        labelSelector: web,
        minDomains: 3,
        nodeAffinityPolicy: "Honor",
        nodeTaintsPolicy: "Honor",
        matchLabelKeys: ["pod-template-hash"],
      },
      {
        topologyKey: "zone",
        maxSkew: 1,
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: undefined,
        nodeAffinityPolicy: "Honor",
        nodeTaintsPolicy: "Ignore",
        matchLabelKeys: [],
      },
    ]);
    assert.deepEqual(found.volumeClaims, ["data", "web-scratch"]);
    assert.deepEqual(found.hostPorts, [{ port: 9000, protocol: "UDP", hostIp: "10.0.0.1" }]);
    assert.deepEqual(found.unsupported, []);
  });

  test("on the host's network every port is a host port, sidecars' too", () => {
    const found = pod(
      "{hostNetwork: true, initContainers: [{restartPolicy: Always, ports: [{containerPort: 9}]}, {ports: [{containerPort: 7}]}], containers: [{ports: [{containerPort: 80}]}]}",
    );
    assert.deepEqual(
      found.hostPorts.map(({ port }) => port),
      [80, 9],
    );
  });

  test("the operating system a pod is made for selects its nodes", () => {
    assert.deepEqual(
      [...pod("{os: {name: windows}, containers: [{name: c}]}").nodeSelector],
      [["kubernetes.io/os", "windows"]],
    );
  });

  test.each([
    ["a misspelt field of the spec", "{nodeSelecter: {a: b}, containers: [{name: c}]}", /spec\.nodeSelecter/],
    [
      "a misspelt field of a container",
      "{containers: [{resource: {requests: {cpu: 1}}}]}",
      /spec\.containers\[0\]\.resource /,
    ],
    ["a misspelt field of resources", "{containers: [{resources: {request: {cpu: 1}}}]}", /resources\.request /],
    [
      "a kind of affinity that is new",
      "{affinity: {rackAffinity: {}}, containers: [{name: c}]}",
      /spec\.affinity\.rackAffinity/,
    ],
    [
      "a rule of node affinity that is new",
      "{affinity: {nodeAffinity: {requiredDuringSchedulingRequiredDuringExecution: {a: b}}}, containers: [{name: c}]}",
      /requiredDuringSchedulingRequiredDuringExecution/,
    ],
    [
      "a field of spread that is new",
      "{topologySpreadConstraints: [{maxSkew: 1, topologyKey: z, whenUnsatisfiable: DoNotSchedule, weight: 3}], containers: [{name: c}]}",
      /topologySpreadConstraints\[0\]\.weight/,
    ],
    [
      "a node by name",
      "{affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchFields: [{key: metadata.name, operator: In, values: [n]}]}]}}}, containers: [{name: c}]}",
      /matchFields/,
    ],
    [
      "terms that match nothing",
      "{affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{}]}}}, containers: [{name: c}]}",
      /only empty terms/,
    ],
    [
      "a disk that is bound to a zone",
      "{volumes: [{name: d, awsElasticBlockStore: {volumeID: v}}], containers: [{name: c}]}",
      /volume d is of kind awsElasticBlockStore/,
    ],
    ["gang scheduling", "{workloadRef: {name: w}, containers: [{name: c}]}", /workloadRef/],
  ])("%s is said, not dropped", (_, spec, expected) => {
    assert.match(pod(spec).unsupported.join("\n"), expected);
  });
});
