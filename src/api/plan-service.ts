/** The plan service: manifests in, a plan on the wire out. The CLI, the HTTP app and embedders all call this one port. */
import type { PlanResponse } from "./plan-response.ts";

/** One text of YAML or JSON (one or many documents) and where it came from, for error messages. */
export interface ManifestSource {
  /** File path, `stdin` or `request body`. */
  readonly name: string;
  readonly text: string;
}

export interface PlanOptions {
  readonly strategy: "ilp" | "greedy" | "cluster-autoscaler";
  /** Default 1000. */
  readonly timeLimitMs: number;
  /** Default Infinity. */
  readonly workLimit: number;
  readonly seed: number;
  /** When the input has no NodePool: plan with {@link DEFAULT_NODE_POOL} instead of failing. Default false. */
  readonly defaultNodePool?: boolean;
}

export interface PlanProgress {
  readonly phase: "read" | "compile" | "greedy" | "bound" | "mix" | "polish" | "verify";
  readonly elapsedMs: number;
  readonly hourlyUsd?: number;
  readonly lowerBoundUsd?: number;
}

export interface PlanCall {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: PlanProgress) => void;
}

/**
 * Errors raised (PlimsollError, match on `code`): kind `input` when nothing usable was given (unreadable YAML, no
 * NodePool at all, ...); one bad object among good ones is no error but an entry in `rejected`. The pool's errors
 * (QUEUE_FULL, DEADLINE, SOLVER_CRASHED, ABORTED) pass through. BAD_CERTIFICATE (internal) when verification fails.
 */
export interface PlanService {
  plan(sources: readonly ManifestSource[], options: PlanOptions, call?: PlanCall): Promise<PlanResponse>;
}
