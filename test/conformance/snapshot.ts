/** One recorded round as the Snapshot that the planner would decide on. */
import { buildSnapshot, readManifests } from "../../src/api/manifests/index.ts";
import type { InstanceType } from "../../src/domain/instance-type.ts";
import type { Node } from "../../src/domain/node.ts";
import type { Pod } from "../../src/domain/pod.ts";
import { podKey } from "../../src/domain/pod.ts";
import { parseQuantity, requestAmount } from "../../src/domain/quantity.ts";
import { addResources, sumResources } from "../../src/domain/resources.ts";
import type { Snapshot } from "../../src/domain/snapshot.ts";
import type { TaintEffect } from "../../src/domain/taint.ts";
import type { CaseInput, NodeJson, PodJson, PodManifest, QuantityTexts } from "./corpus.ts";
import { amountsOf } from "./instance-types.ts";

/** Stands in until the outer fields replace it: the reader wants one. */
const ROOM = { cpu: "0", memory: "0", pods: "0" };
const STATUS = { capacity: ROOM, allocatable: ROOM };

/**
 * The manifests go through the reader; where the corpus records what the scheduler itself held (requests, limits left,
 * labels, taints and room of nodes), that replaces what was read.
 *
 * @throws Error when an object of the case cannot be read
 */
export function snapshotOf(input: CaseInput, typesOf: (hash: string) => readonly InstanceType[]): Snapshot {
  const pending = input.pods.filter(({ source }) => source !== "rejected");
  const nodes = input.existingNodes ?? [];
  const others = input.otherNodes ?? [];
  const known = new Set([...nodes, ...others].map(nameOf));
  const bound = [
    ...[...nodes, ...others].flatMap((node) => (node.pods ?? []).map((pod) => boundTo(pod, nameOf(node)))),
    ...(input.otherPods ?? []).filter((pod) => known.has(pod.spec["nodeName"] as string)),
  ];
  const seen = new Set(pending.map(({ key }) => key));
  const items = [
    ...input.nodePools.map(({ manifest }) => manifest),
    ...pending.map(pendingManifest),
    ...bound.filter((pod) => {
      const key = keyOf(pod);
      return !seen.has(key) && seen.add(key);
    }),
    // By name only: the reader leaves out pods whose node it does not know. The rest comes from the outer fields.
    ...[...known].map((name) => ({ apiVersion: "v1", kind: "Node", metadata: { name }, status: STATUS })),
    ...(input.daemonSets ?? []),
    ...(input.namespaces ?? []).map((metadata) => ({ apiVersion: "v1", kind: "Namespace", metadata })),
    ...(input.persistentVolumeClaims ?? []),
    ...(input.persistentVolumes ?? []),
    ...(input.storageClasses ?? []),
    ...(input.csiNodes ?? []),
  ];
  const text = JSON.stringify({ apiVersion: "v1", kind: "List", items });
  const read = readManifests([{ name: "case", text }], { requireNodePool: false, poolDefaults: "none" });
  if (read.rejected.length > 0) throw new Error(`cannot be read: ${read.rejected[0]!.message}`);

  const noCatalog = { info: () => ({ region: "" }), instanceTypes: () => [] };
  const snapshot = buildSnapshot(read, noCatalog as never, Date.parse(input.now));
  const podsOf = new Map<string, Pod[]>();
  for (const pod of read.boundPods) podsOf.set(pod.nodeName!, [...(podsOf.get(pod.nodeName!) ?? []), pod]);
  const outer = new Map(pending.map((pod) => [pod.key, pod]));
  const pools = new Map(input.nodePools.map((pool) => [pool.name, pool]));
  return {
    ...snapshot,
    pods: snapshot.pods.map((pod) => withOuter(pod, outer.get(podKey(pod)), input.options.preferencePolicy)),
    nodes: [
      ...nodes.map((node) => nodeOf(node, podsOf.get(node.name) ?? [])),
      ...others.map((node) => ({ ...nodeOf(node, podsOf.get(nameOf(node)) ?? []), unschedulable: true })),
    ],
    nodePools: snapshot.nodePools.map((pool) => {
      const { unusable: _, ...rest } = pool;
      return { ...rest, limits: amountsOf(pools.get(pool.name)?.remainingLimits), inUse: new Map() };
    }),
    instanceTypes: new Map(
      input.nodePools.map(({ name, catalog }) => [name, catalog === undefined ? [] : typesOf(catalog)]),
    ),
  };
}

function nameOf(node: NodeJson): string {
  return node.metadata?.name ?? node.name;
}

function keyOf({ metadata }: PodManifest): string {
  return `${metadata.namespace ?? "default"}/${metadata.name}`;
}

/** As if it had never run: pods of nodes that go away are planned anew. */
function pendingManifest({ manifest, effectiveTopologySpreadConstraints: spread }: PodJson): object {
  const { nodeName: _, ...spec } = manifest.spec;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: manifest.metadata,
    spec: spread === undefined ? spec : { ...spec, topologySpreadConstraints: spread },
  };
}

function boundTo(pod: PodManifest, nodeName: string): PodManifest {
  return { ...pod, spec: { ...pod.spec, nodeName } };
}

function withOuter(pod: Pod, outer: PodJson | undefined, policy: "Respect" | "Ignore"): Pod {
  const requests = outer === undefined ? pod.requests : requestsOf(outer.requests);
  if (policy === "Respect") return { ...pod, requests };
  return {
    ...pod,
    requests,
    preferredNodeTerms: [],
    preferredPodAffinity: [],
    preferredPodAntiAffinity: [],
    topologySpread: pod.topologySpread.filter((spread) => spread.whenUnsatisfiable === "DoNotSchedule"),
  };
}

function requestsOf(texts: QuantityTexts): Pod["requests"] {
  return new Map(Object.entries(texts ?? {}).map(([name, text]) => [name, requestAmount(name, parseQuantity(text))]));
}

/** Room so that what is left after its pods and the DaemonSets still to come is as recorded. */
function nodeOf(item: NodeJson, pods: readonly Pod[]): Node {
  const labels = new Map(Object.entries(item.labels ?? item.metadata?.labels ?? item.node?.metadata.labels ?? {}));
  if (item.hostname !== undefined) labels.set("kubernetes.io/hostname", item.hostname);
  const nodePool = labels.get("karpenter.sh/nodepool");
  const free = addResources(amountsOf(item.remaining), amountsOf(item.daemonSetReserve));
  return {
    name: nameOf(item),
    labels,
    taints: (item.taints ?? []).map(({ effect, key, value }) => ({
      key,
      value: value ?? "",
      effect: effect as TaintEffect,
    })),
    capacity: amountsOf(item.capacity),
    allocatable: addResources(free, sumResources(pods.map(({ requests }) => requests))),
    unschedulable: item.markedForDeletion === true,
    pods,
    ...(nodePool === undefined ? {} : { nodePool }),
  };
}
