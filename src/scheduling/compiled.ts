/** What compiling a snapshot gives: the Problem, and the table from its numbers back to their meaning. */
import type { Problem } from "../../solver/problem.ts";
import type { Node } from "../domain/node.ts";
import type { Snapshot } from "../domain/snapshot.ts";
import type { DaemonLoad } from "./compile/daemon-sets.ts";
import type { Places } from "./compile/places.ts";
import type { PodClass, RefusedPods } from "./compile/pod-classes.ts";
import type { PodMatchers } from "./compile/pod-matchers.ts";
import type { PoolOffer, Shape } from "./compile/shapes.ts";

/** Why a place takes no pods at all, whoever asks. */
export type BarCode = "DAEMONS" | "LIMIT" | "UNSCHEDULABLE";

export interface Bar {
  readonly code: BarCode;
  readonly text: string;
}

/** The places of a snapshot with what is known about each, before any class is looked at. */
export interface Site {
  readonly snapshot: Snapshot;
  readonly places: Places;
  /** Names of the resources, in the order of the Problem's columns. */
  readonly resources: readonly string[];
  /** Places x R, whole: what pods may use on an empty node, or what is free on one that exists. */
  readonly free: Float64Array;
  /** By place. */
  readonly daemons: readonly DaemonLoad[];
  /** By place. */
  readonly bars: readonly (Bar | undefined)[];
}

/** The table back to meaning. */
export interface CompiledIndex {
  readonly resources: readonly string[];
  readonly classes: readonly PodClass[];
  readonly shapes: readonly Shape[];
  readonly bins: readonly Node[];
  /** By shape: the DaemonSet pods that a new node of it will have. */
  readonly daemons: readonly DaemonLoad[];
  readonly pools: readonly PoolOffer[];
  readonly matchers: PodMatchers;
  readonly site: Site;
  /** Which spread each row of {@link Problem.spreads} and each cap of {@link Problem.nodeCaps} stands for, in words. */
  readonly spreadTexts: readonly string[];
  readonly capTexts: readonly string[];
  readonly rowTexts: readonly string[];
}

export interface Compiled {
  readonly problem: Problem;
  readonly index: CompiledIndex;
  /** Pods that no node could take, each with the reason; the others are in the Problem. */
  readonly refused: readonly RefusedPods[];
  /** What was left out of the decision, in sentences for the plan. */
  readonly notes: readonly string[];
}
