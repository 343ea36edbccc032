/** Pod specs to domain pods: every field that bears on placement is carried, and what is not understood is said. */
import type { HostPort, Pod } from "../../domain/pod.ts";
import type { Resources } from "../../domain/resources.ts";
import type { Toleration } from "../../domain/taint.ts";
import type { PersistentVolumeClaim } from "../../domain/volume.ts";
import { readAffinity, readTopologySpread, reportUnknown } from "./affinity.ts";
import {
  failField,
  readBoolean,
  readInteger,
  readList,
  readObject,
  readString,
  readStringMap,
  readWord,
  requireObject,
  requireString,
} from "./fields.ts";
import type { Fields } from "./fields.ts";
import { readLabels } from "./label-syntax.ts";
import type { LimitDefaults, RequestContext, ContainerRequests } from "./pod-requests.ts";
import { podRequests, readContainerRequests, readPodLevelRequests } from "./pod-requests.ts";
import { CONTAINER_FIELDS, POD_SPEC_FIELDS } from "./pod-fields.ts";
import { readResources } from "./quantities.ts";
import type { QuantityCache } from "./quantities.ts";
import { readTolerations } from "./taints.ts";
import { readVolumes } from "./volumes.ts";

/** What a RuntimeClass adds to its pods. */
export interface RuntimeClass {
  readonly overhead: Resources;
  readonly nodeSelector: ReadonlyMap<string, string>;
  readonly tolerations: readonly Toleration[];
}

/** What the rest of the input says about pods. */
export interface PodContext {
  readonly cache: QuantityCache;
  readonly priorityClasses: ReadonlyMap<string, number>;
  /** Value of the PriorityClass that is the global default. */
  readonly defaultPriority: number;
  readonly runtimeClasses: ReadonlyMap<string, RuntimeClass>;
  readonly limitDefaults: ReadonlyMap<string, LimitDefaults>;
  /** Adds `pods: 1`; equal requests become one object: classes of pods are found faster. */
  readonly intern: (requests: Resources) => Resources;
  /** Adds a sentence for the reader of the plan, once. */
  readonly note: (sentence: string) => void;
}

/** A pod without its own name yet. */
export interface PodTemplate {
  /** Its `name` is empty. */
  readonly pod: Pod;
  /** Generic ephemeral volumes: each pod gets a claim of its own, named after pod and volume. */
  readonly ephemeralVolumes: readonly PersistentVolumeClaim[];
}

export interface TemplateSource {
  readonly namespace: string;
  readonly metadata: Fields | undefined;
  /** Path of the metadata, e.g. `spec.template.metadata`. */
  readonly metadataField: string;
  readonly spec: unknown;
  readonly specField: string;
  /** Made by the API server already: defaults of LimitRanges are in it or do not apply. */
  readonly admitted: boolean;
}

const NONE: readonly never[] = [];

/** @throws FieldError for the first field that the API server would refuse */
export function readPodTemplate(source: TemplateSource, context: PodContext): PodTemplate {
  const { namespace, specField: at } = source;
  const spec = requireObject(source.spec, at);
  const unsupported: string[] = [];
  reportUnknown(spec, POD_SPEC_FIELDS, at, unsupported);

  const runtime = readRuntimeClass(spec, at, context);
  const containers = readContainers(spec, source, context, runtime, unsupported);
  const affinity = readAffinity(spec.affinity, `${at}.affinity`, unsupported);
  const volumes = readVolumes(spec.volumes, `${at}.volumes`, namespace, unsupported);
  const tolerations = readTolerations(spec.tolerations, `${at}.tolerations`);
  const labels = readLabels(source.metadata?.labels, `${source.metadataField}.labels`);

  const pod: Pod = {
    namespace,
    name: "",
    labels,
    annotations: readStringMap(source.metadata?.annotations, `${source.metadataField}.annotations`),
    requests: containers.requests,
    nodeSelector: readNodeSelector(spec, at, runtime),
    ...affinity,
    tolerations:
      runtime === undefined || runtime.tolerations.length === 0
        ? tolerations
        : [...tolerations, ...runtime.tolerations],
    topologySpread: readTopologySpread(spec.topologySpreadConstraints, `${at}.topologySpreadConstraints`, unsupported),
    hostPorts: containers.hostPorts,
    volumeClaims: volumes.claims,
    resourceClaims: readNames(spec.resourceClaims, `${at}.resourceClaims`),
    priority: readPriority(spec, at, context),
    schedulerName: readString(spec.schedulerName, `${at}.schedulerName`) ?? "default-scheduler",
    schedulingGates: readNames(spec.schedulingGates, `${at}.schedulingGates`),
    unsupported: unsupported.length === 0 ? NONE : unsupported,
  };
  return { pod, ephemeralVolumes: volumes.ephemeral };
}

interface Containers {
  readonly requests: Resources;
  readonly hostPorts: readonly HostPort[];
}

function readContainers(
  spec: Fields,
  source: TemplateSource,
  context: PodContext,
  runtime: RuntimeClass | undefined,
  unsupported: string[],
): Containers {
  const at = source.specField;
  const list = readList(spec.containers, `${at}.containers`);
  if (list.length === 0)
    failField(`${at}.containers`, spec.containers, "a pod needs at least one container", "Add one.", "MISSING_FIELD");
  const requestContext: RequestContext = {
    cache: context.cache,
    limitDefaults: source.admitted ? undefined : context.limitDefaults.get(source.namespace),
    unsupported,
  };
  const hostNetwork = readBoolean(spec.hostNetwork, `${at}.hostNetwork`);
  let hostPorts: HostPort[] | undefined;
  const addPorts = (container: Fields, field: string): void => {
    if (container.ports === undefined || container.ports === null) return;
    const ports = readHostPorts(container.ports, `${field}.ports`, hostNetwork);
    if (ports.length > 0) hostPorts = [...(hostPorts ?? []), ...ports];
  };

  const containers = list.map((item, index) => {
    const field = `${at}.containers[${String(index)}]`;
    const container = requireObject(item, field);
    reportUnknown(container, CONTAINER_FIELDS, field, unsupported);
    addPorts(container, field);
    return readContainerRequests(container.resources, `${field}.resources`, requestContext);
  });
  const initContainers = readList(spec.initContainers, `${at}.initContainers`).map((item, index): ContainerRequests => {
    const field = `${at}.initContainers[${String(index)}]`;
    const container = requireObject(item, field);
    reportUnknown(container, CONTAINER_FIELDS, field, unsupported);
    const sidecar = readString(container.restartPolicy, `${field}.restartPolicy`) === "Always";
    if (sidecar) addPorts(container, field);
    return { requests: readContainerRequests(container.resources, `${field}.resources`, requestContext), sidecar };
  });

  const overhead =
    spec.overhead === undefined || spec.overhead === null
      ? (runtime?.overhead ?? NO_OVERHEAD)
      : readResources(spec.overhead, `${at}.overhead`, "request", context.cache);
  const without = podRequests(containers, initContainers, NO_OVERHEAD, NO_OVERHEAD);
  const podLevel = readPodLevelRequests(spec.resources, `${at}.resources`, without, context.cache);
  const requests =
    podLevel.size === 0 && overhead.size === 0 ? without : podRequests(containers, initContainers, podLevel, overhead);
  return { requests: context.intern(requests), hostPorts: hostPorts ?? NONE };
}

const NO_OVERHEAD: Resources = new Map<string, number>();
const PROTOCOLS = ["TCP", "UDP", "SCTP"] as const;

/** Host ports; on the host's network every container port is one. */
function readHostPorts(value: unknown, field: string, hostNetwork: boolean): HostPort[] {
  const ports: HostPort[] = [];
  for (const [index, item] of readList(value, field).entries()) {
    const at = `${field}[${String(index)}]`;
    const object = requireObject(item, at);
    const containerPort = readInteger(object.containerPort, `${at}.containerPort`, 1, 65_535);
    const hostPort = readInteger(object.hostPort, `${at}.hostPort`, 0, 65_535) ?? 0;
    const protocol = readWord(object.protocol, `${at}.protocol`, PROTOCOLS) ?? "TCP";
    const port = hostPort === 0 && hostNetwork ? (containerPort ?? 0) : hostPort;
    if (port === 0) continue;
    ports.push({ port, protocol, hostIp: readString(object.hostIP, `${at}.hostIP`) ?? "" });
  }
  return ports;
}

/** The pod's own selector, the runtime class's, and the operating system the pod is made for. */
function readNodeSelector(spec: Fields, at: string, runtime: RuntimeClass | undefined): ReadonlyMap<string, string> {
  const own = readLabels(spec.nodeSelector, `${at}.nodeSelector`);
  const os = readString(readObject(spec.os, `${at}.os`)?.name, `${at}.os.name`);
  const added = new Map(runtime?.nodeSelector ?? []);
  if (os !== undefined) added.set("kubernetes.io/os", os);
  if (added.size === 0) return own;
  for (const [key, value] of added) {
    const wanted = own.get(key);
    if (wanted !== undefined && wanted !== value) {
      failField(
        `${at}.nodeSelector["${key}"]`,
        wanted,
        `it conflicts with ${value}, which the runtime class or spec.os asks for`,
        "Make them agree.",
        "CONFLICT",
      );
    }
  }
  return new Map([...own, ...added]);
}

function readRuntimeClass(spec: Fields, at: string, context: PodContext): RuntimeClass | undefined {
  const name = readString(spec.runtimeClassName, `${at}.runtimeClassName`);
  if (name === undefined || name === "") return undefined;
  const runtime = context.runtimeClasses.get(name);
  if (runtime === undefined)
    context.note(`RuntimeClass ${name} is not in the input: its overhead and node selector are taken as none.`);
  return runtime;
}

const SYSTEM_PRIORITIES: ReadonlyMap<string, number> = new Map([
  ["system-cluster-critical", 2_000_000_000],
  ["system-node-critical", 2_000_001_000],
]);

function readPriority(spec: Fields, at: string, context: PodContext): number {
  const given = readInteger(spec.priority, `${at}.priority`, -2_147_483_648, 2_147_483_647);
  if (given !== undefined) return given;
  const name = readString(spec.priorityClassName, `${at}.priorityClassName`);
  if (name === undefined || name === "") return context.defaultPriority;
  const value = context.priorityClasses.get(name) ?? SYSTEM_PRIORITIES.get(name);
  if (value !== undefined) return value;
  context.note(`PriorityClass ${name} is not in the input: its pods get priority ${String(context.defaultPriority)}.`);
  return context.defaultPriority;
}

function readNames(value: unknown, field: string): readonly string[] {
  const list = readList(value, field);
  if (list.length === 0) return NONE;
  return list.map((item, index) => {
    const at = `${field}[${String(index)}]`;
    return requireString(requireObject(item, at).name, `${at}.name`);
  });
}
