/** A node that exists or is in flight. */
import type { Pod } from "./pod.ts";
import type { Resources } from "./resources.ts";
import type { Taint } from "./taint.ts";

export interface Node {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly taints: readonly Taint[];
  readonly capacity: Resources;
  readonly allocatable: Resources;
  /** spec.unschedulable, or marked for deletion: takes no pods. */
  readonly unschedulable: boolean;
  readonly pods: readonly Pod[];
  readonly nodePool?: string;
}

/** A DaemonSet and the pod it makes on every node that its template fits. */
export interface DaemonSet {
  readonly namespace: string;
  readonly name: string;
  readonly pod: Pod;
}
