/** Builders with defaults for tests: every builder is already the domain object that it builds. */
import type { LabelSelector, LabelSelectorRequirement } from "../../src/domain/label-selector.ts";
import type { CapacityType, InstanceType, Offering } from "../../src/domain/instance-type.ts";
import type { DaemonSet, Node } from "../../src/domain/node.ts";
import type { NodePool, NodeSizing } from "../../src/domain/node-pool.ts";
import { type PodAffinityTerm, type Pod, type TopologySpreadConstraint } from "../../src/domain/pod.ts";
import { capacityAmount, parseQuantity, requestAmount } from "../../src/domain/quantity.ts";
import { type Operator, type Requirement, requirementsOfLabels } from "../../src/domain/requirement.ts";
import type { Resources } from "../../src/domain/resources.ts";
import type { Snapshot } from "../../src/domain/snapshot.ts";
import type { Taint, TaintEffect, Toleration } from "../../src/domain/taint.ts";

/** Resource name to a Kubernetes quantity; a number is taken as it stands (`cpu: 2` is two cores). */
export type Quantities = Readonly<Record<string, string | number>>;

/** Requests, rounded up: `requests({cpu: "500m", memory: "1Gi"})`. */
export function requests(quantities: Quantities): Resources {
  return new Map(
    Object.entries(quantities).map(([name, text]) => [name, requestAmount(name, parseQuantity(String(text)))]),
  );
}

/** Capacity, rounded down. */
export function capacity(quantities: Quantities): Resources {
  return new Map(
    Object.entries(quantities).map(([name, text]) => [name, capacityAmount(name, parseQuantity(String(text)))]),
  );
}

/** `requirement("zone", "In", "a", "b")`. */
export function requirement(key: string, operator: Operator, ...values: readonly string[]): Requirement {
  return { key, operator, values };
}

/** `taint("team", "a")` is `team=a:NoSchedule`. */
export function taint(key: string, value = "", effect: TaintEffect = "NoSchedule"): Taint {
  return { key, value, effect };
}

/** `toleration("team")` tolerates any value; with a value, just that one. */
export function toleration(key: string, value?: string): Toleration {
  return value === undefined ? { key, operator: "Exists", value: "" } : { key, operator: "Equal", value };
}

/** `selector({app: "web"})`. */
export function selector(
  labels: Readonly<Record<string, string>> = {},
  ...matchExpressions: readonly LabelSelectorRequirement[]
): LabelSelector {
  return { matchLabels: new Map(Object.entries(labels)), matchExpressions };
}

/** A hard spread over a key, by the labels of a selector. */
export function spreadOver(
  topologyKey: string,
  labels: Readonly<Record<string, string>>,
  more: Partial<TopologySpreadConstraint> = {},
): TopologySpreadConstraint {
  return {
    topologyKey,
    maxSkew: 1,
    whenUnsatisfiable: "DoNotSchedule",
    labelSelector: selector(labels),
    nodeAffinityPolicy: "Honor",
    nodeTaintsPolicy: "Ignore",
    matchLabelKeys: [],
    ...more,
  };
}

/** A term of pod (anti-)affinity over a key. */
export function affinityTerm(
  topologyKey: string,
  labels: Readonly<Record<string, string>>,
  more: Partial<PodAffinityTerm> = {},
): PodAffinityTerm {
  return {
    topologyKey,
    labelSelector: selector(labels),
    namespaces: [],
    namespaceSelector: undefined,
    matchLabelKeys: [],
    mismatchLabelKeys: [],
    ...more,
  };
}

interface PodSteps {
  /** Requests of cpu, e.g. `500m`. */
  cpu(quantity: string | number): PodBuilder;
  memory(quantity: string): PodBuilder;
  /** Adds requests of any resource. */
  asking(quantities: Quantities): PodBuilder;
  in(namespace: string): PodBuilder;
  named(name: string): PodBuilder;
  labelled(labels: Readonly<Record<string, string>>): PodBuilder;
  /** Adds to nodeSelector. */
  on(nodeSelector: Readonly<Record<string, string>>): PodBuilder;
  /** Adds one term of required node affinity (terms are alternatives). */
  requiring(...term: readonly Requirement[]): PodBuilder;
  preferring(...term: readonly Requirement[]): PodBuilder;
  tolerating(...tolerations: readonly Toleration[]): PodBuilder;
  spreading(...constraints: readonly TopologySpreadConstraint[]): PodBuilder;
  apartFrom(...terms: readonly PodAffinityTerm[]): PodBuilder;
  near(...terms: readonly PodAffinityTerm[]): PodBuilder;
  /** A TCP host port. */
  hostPort(port: number, protocol?: string, hostIp?: string): PodBuilder;
  ownedBy(owner: string): PodBuilder;
  /** Changes any field. */
  but(fields: Partial<Pod>): PodBuilder;
}

export type PodBuilder = Pod & PodSteps;

/** A pending pod of namespace `default` that asks for nothing but its place. */
export function pod(name: string): PodBuilder {
  return withPodSteps({
    namespace: "default",
    name,
    labels: new Map(),
    annotations: new Map(),
    requests: new Map([["pods", 1]]),
    nodeSelector: new Map(),
    requiredNodeTerms: [],
    preferredNodeTerms: [],
    tolerations: [],
    topologySpread: [],
    podAffinity: [],
    podAntiAffinity: [],
    preferredPodAffinity: [],
    preferredPodAntiAffinity: [],
    hostPorts: [],
    volumeClaims: [],
    resourceClaims: [],
    priority: 0,
    schedulerName: "default-scheduler",
    schedulingGates: [],
    unsupported: [],
  });
}

function withPodSteps(fields: Pod): PodBuilder {
  const but = (changed: Partial<Pod>): PodBuilder => withPodSteps({ ...fields, ...changed });
  const asking = (quantities: Quantities): PodBuilder =>
    but({ requests: new Map([...fields.requests, ...requests(quantities)]) });
  const steps: PodSteps = {
    cpu: (quantity) => asking({ cpu: quantity }),
    memory: (quantity) => asking({ memory: quantity }),
    asking,
    in: (namespace) => but({ namespace }),
    named: (name) => but({ name }),
    labelled: (labels) => but({ labels: new Map([...fields.labels, ...Object.entries(labels)]) }),
    on: (labels) => but({ nodeSelector: new Map([...fields.nodeSelector, ...Object.entries(labels)]) }),
    requiring: (...term) => but({ requiredNodeTerms: [...fields.requiredNodeTerms, term] }),
    preferring: (...term) => but({ preferredNodeTerms: [...fields.preferredNodeTerms, { weight: 1, term }] }),
    tolerating: (...tolerations) => but({ tolerations: [...fields.tolerations, ...tolerations] }),
    spreading: (...constraints) => but({ topologySpread: [...fields.topologySpread, ...constraints] }),
    apartFrom: (...terms) => but({ podAntiAffinity: [...fields.podAntiAffinity, ...terms] }),
    near: (...terms) => but({ podAffinity: [...fields.podAffinity, ...terms] }),
    hostPort: (port, protocol = "TCP", hostIp = "") =>
      but({ hostPorts: [...fields.hostPorts, { port, protocol, hostIp }] }),
    ownedBy: (owner) => but({ owner }),
    but,
  };
  return { ...fields, ...steps };
}

/** The same without the builder's methods: shorter in messages. */
export function plain<T extends object>(built: T): T {
  return Object.fromEntries(Object.entries(built).filter(([, value]) => typeof value !== "function")) as T;
}

/** `count` pods like this one, named `NAME-0`, `NAME-1`, ...; they share everything else. */
export function replicas(template: Pod, count: number): Pod[] {
  return Array.from({ length: count }, (_, i) => ({ ...template, name: `${template.name}-${i}` }));
}

/** Sizing without surprises, for pools in tests. */
export const PLAIN_SIZING: NodeSizing = {
  amiFamily: "AL2023",
  kubelet: {},
  rootVolumeBytes: 20 * 2 ** 30,
  instanceStoreRaid0: false,
  reservedEnis: 0,
  zones: [],
};

interface NodePoolSteps {
  weighing(weight: number): NodePoolBuilder;
  requiring(...requirements: readonly Requirement[]): NodePoolBuilder;
  /** Fixed labels of the template, with the requirement that each implies. */
  labelled(labels: Readonly<Record<string, string>>): NodePoolBuilder;
  tainted(...taints: readonly Taint[]): NodePoolBuilder;
  startingWith(...taints: readonly Taint[]): NodePoolBuilder;
  limited(limits: Quantities): NodePoolBuilder;
  using(inUse: Quantities): NodePoolBuilder;
  but(fields: Partial<NodePool>): NodePoolBuilder;
}

export type NodePoolBuilder = NodePool & NodePoolSteps;

/** A NodePool that allows everything its instance types offer. */
export function nodePool(name: string): NodePoolBuilder {
  return withNodePoolSteps({
    name,
    kind: "NodePool",
    weight: 0,
    requirements: [],
    labels: new Map(),
    taints: [],
    startupTaints: [],
    limits: new Map(),
    inUse: new Map(),
    sizing: PLAIN_SIZING,
  });
}

function withNodePoolSteps(fields: NodePool): NodePoolBuilder {
  const but = (changed: Partial<NodePool>): NodePoolBuilder => withNodePoolSteps({ ...fields, ...changed });
  const steps: NodePoolSteps = {
    weighing: (weight) => but({ weight }),
    requiring: (...requirements) => but({ requirements: [...fields.requirements, ...requirements] }),
    labelled: (labels) =>
      but({
        labels: new Map([...fields.labels, ...Object.entries(labels)]),
        requirements: [
          ...fields.requirements,
          ...Object.entries(labels).map(([key, value]) => requirement(key, "In", value)),
        ],
      }),
    tainted: (...taints) => but({ taints: [...fields.taints, ...taints] }),
    startingWith: (...taints) => but({ startupTaints: [...fields.startupTaints, ...taints] }),
    limited: (limits) => but({ limits: capacity(limits) }),
    using: (inUse) => but({ inUse: capacity(inUse) }),
    but,
  };
  return { ...fields, ...steps };
}

export interface InstanceTypeFields {
  readonly cpu?: string | number;
  readonly memory?: string;
  readonly pods?: number;
  /** Further capacity. */
  readonly capacity?: Quantities;
  readonly price?: number;
  readonly zones?: readonly string[];
  readonly capacityTypes?: readonly CapacityType[];
  /** Instead of price, zones and capacity types. */
  readonly offerings?: readonly Offering[];
  readonly arch?: string;
  readonly os?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** kubeReserved; none by default, so that allocatable is capacity. */
  readonly reserved?: Quantities;
}

/** An instance type: 2 vCPU, 8 GiB, 29 pods, 0.1 $/h, zone `us-east-1a`, on-demand, amd64 linux unless told otherwise. */
export function instanceType(name: string, fields: InstanceTypeFields = {}): InstanceType {
  const zones = fields.zones ?? ["us-east-1a"];
  const capacityTypes = fields.capacityTypes ?? ["on-demand"];
  const price = fields.price ?? 0.1;
  return {
    name,
    requirements: requirementsOfLabels(
      Object.entries({
        "node.kubernetes.io/instance-type": name,
        "kubernetes.io/arch": fields.arch ?? "amd64",
        "kubernetes.io/os": fields.os ?? "linux",
        ...fields.labels,
      }),
    ),
    capacity: capacity({
      cpu: fields.cpu ?? 2,
      memory: fields.memory ?? "8Gi",
      pods: fields.pods ?? 29,
      ...fields.capacity,
    }),
    overhead: {
      kubeReserved: capacity(fields.reserved ?? {}),
      systemReserved: new Map(),
      evictionThreshold: new Map(),
    },
    offerings: fields.offerings ?? zones.flatMap((zone) => capacityTypes.map((type) => offering(zone, price, type))),
  };
}

/** An offering that is available. */
export function offering(
  zone: string,
  priceUsdPerHour: number,
  capacityType: CapacityType = "on-demand",
  more: Partial<Offering> = {},
): Offering {
  return { zone, capacityType, priceUsdPerHour, available: true, ...more };
}

export interface NodeFields {
  readonly cpu?: string | number;
  readonly memory?: string;
  readonly podLimit?: number;
  readonly zone?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly Taint[];
  readonly pods?: readonly Pod[];
  readonly unschedulable?: boolean;
  readonly nodePool?: string;
}

/** A node that exists: 4 vCPU, 16 GiB, 58 pods, zone `us-east-1a`, amd64 linux unless told otherwise. */
export function node(name: string, fields: NodeFields = {}): Node {
  const amounts = capacity({ cpu: fields.cpu ?? 4, memory: fields.memory ?? "16Gi", pods: fields.podLimit ?? 58 });
  return {
    name,
    labels: new Map(
      Object.entries({
        "kubernetes.io/hostname": name,
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/os": "linux",
        "topology.kubernetes.io/zone": fields.zone ?? "us-east-1a",
        ...fields.labels,
      }),
    ),
    taints: fields.taints ?? [],
    capacity: amounts,
    allocatable: amounts,
    unschedulable: fields.unschedulable ?? false,
    pods: (fields.pods ?? []).map((running) => ({ ...running, nodeName: name })),
    ...(fields.nodePool === undefined ? {} : { nodePool: fields.nodePool }),
  };
}

/** A DaemonSet whose pods are like this one. */
export function daemonSet(template: Pod): DaemonSet {
  return {
    namespace: template.namespace,
    name: template.name,
    pod: { ...template, owner: `DaemonSet/${template.name}` },
  };
}

export interface SnapshotFields extends Partial<Omit<Snapshot, "instanceTypes">> {
  /** The same types for every pool, or a list by pool. */
  readonly types?: readonly InstanceType[];
  readonly instanceTypes?: Snapshot["instanceTypes"];
}

/** A snapshot; without pools given there is one, `default`, and without types one of 2 vCPU and one of 4. */
export function snapshot(fields: SnapshotFields = {}): Snapshot {
  const nodePools = fields.nodePools ?? [nodePool("default")];
  const types = fields.types ?? [
    instanceType("m5.large", { cpu: 2, memory: "8Gi", price: 0.096 }),
    instanceType("m5.xlarge", { cpu: 4, memory: "16Gi", pods: 58, price: 0.192 }),
  ];
  return {
    timeMs: 0,
    pods: [],
    nodes: [],
    daemonSets: [],
    instanceTypes: new Map(nodePools.map((pool) => [pool.name, types])),
    namespaces: new Map(),
    rejected: [],
    ignored: new Map(),
    ...fields,
    nodePools,
  };
}
