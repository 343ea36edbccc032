/** Storage as far as it decides where pods may go. */
import type { NodeSelectorTerm } from "./pod.ts";

export interface PersistentVolume {
  readonly name: string;
  /** Nodes that reach it: OR of terms; empty: all. */
  readonly nodeTerms: readonly NodeSelectorTerm[];
  /** CSI driver, for attach limits; absent for other kinds. */
  readonly driver?: string;
}

export interface PersistentVolumeClaim {
  readonly namespace: string;
  readonly name: string;
  /** Absent: the default class; empty: none. */
  readonly storageClass?: string;
  /** The volume it is bound to. */
  readonly volumeName?: string;
  /** Not in the input: a StatefulSet or an ephemeral volume of the input will make it. */
  readonly planned?: true;
}

export interface StorageClass {
  readonly name: string;
  readonly provisioner: string;
  readonly isDefault: boolean;
  /** Seconds since the epoch, to choose between defaults: the newest. */
  readonly created: number;
  readonly bindingMode: "Immediate" | "WaitForFirstConsumer";
  /** OR of terms; empty: anywhere. */
  readonly allowedTopologies: readonly NodeSelectorTerm[];
}

/** All storage of a snapshot. Keys are names, those of claims `namespace/name`. */
export interface Storage {
  readonly volumes: ReadonlyMap<string, PersistentVolume>;
  readonly claims: ReadonlyMap<string, PersistentVolumeClaim>;
  readonly classes: ReadonlyMap<string, StorageClass>;
  /** Node to CSI driver to the number of volumes that may be attached. */
  readonly attachLimits: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

export const NO_STORAGE: Storage = {
  volumes: new Map(),
  claims: new Map(),
  classes: new Map(),
  attachLimits: new Map(),
};
