/** Inputs that are wrong, and what the error must name: run against readManifests, the HTTP app and the CLI alike. */

export interface MalformedInput {
  /** What is wrong, as a sentence. */
  readonly name: string;
  /** YAML or JSON. */
  readonly text: string;
  /**
   * `error`: nothing usable remains, so the whole request fails (HTTP 4xx, CLI exit 2).
   * `rejected`: the plan stands, and `rejected` has an entry.
   */
  readonly outcome: "error" | "rejected";
  /** Each must appear in the error's details, and in its message. */
  readonly expect: {
    readonly code: string;
    readonly object?: string;
    readonly field?: string;
    readonly value?: string;
    /** Line of the source. */
    readonly line?: number;
  };
}

/** A pool that is good, to put beside a bad object. */
export const GOOD_POOL = `apiVersion: karpenter.sh/v1
kind: NodePool
metadata: {name: default}
spec:
  template:
    spec:
      nodeClassRef: {group: karpenter.k8s.aws, kind: EC2NodeClass, name: default}
      requirements:
        - {key: kubernetes.io/os, operator: In, values: [linux]}
        - {key: kubernetes.io/arch, operator: In, values: [amd64]}
        - {key: karpenter.sh/capacity-type, operator: In, values: [on-demand]}
        - {key: karpenter.k8s.aws/instance-category, operator: In, values: [c, m, r]}
`;

/** A pod that is good. */
export const GOOD_POD = `apiVersion: v1
kind: Pod
metadata: {name: good}
spec:
  containers: [{name: c, image: i, resources: {requests: {cpu: 500m, memory: 1Gi}}}]
`;

/** A Pod `default/web` with these lines in its spec (two spaces deep). */
function pod(spec: string, container = ""): string {
  return `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: c
      image: i
${container === "" ? "" : `${container}\n`}${spec}`;
}

function requests(text: string): string {
  return pod("", `      resources:\n        requests:\n          ${text}`);
}

function deployment(replicas: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: c, image: i}]
`;
}

function pool(requirement: string, rest = ""): string {
  return `apiVersion: karpenter.sh/v1
kind: NodePool
metadata: {name: default}
spec:
  template:
    spec:
      nodeClassRef: {group: karpenter.k8s.aws, kind: EC2NodeClass, name: default}
      requirements: [${requirement}]
${rest}---
${GOOD_POD}`;
}

const WEB = "Pod default/web";
const CONTAINER = "spec.containers[0].resources";

function error(name: string, text: string, expect: MalformedInput["expect"]): MalformedInput {
  return { name, text, outcome: "error", expect };
}

function rejected(name: string, text: string, expect: MalformedInput["expect"]): MalformedInput {
  return { name, text: `${GOOD_POOL}---\n${GOOD_POD}---\n${text}`, outcome: "rejected", expect };
}

/** Nested far deeper than any Kubernetes object. */
const DEEP_YAML = `${"[".repeat(200)}${"]".repeat(200)}`;
const DEEP_JSON = `{"a":${"[".repeat(5_000)}1${"]".repeat(5_000)}}`;

/** Nine levels of nine aliases: 9^9 values if expanded. */
function bomb(): string {
  const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"];
  for (let level = 1; level <= 9; level++) {
    lines.push(
      `a${String(level)}: &a${String(level)} [${Array<string>(9)
        .fill(`*a${String(level - 1)}`)
        .join(", ")}]`,
    );
  }
  return lines.join("\n");
}

/** At least the forty that the acceptance of bad input asks for; none of them stops at anything but its own fault. */
export const MALFORMED_INPUTS: readonly MalformedInput[] = [
  // Texts that cannot be read.
  error("the input is empty", "", { code: "EMPTY_INPUT" }),
  error("the input has only comments", "# nothing\n---\n# here\n", { code: "EMPTY_INPUT" }),
  error("the input is prose", "please plan my cluster", { code: "NOT_AN_OBJECT", value: "please plan my cluster" }),
  error("the YAML does not parse", "kind: Pod\n  metadata: [", { code: "INVALID_YAML", line: 1 }),
  error("the YAML uses a tab for indentation", "kind: Pod\nmetadata:\n\tname: web\n", {
    code: "INVALID_YAML",
    line: 3,
  }),
  error("a Helm template was not rendered", "kind: {{ .Values.kind }}\n", { code: "INVALID_YAML" }),
  error("the JSON is cut off", '{"apiVersion": "v1", "kind": "Pod", "metadata": {"na', { code: "INVALID_JSON" }),
  error("the JSON has a trailing word", '{"apiVersion": "v1", "kind": "Service"} oops', {
    code: "INVALID_JSON",
    value: "oops",
  }),
  error("a YAML key appears twice", "apiVersion: v1\nkind: Pod\nkind: Node\n", {
    code: "DUPLICATE_KEY",
    value: "kind",
    line: 3,
  }),
  error("a JSON key appears twice", '{"apiVersion": "v1",\n "kind": "Pod",\n "kind": "Node"}', {
    code: "DUPLICATE_KEY",
    value: "kind",
    line: 3,
  }),
  error("an anchor contains itself", "kind: Pod\nspec: &loop\n  again: *loop\n", {
    code: "CYCLIC_YAML",
    value: "*loop",
    line: 3,
  }),
  error("a list contains itself", "&list [*list]", { code: "CYCLIC_YAML", value: "*list" }),
  error("aliases multiply without end", bomb(), { code: "TOO_MANY_ALIASES" }),
  error("an alias has no anchor", "kind: *missing\n", { code: "UNKNOWN_ALIAS", value: "*missing" }),
  error("a custom tag is used", "kind: !!js/function 'return 1'\n", { code: "CUSTOM_TAG" }),
  error("the YAML is nested too deeply", DEEP_YAML, { code: "TOO_DEEP" }),
  error("the JSON is nested too deeply", DEEP_JSON, { code: "TOO_DEEP" }),

  // Objects that are none.
  error("an object has no kind", "apiVersion: v1\nmetadata: {name: web}\n", { code: "MISSING_FIELD", field: "kind" }),
  error("an object has no apiVersion", "kind: Pod\nmetadata: {name: web}\n", {
    code: "MISSING_FIELD",
    object: "Pod web",
    field: "apiVersion",
  }),
  error("a Deployment is in the core API", "apiVersion: v1\nkind: Deployment\nmetadata: {name: web}\n", {
    code: "UNKNOWN_VERSION",
    object: "Deployment default/web",
    field: "apiVersion",
    value: "v1",
  }),
  error("the kind is a number", "apiVersion: v1\nkind: 7\n", { code: "INVALID_FIELD", field: "kind", value: "7" }),
  error("a pod has no name", "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: c}]}\n", {
    code: "MISSING_FIELD",
    object: "Pod (unnamed)",
    field: "metadata.name",
  }),
  error("a pod's name has capitals", "apiVersion: v1\nkind: Pod\nmetadata: {name: Web}\n", {
    code: "BAD_NAME",
    object: "Pod default/Web",
    field: "metadata.name",
    value: "Web",
  }),
  error("a namespace has an underscore", "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: my_ns}\n", {
    code: "BAD_NAME",
    field: "metadata.namespace",
    value: "my_ns",
  }),
  error("the metadata is a list", "apiVersion: v1\nkind: Pod\nmetadata: [name]\n", {
    code: "INVALID_FIELD",
    field: "metadata",
  }),
  error("there is no pool and no node", GOOD_POD, { code: "NO_NODE_POOL", object: "NodePool" }),

  // Pods: requests.
  error("a pod has no spec", "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\n", {
    code: "MISSING_FIELD",
    object: WEB,
    field: "spec",
  }),
  error("a pod has no containers", "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: []}\n", {
    code: "MISSING_FIELD",
    object: WEB,
    field: "spec.containers",
  }),
  error("a cpu request has a word in it", requests("cpu: 10 cores"), {
    code: "BAD_QUANTITY",
    object: WEB,
    field: `${CONTAINER}.requests.cpu`,
    value: "10 cores",
    line: 11,
  }),
  error("a memory request uses a unit that is none", requests("memory: 2GB"), {
    code: "BAD_QUANTITY",
    object: WEB,
    field: `${CONTAINER}.requests.memory`,
    value: "2GB",
  }),
  error("a request is negative", requests("cpu: -1"), {
    code: "NEGATIVE_QUANTITY",
    object: WEB,
    field: `${CONTAINER}.requests.cpu`,
    value: "-1",
  }),
  error("a request is a list", requests("cpu: [1, 2]"), {
    code: "BAD_QUANTITY",
    field: `${CONTAINER}.requests.cpu`,
    value: "(a list)",
  }),
  error("a request is not a number", requests("cpu: .nan"), {
    code: "BAD_QUANTITY",
    field: `${CONTAINER}.requests.cpu`,
    value: ".nan",
  }),
  error("a request has an enormous exponent", requests("cpu: 1e999999999"), {
    code: "BAD_QUANTITY",
    field: `${CONTAINER}.requests.cpu`,
  }),
  error("a resource has a bare name", requests("gpu: 1"), {
    code: "BAD_RESOURCE_NAME",
    field: `${CONTAINER}.requests.gpu`,
    value: "1",
  }),
  error("half a GPU is asked for", requests("nvidia.com/gpu: 500m"), {
    code: "BAD_QUANTITY",
    field: `${CONTAINER}.requests["nvidia.com/gpu"]`,
    value: "500m",
  }),
  error("a request is above its limit", requests("cpu: 2\n        limits:\n          cpu: 1"), {
    code: "REQUEST_OVER_LIMIT",
    field: `${CONTAINER}.requests.cpu`,
    value: "2",
  }),
  error("the requests are a string", pod("", "      resources: {requests: lots}"), {
    code: "INVALID_FIELD",
    field: `${CONTAINER}.requests`,
    value: "lots",
  }),

  // Pods: placement.
  error(
    "a label value is a number",
    "apiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {version: 1.5}}\nspec: {containers: [{name: c}]}\n",
    { code: "INVALID_FIELD", field: 'metadata.labels["version"]', value: "1.5" },
  ),
  error(
    "a label key is malformed",
    "apiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {-bad-: x}}\nspec: {containers: [{name: c}]}\n",
    { code: "BAD_LABEL_KEY", field: "metadata.labels", value: "-bad-" },
  ),
  error("a node selector value is malformed", pod("  nodeSelector: {zone: 'us east'}"), {
    code: "BAD_LABEL_VALUE",
    object: WEB,
    field: 'spec.nodeSelector["zone"]',
    value: "us east",
  }),
  error(
    "an affinity operator is unknown",
    pod(
      "  affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: Equals, values: [b]}]}]}}}",
    ),
    {
      code: "UNKNOWN_OPERATOR",
      object: WEB,
      field:
        "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].operator",
      value: "Equals",
    },
  ),
  error(
    "In has no values",
    pod(
      "  affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: In}]}]}}}",
    ),
    { code: "BAD_VALUES" },
  ),
  error(
    "Gt has a word",
    pod(
      "  affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: Gt, values: [many]}]}]}}}",
    ),
    { code: "BAD_VALUES", value: "many" },
  ),
  error(
    "a preference weighs 200",
    pod(
      "  affinity: {podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 200, podAffinityTerm: {topologyKey: zone}}]}}",
    ),
    { code: "OUT_OF_RANGE", value: "200" },
  ),
  error(
    "an anti-affinity has no topology key",
    pod(
      "  affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{labelSelector: {matchLabels: {a: b}}}]}}",
    ),
    {
      code: "MISSING_FIELD",
      field: "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey",
    },
  ),
  error("a toleration has an unknown effect", pod("  tolerations: [{key: a, operator: Exists, effect: NoRun}]"), {
    code: "UNKNOWN_VALUE",
    field: "spec.tolerations[0].effect",
    value: "NoRun",
  }),
  error("a toleration has neither key nor Exists", pod("  tolerations: [{value: a}]"), {
    code: "BAD_TOLERATION",
    field: "spec.tolerations[0].operator",
  }),
  error(
    "maxSkew is 0",
    pod("  topologySpreadConstraints: [{maxSkew: 0, topologyKey: zone, whenUnsatisfiable: DoNotSchedule}]"),
    { code: "OUT_OF_RANGE", field: "spec.topologySpreadConstraints[0].maxSkew", value: "0" },
  ),
  error(
    "minDomains goes with ScheduleAnyway",
    pod(
      "  topologySpreadConstraints: [{maxSkew: 1, minDomains: 2, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway}]",
    ),
    { code: "BAD_TOPOLOGY_SPREAD", field: "spec.topologySpreadConstraints[0].minDomains", value: "2" },
  ),
  error(
    "whenUnsatisfiable is unknown",
    pod("  topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: Never}]"),
    { code: "UNKNOWN_VALUE", field: "spec.topologySpreadConstraints[0].whenUnsatisfiable", value: "Never" },
  ),
  error(
    "a selector holds labels directly",
    pod(
      "  topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule, labelSelector: {app: web}}]",
    ),
    { code: "UNKNOWN_FIELD", field: "spec.topologySpreadConstraints[0].labelSelector.app", value: "web" },
  ),
  error("a host port is out of range", pod("", "      ports: [{containerPort: 80, hostPort: 70000}]"), {
    code: "OUT_OF_RANGE",
    field: "spec.containers[0].ports[0].hostPort",
    value: "70000",
  }),

  // Workloads.
  error("replicas are negative", deployment("-1"), {
    code: "OUT_OF_RANGE",
    object: "Deployment shop/web",
    field: "spec.replicas",
    value: "-1",
    line: 5,
  }),
  error("replicas are absurd", deployment("1000000000"), {
    code: "OUT_OF_RANGE",
    object: "Deployment shop/web",
    field: "spec.replicas",
    value: "1000000000",
  }),
  error("replicas are a word", deployment("three"), {
    code: "INVALID_FIELD",
    object: "Deployment shop/web",
    field: "spec.replicas",
    value: "three",
  }),
  error("replicas are half a pod", deployment("1.5"), { code: "INVALID_FIELD", field: "spec.replicas", value: "1.5" }),
  error(
    "two workloads together have too many pods",
    `${GOOD_POOL}---\n${deployment("150000")}---\n${deployment("150000").replace("name: web,", "name: api,")}`,
    { code: "TOO_MANY_PODS", object: "Deployment shop/api", field: "spec.replicas", value: "150000" },
  ),
  error(
    "a selector does not select its own template",
    deployment("1").replace("matchLabels: {app: web}", "matchLabels: {app: api}"),
    { code: "SELECTOR_MISMATCH", field: 'spec.selector.matchLabels["app"]', value: "api" },
  ),
  error("a template has no containers", deployment("1").replace(/containers: .*/, "containers: []"), {
    code: "MISSING_FIELD",
    field: "spec.template.spec.containers",
  }),
  error(
    "a CronJob has no job template",
    "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: nightly}\nspec: {schedule: '0 3 * * *'}\n",
    { code: "MISSING_FIELD", object: "CronJob default/nightly", field: "spec.jobTemplate" },
  ),

  // Pools, classes, nodes.
  error("a pool's operator is unknown", pool("{key: kubernetes.io/arch, operator: Is, values: [amd64]}"), {
    code: "UNKNOWN_OPERATOR",
    object: "NodePool default",
    field: "spec.template.spec.requirements[0].operator",
    value: "Is",
  }),
  error("a pool's Exists has values", pool("{key: kubernetes.io/arch, operator: Exists, values: [amd64]}"), {
    code: "BAD_VALUES",
    object: "NodePool default",
    value: "amd64",
  }),
  error(
    "a pool wants more values than it lists",
    pool("{key: kubernetes.io/arch, operator: In, values: [amd64], minValues: 2}"),
    { code: "BAD_VALUES", field: "spec.template.spec.requirements[0].minValues", value: "2" },
  ),
  error("a pool chooses host names", pool("{key: kubernetes.io/hostname, operator: In, values: [a]}"), {
    code: "RESERVED_LABEL",
    value: "kubernetes.io/hostname",
  }),
  error("a pool's field is misspelt", pool("", "      taint: [{key: a, effect: NoSchedule}]\n"), {
    code: "UNKNOWN_FIELD",
    field: "spec.template.spec.taint",
  }),
  error("a pool's taint has no effect", pool("", "      taints: [{key: a}]\n"), {
    code: "MISSING_FIELD",
    field: "spec.template.spec.taints[0].effect",
  }),
  error("a pool's weight is out of range", pool("", "  weight: 1000\n"), {
    code: "OUT_OF_RANGE",
    field: "spec.weight",
    value: "1000",
  }),
  error("a pool's limit is no quantity", pool("", "  limits: {cpu: plenty}\n"), {
    code: "BAD_QUANTITY",
    field: "spec.limits.cpu",
    value: "plenty",
  }),
  error(
    "a Provisioner's ttl is in the wrong place",
    `apiVersion: karpenter.sh/v1alpha5\nkind: Provisioner\nmetadata: {name: default}\nspec: {ttl: 30}\n---\n${GOOD_POD}`,
    { code: "UNKNOWN_FIELD", object: "Provisioner default", field: "spec.ttl", value: "30" },
  ),
  error("a node has nothing to give", `apiVersion: v1\nkind: Node\nmetadata: {name: n1}\n---\n${GOOD_POD}`, {
    code: "MISSING_FIELD",
    object: "Node n1",
    field: "status.allocatable",
  }),
  error(
    "a node's cpu is negative",
    `apiVersion: v1\nkind: Node\nmetadata: {name: n1}\nstatus: {allocatable: {cpu: -4}}\n---\n${GOOD_POD}`,
    { code: "NEGATIVE_QUANTITY", object: "Node n1", field: "status.allocatable.cpu", value: "-4" },
  ),

  // One bad object among good ones.
  rejected("a bad pod stands beside a good one", requests("cpu: ten"), {
    code: "BAD_QUANTITY",
    object: WEB,
    field: `${CONTAINER}.requests.cpu`,
    value: "ten",
  }),
  rejected("two pods have one name", GOOD_POD, {
    code: "DUPLICATE_NAME",
    object: "Pod default/good",
    field: "metadata.name",
    value: "good",
  }),
  rejected(
    "a node class has no AMI family",
    "apiVersion: karpenter.k8s.aws/v1\nkind: EC2NodeClass\nmetadata: {name: other}\nspec: {amiSelectorTerms: [{id: ami-1}]}\n",
    { code: "MISSING_FIELD", object: "EC2NodeClass other", field: "spec.amiFamily" },
  ),
  rejected(
    "a second pool of the same name is a Provisioner",
    "apiVersion: karpenter.sh/v1alpha5\nkind: Provisioner\nmetadata: {name: default}\nspec: {}\n",
    { code: "DUPLICATE_NAME", object: "Provisioner default", value: "default" },
  ),
  rejected(
    "a DaemonSet has a bad toleration",
    "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: agent}\nspec: {template: {spec: {containers: [{name: c}], tolerations: [{key: a, operator: Exists, value: x}]}}}\n",
    {
      code: "BAD_TOLERATION",
      object: "DaemonSet default/agent",
      field: "spec.template.spec.tolerations[0].value",
      value: "x",
    },
  ),
  rejected(
    "a priority class has no value",
    "apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: high}\n",
    { code: "MISSING_FIELD", object: "PriorityClass high", field: "value" },
  ),
  rejected("an item of a list is a string", "apiVersion: v1\nkind: List\nitems: [oops]\n", {
    code: "NOT_AN_OBJECT",
    value: "oops",
  }),
];
