/** The plan service: one trip from manifests to a verified plan, stage by stage. */
import { PlimsollError } from "../domain/errors.ts";
import type { Catalog } from "../ports/catalog.ts";
import { compileProblem } from "../scheduling/compile.ts";
import { decodePlan } from "../scheduling/decode.ts";
import { verifyPlan } from "../scheduling/verify.ts";
import type { SolverPool } from "../../workers/pool.ts";
import { DEFAULT_NODE_POOL } from "./default-node-pool.ts";
import { buildSnapshot, readManifests } from "./manifests/index.ts";
import type { ManifestSource, PlanCall, PlanOptions, PlanProgress, PlanService } from "./plan-service.ts";
import type { PlanResponse } from "./plan-response.ts";
import { toWire } from "./to-wire.ts";

export interface PlanServiceDeps {
  readonly catalog: Catalog;
  readonly pool: SolverPool;
  /** Milliseconds since the epoch; it becomes the snapshot's time. */
  readonly now: () => number;
}

/** The search stops when no better plan can be cheaper by more than rounding. */
const GAP_TARGET = 0;

/** What sums of prices may differ by, USD per hour. */
const MONEY_TOLERANCE = 1e-6;

/** Reads, compiles, decodes and verifies on the caller's thread; the search runs in the pool. */
export function createPlanService(deps: PlanServiceDeps): PlanService {
  return { plan: (sources, options, call) => makePlan(deps, sources, options, call ?? {}) };
}

async function makePlan(
  { catalog, now, pool }: PlanServiceDeps,
  sources: readonly ManifestSource[],
  options: PlanOptions,
  call: PlanCall,
): Promise<PlanResponse> {
  const startMs = performance.now();
  const elapsedMs = (): number => Math.round((performance.now() - startMs) * 10) / 10;
  const stage = async (phase: PlanProgress["phase"]): Promise<void> => {
    call.onProgress?.({ phase, elapsedMs: elapsedMs() });
    await breathe(call.signal);
  };

  // 1. Texts to objects; what cannot be used is listed, not fatal.
  await stage("read");
  const read = readAll(sources, options.defaultNodePool ?? false);
  await stage("compile");

  // 2. Everything the decision may look at, frozen; then numbers only.
  const snapshot = buildSnapshot(read, catalog, now());
  await breathe(call.signal);
  const compiled = compileProblem(snapshot);
  await breathe(call.signal);

  // 3. The search, on another thread.
  const { seed, strategy, timeLimitMs, workLimit } = options;
  const solveStartMs = elapsedMs();
  const solution = await pool.solve(
    compiled.problem,
    { strategy, timeLimitMs, workLimit, gapTarget: GAP_TARGET, seed },
    {
      ...(call.signal === undefined ? {} : { signal: call.signal }),
      ...(call.onProgress === undefined
        ? {}
        : {
            onProgress: ({ cost, elapsedMs: solveMs, lowerBound, phase }) => {
              const money = { hourlyUsd: cost, lowerBoundUsd: lowerBound };
              call.onProgress?.({ phase, elapsedMs: Math.round((solveStartMs + solveMs) * 10) / 10, ...money });
            },
          }),
    },
  );

  // 4. Back to Kubernetes' words, and a check that shares no code with what was checked.
  await stage("verify");
  const plan = decodePlan(compiled, solution);
  await breathe(call.signal);
  const violations = verifyPlan(snapshot, plan);
  if (violations.length > 0) throw badCertificate(violations.map(({ code, message }) => `${code}: ${message}`));
  // Within rounding they are the same number, and the answer takes the lower one; beyond it the bound is no bound.
  if (solution.lowerBound > plan.certificate.hourlyUsd + MONEY_TOLERANCE) {
    const { hourlyUsd } = plan.certificate;
    throw badCertificate([`WRONG_BOUND: bound ${String(solution.lowerBound)}, cost ${String(hourlyUsd)}`]);
  }

  const notes = snapshot.notes ?? [];
  return toWire({ snapshot, plan, solution, strategy, catalog: catalog.info(), totalMs: elapsedMs(), notes });
}

/** With the default pool where the input has none and the caller asks for it. */
function readAll(sources: readonly ManifestSource[], defaultNodePool: boolean): ReturnType<typeof readManifests> {
  const read = readManifests(sources, { requireNodePool: !defaultNodePool });
  if (!defaultNodePool || read.nodePools.length > 0) return read;
  const { nodePools, notes } = readManifests([DEFAULT_NODE_POOL], { requireNodePool: false });
  const note =
    "The input has no NodePool: the default one stands in (linux, amd64, on-demand, c, m or r, generation above 2).";
  return { ...read, nodePools, notes: [...read.notes, ...notes, note] };
}

/** Lets other requests have their turn, and ends here when the caller has gone. */
async function breathe(signal: AbortSignal | undefined): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  if (signal?.aborted === true) {
    throw new PlimsollError("transient", "ABORTED", "the plan was cancelled by its caller.", {}, signal.reason);
  }
}

function badCertificate(findings: readonly string[]): PlimsollError {
  const hint = "This is a bug: report it with the manifests.";
  const shown = findings.slice(0, 3).join("; ");
  const message = `the plan failed its check (${String(findings.length)} violations: ${shown}). ${hint}`;
  return new PlimsollError("internal", "BAD_CERTIFICATE", message, { object: "plan", hint });
}
