/** One measurement: a scenario through the real stages, every plan checked before its figures count. */
import type { Catalog } from "../src/ports/catalog.ts";
import { buildSnapshot, readManifests } from "../src/api/manifests/index.ts";
import { compileProblem } from "../src/scheduling/compile.ts";
import type { Compiled } from "../src/scheduling/compiled.ts";
import { decodePlan } from "../src/scheduling/decode.ts";
import { verifyPlan } from "../src/scheduling/verify.ts";
import type { Snapshot } from "../src/domain/snapshot.ts";
import { certifySolution } from "../solver/certify.ts";
import type { LinearSolver } from "../solver/linear-program.ts";
import type { Solution, SolveOptions, SolveProgress, Strategy } from "../solver/solution.ts";
import { solveProblem } from "../solver/solve.ts";
import type { KubernetesObject } from "./scenarios/objects.ts";

/** A problem ready to be solved; making it is not timed. */
export interface Prepared {
  readonly snapshot: Snapshot;
  readonly compiled: Compiled;
}

export function prepare(objects: readonly KubernetesObject[], catalog: Catalog): Prepared {
  const text = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
  const snapshot = buildSnapshot(readManifests([{ name: "bench", text }]), catalog, 0);
  return { snapshot, compiled: compileProblem(snapshot) };
}

/** What one arm made of one problem. An invalid plan is reported as such, never as cheap. */
export interface Measurement {
  readonly arm: Strategy;
  readonly hourlyUsd: number;
  readonly lowerBoundUsd: number;
  readonly nodes: number;
  readonly left: number;
  readonly ms: number;
  readonly stop: string;
  /** Rules that the plan breaks; empty for a valid one. */
  readonly faults: readonly string[];
}

export function measure(
  prepared: Prepared,
  options: SolveOptions,
  linear: LinearSolver,
  onProgress?: (progress: SolveProgress) => void,
): Measurement {
  const { compiled, snapshot } = prepared;
  const context = { now: () => performance.now(), linear, ...(onProgress === undefined ? {} : { onProgress }) };
  const startMs = performance.now();
  const solution = solveProblem(compiled.problem, options, context);
  const ms = performance.now() - startMs;
  return {
    arm: options.strategy,
    hourlyUsd: solution.cost,
    lowerBoundUsd: solution.lowerBound,
    nodes: solution.nodes.reduce((sum, node) => sum + node.count, 0),
    left:
      solution.unplaced.reduce((sum, pods) => sum + pods, 0) +
      compiled.refused.reduce((sum, one) => sum + one.pods.length, 0),
    ms,
    stop: solution.stop,
    faults: faultsOf(snapshot, compiled, solution),
  };
}

function faultsOf(snapshot: Snapshot, compiled: Compiled, solution: Solution): readonly string[] {
  const inNumbers = certifySolution(compiled.problem, solution);
  if (inNumbers.length > 0) return inNumbers;
  return verifyPlan(snapshot, decodePlan(compiled, solution)).map((violation) => violation.message);
}
