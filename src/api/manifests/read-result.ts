/** What readManifests takes beside the texts, and what it gives. */
import type { DaemonSet, Node } from "../../domain/node.ts";
import type { NodePool } from "../../domain/node-pool.ts";
import type { Pod } from "../../domain/pod.ts";
import type { Rejected } from "../../domain/snapshot.ts";
import type { Storage } from "../../domain/volume.ts";
import type { ReadLimits } from "./limits.ts";
import type { PoolDefaults } from "./pool-defaults.ts";

/** How to read; every field has a default. */
export interface ReadContext {
  readonly limits?: Partial<ReadLimits>;
  /** Default `documented`. */
  readonly poolDefaults?: PoolDefaults;
  /** Default true: an input without any pool and without any node is an error. */
  readonly requireNodePool?: boolean;
}

/** Everything that was read, not yet sized by a catalogue. */
export interface ReadResult {
  /** Pods that wait for a node: pending ones, and those that workloads still have to make. */
  readonly pods: readonly Pod[];
  /** Pods that have a node. */
  readonly boundPods: readonly Pod[];
  /** Without their pods. */
  readonly nodes: readonly Node[];
  readonly nodePools: readonly NodePool[];
  readonly daemonSets: readonly DaemonSet[];
  /** Namespace to its labels; every namespace that a pod is in has an entry. */
  readonly namespaces: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly storage: Storage;
  readonly rejected: readonly Rejected[];
  /** Objects that play no part, by kind. */
  readonly ignored: ReadonlyMap<string, number>;
  /** What was assumed, in sentences, each once. */
  readonly notes: readonly string[];
}
