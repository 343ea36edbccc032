/** Everything that one decision may read, frozen, its time included. */
import type { InstanceType } from "./instance-type.ts";
import type { DaemonSet, Node } from "./node.ts";
import type { NodePool } from "./node-pool.ts";
import type { ErrorDetails } from "./errors.ts";
import type { Pod, PodKey } from "./pod.ts";
import type { Storage } from "./volume.ts";

/** An object that could not be used, and why; the rest of the snapshot stands. */
export interface Rejected {
  readonly kind: string;
  /** `namespace/name` or `name`. */
  readonly name: string;
  readonly code: string;
  readonly message: string;
  readonly details: ErrorDetails;
}

export interface Snapshot {
  /** Milliseconds since the epoch. */
  readonly timeMs: number;
  /** Pods that wait for a node. */
  readonly pods: readonly Pod[];
  readonly nodePools: readonly NodePool[];
  readonly nodes: readonly Node[];
  readonly daemonSets: readonly DaemonSet[];
  /** By NodePool name: the types it may use, sized by its node class. Types are shared between pools of equal sizing. */
  readonly instanceTypes: ReadonlyMap<string, readonly InstanceType[]>;
  /** Namespace to its labels, for namespaceSelector. */
  readonly namespaces: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Absent: no volumes, claims or classes are known. */
  readonly storage?: Storage;
  readonly rejected: readonly Rejected[];
  /** Objects that were read and play no part in placement, by kind: shown, so that nothing vanishes. */
  readonly ignored: ReadonlyMap<string, number>;
  /** What was assumed where the input said nothing, in sentences. */
  readonly notes?: readonly string[];
}

export type { PodKey };
