/** A pod, as far as its placement depends on it. */
import type { LabelSelector } from "./label-selector.ts";
import type { Requirement } from "./requirement.ts";
import type { Resources } from "./resources.ts";
import type { Toleration } from "./taint.ts";

export interface TopologySpreadConstraint {
  readonly topologyKey: string;
  readonly maxSkew: number;
  readonly whenUnsatisfiable: "DoNotSchedule" | "ScheduleAnyway";
  readonly labelSelector: LabelSelector | undefined;
  readonly minDomains?: number;
  readonly nodeAffinityPolicy: "Honor" | "Ignore";
  readonly nodeTaintsPolicy: "Honor" | "Ignore";
  readonly matchLabelKeys: readonly string[];
}

export interface PodAffinityTerm {
  readonly topologyKey: string;
  readonly labelSelector: LabelSelector | undefined;
  /** Empty: the pod's own namespace, unless a namespaceSelector is there. */
  readonly namespaces: readonly string[];
  readonly namespaceSelector: LabelSelector | undefined;
  readonly matchLabelKeys: readonly string[];
  readonly mismatchLabelKeys: readonly string[];
}

export interface Weighted<T> {
  readonly weight: number;
  readonly term: T;
}

/** One term of node affinity: all of its requirements hold. */
export type NodeSelectorTerm = readonly Requirement[];

export interface HostPort {
  readonly port: number;
  readonly protocol: string;
  readonly hostIp: string;
}

export interface Pod {
  readonly namespace: string;
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly annotations: ReadonlyMap<string, string>;
  /** Effective: containers, init and sidecar containers, pod-level resources, overhead, and `pods: 1`. */
  readonly requests: Resources;
  readonly nodeSelector: ReadonlyMap<string, string>;
  /** OR of terms; empty: no required node affinity. */
  readonly requiredNodeTerms: readonly NodeSelectorTerm[];
  readonly preferredNodeTerms: readonly Weighted<NodeSelectorTerm>[];
  readonly tolerations: readonly Toleration[];
  readonly topologySpread: readonly TopologySpreadConstraint[];
  readonly podAffinity: readonly PodAffinityTerm[];
  readonly podAntiAffinity: readonly PodAffinityTerm[];
  readonly preferredPodAffinity: readonly Weighted<PodAffinityTerm>[];
  readonly preferredPodAntiAffinity: readonly Weighted<PodAffinityTerm>[];
  readonly hostPorts: readonly HostPort[];
  /** Names of the PersistentVolumeClaims it mounts (ephemeral ones by their generated name). */
  readonly volumeClaims: readonly string[];
  /** What its volumes ask of the node: OR of terms. Set by the planner, never read from a manifest; empty: any node. */
  readonly volumeTerms?: readonly NodeSelectorTerm[];
  readonly resourceClaims: readonly string[];
  readonly priority: number;
  readonly schedulerName: string;
  readonly schedulingGates: readonly string[];
  /** Absent while pending. */
  readonly nodeName?: string;
  /** The workload it was expanded from or is owned by, e.g. `Deployment/web`. */
  readonly owner?: string;
  /** Rules of the manifest that the model does not understand: each makes the pod unschedulable with this text. */
  readonly unsupported: readonly string[];
}

/** `namespace/name`. */
export type PodKey = string;

export function podKey(pod: Pick<Pod, "namespace" | "name">): PodKey {
  return `${pod.namespace}/${pod.name}`;
}
