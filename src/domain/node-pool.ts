/** The policy for nodes: what a NodePool (v1) or a Provisioner (v1alpha5) becomes. */
import type { Requirement } from "./requirement.ts";
import type { Resources } from "./resources.ts";
import type { Taint } from "./taint.ts";

/** What of an EC2NodeClass or AWSNodeTemplate, and of the pool's kubelet settings, the capacity of a node depends on. */
export interface NodeSizing {
  /** AL2, AL2023, Bottlerocket, Windows2022, Custom, ... */
  readonly amiFamily: string;
  readonly kubelet: KubeletSettings;
  /** Size of the root volume in bytes; it becomes ephemeral-storage. */
  readonly rootVolumeBytes: number;
  /** Local NVMe disks as RAID0 replace the root volume for ephemeral storage. */
  readonly instanceStoreRaid0: boolean;
  readonly reservedEnis: number;
  /** Zones of the selected subnets when known; empty: all. */
  readonly zones: readonly string[];
}

export interface KubeletSettings {
  readonly maxPods?: number;
  readonly podsPerCore?: number;
  readonly kubeReserved?: Resources;
  readonly systemReserved?: Resources;
  /** Signal (memory.available, nodefs.available, ...) to a quantity in bytes or a share of capacity. */
  readonly evictionHard?: ReadonlyMap<string, EvictionSignal>;
  readonly evictionSoft?: ReadonlyMap<string, EvictionSignal>;
}

export type EvictionSignal = { readonly bytes: number } | { readonly share: number };

export interface NodePool {
  readonly name: string;
  readonly kind: "NodePool" | "Provisioner";
  /** Higher goes first, before money. */
  readonly weight: number;
  /** Including those made from fixed labels and the documented defaults. */
  readonly requirements: readonly Requirement[];
  readonly labels: ReadonlyMap<string, string>;
  readonly taints: readonly Taint[];
  readonly startupTaints: readonly Taint[];
  /** Limits on the sum over the pool's nodes; `nodes` among them. Absent key: no limit. */
  readonly limits: Resources;
  /** What the pool's existing nodes use of the limits. */
  readonly inUse: Resources;
  readonly sizing: NodeSizing;
  /** Why nothing may be launched from it (bad manifest, missing class, not ready); absent when usable. */
  readonly unusable?: string;
}
