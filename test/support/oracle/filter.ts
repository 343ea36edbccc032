/** kube-scheduler 1.36's filters, written from their documented meaning; shares nothing with src/ or solver/. */
import { isTolerated, nodeAffinityHolds, untoleratedTaint } from "./matching.ts";
import type { Cluster, Node, Pod } from "./objects.ts";
import { allocatableOf, requestsOf } from "./resources.ts";
import { podAffinityRefusal, spreadRefusal } from "./topology.ts";
import { bindingRefusal, volumeLimitRefusal, zoneRefusal } from "./volumes.ts";

/** Whether a pod may be bound to a node now; if not, the filter that says no first. */
export interface Verdict {
  readonly fits: boolean;
  readonly plugin?: string;
  readonly reason?: string;
}

type Filter = (cluster: Cluster, pod: Pod, node: Node) => string | undefined;

function boundTo(cluster: Cluster, node: Node): Pod[] {
  return cluster.pods.filter((pod) => pod.spec.nodeName === node.metadata.name);
}

function resourceRefusal(cluster: Cluster, pod: Pod, node: Node): string | undefined {
  const allocatable = allocatableOf(node.status?.allocatable);
  const bound = boundTo(cluster, node);
  if (BigInt(bound.length + 1) > (allocatable.get("pods") ?? 0n)) return "too many pods";
  const used = new Map<string, bigint>();
  for (const other of bound) {
    for (const [name, value] of requestsOf(other)) used.set(name, (used.get(name) ?? 0n) + value);
  }
  for (const [name, value] of requestsOf(pod)) {
    if (name === "pods" || value <= 0n) continue;
    if (value > (allocatable.get(name) ?? 0n) - (used.get(name) ?? 0n)) return `insufficient ${name}`;
  }
  return undefined;
}

interface HostPort {
  readonly port: number;
  readonly ip: string;
  readonly protocol: string;
}

function hostPorts(pod: Pod): HostPort[] {
  const sidecars = (pod.spec.initContainers ?? []).filter((init) => init.restartPolicy === "Always");
  return [...(pod.spec.containers ?? []), ...sidecars].flatMap((container) =>
    (container.ports ?? [])
      .filter((port) => (port.hostPort ?? 0) > 0)
      .map((port) => ({ port: port.hostPort ?? 0, ip: port.hostIP ?? "", protocol: port.protocol ?? "TCP" })),
  );
}

const ANY_ADDRESS = new Set(["", "0.0.0.0"]);

function portRefusal(cluster: Cluster, pod: Pod, node: Node): string | undefined {
  const taken = boundTo(cluster, node).flatMap(hostPorts);
  const clash = hostPorts(pod).find((a) =>
    taken.some((b) => {
      const sameAddress = a.ip === b.ip || ANY_ADDRESS.has(a.ip) || ANY_ADDRESS.has(b.ip);
      return a.port === b.port && a.protocol === b.protocol && sameAddress;
    }),
  );
  return clash === undefined ? undefined : `host port ${String(clash.port)} is taken`;
}

const UNSCHEDULABLE = { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" };

/** The filters by plugin name, in kube-scheduler's default order. */
export const FILTERS: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  [
    "NodeUnschedulable",
    (_, pod, node) =>
      node.spec?.unschedulable === true && !isTolerated(pod, UNSCHEDULABLE) ? "node is unschedulable" : undefined,
  ],
  [
    "NodeName",
    (_, pod, node) =>
      (pod.spec.nodeName ?? "") === "" || pod.spec.nodeName === node.metadata.name
        ? undefined
        : "another node is asked",
  ],
  [
    "TaintToleration",
    (_, pod, node) => {
      const taint = untoleratedTaint(pod, node);
      return taint === undefined ? undefined : `untolerated taint ${taint}`;
    },
  ],
  ["NodeAffinity", (_, pod, node) => (nodeAffinityHolds(pod, node) ? undefined : "node affinity or selector")],
  ["NodePorts", portRefusal],
  ["NodeResourcesFit", resourceRefusal],
  ["NodeVolumeLimits", volumeLimitRefusal],
  ["VolumeBinding", bindingRefusal],
  ["VolumeZone", zoneRefusal],
  ["PodTopologySpread", spreadRefusal],
  ["InterPodAffinity", podAffinityRefusal],
]);

/** @returns whether `pod` may be bound to the node of that name in this state of the cluster */
export function filterVerdict(cluster: Cluster, pod: Pod, nodeName: string): Verdict {
  const node = cluster.nodes.find((n) => n.metadata.name === nodeName);
  if (node === undefined) return { fits: false, plugin: "NodeName", reason: `no node ${nodeName}` };
  for (const [plugin, filter] of FILTERS) {
    const reason = filter(cluster, pod, node);
    if (reason !== undefined) return { fits: false, plugin, reason };
  }
  return { fits: true };
}
