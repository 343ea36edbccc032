/** The Plan: what to launch, where each pod goes, what stays pending and why, and what it costs against the bound. */
import type { CapacityType } from "./instance-type.ts";
import type { PodKey } from "./pod.ts";
import type { Resources } from "./resources.ts";

export interface Alternate {
  readonly instanceType: string;
  readonly zone: string;
  readonly capacityType: CapacityType;
  readonly priceUsdPerHour: number;
}

/** One node to launch. */
export interface PlannedNode extends Alternate {
  readonly nodePool: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly pods: readonly PodKey[];
  /** What the planned pods ask for together. */
  readonly requests: Resources;
  /** What DaemonSets take on this node. */
  readonly daemonRequests: Resources;
  readonly allocatable: Resources;
  /** Offerings that hold the same pods, cheapest first, the first choice left out. */
  readonly alternates: readonly Alternate[];
}

export interface ExistingNodeFill {
  readonly name: string;
  readonly pods: readonly PodKey[];
}

export interface Unschedulable {
  readonly pod: PodKey;
  readonly code: string;
  /** One sentence or a few: which rule excluded how many shapes, and the smallest change that would help. */
  readonly reason: string;
}

export interface Certificate {
  readonly hourlyUsd: number;
  readonly lowerBoundUsd: number;
  readonly gap: number;
  readonly greedyHourlyUsd: number;
  readonly greedyUnplaced: number;
}

export interface Plan {
  readonly nodes: readonly PlannedNode[];
  readonly existingNodes: readonly ExistingNodeFill[];
  readonly unschedulable: readonly Unschedulable[];
  readonly certificate: Certificate;
  /** Why this mix, in sentences. */
  readonly explanation: readonly string[];
}
