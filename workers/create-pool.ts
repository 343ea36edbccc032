/** Makes the solver pool that fits the runtime. */
import { createDispatcher } from "./dispatcher.ts";
import type { Executor } from "./executor.ts";
import type { PoolOptions, SolverPool } from "./pool.ts";

/** Piscina over worker threads, or Comlink over Web Workers (over worker threads on Node). */
export type PoolKind = "piscina" | "comlink";

/** Piscina on Node, Comlink on Deno. */
export function defaultPoolKind(): PoolKind {
  return "Deno" in globalThis ? "comlink" : "piscina";
}

/**
 * Starts the workers and returns without waiting for them: GLPK warms up while the caller reads its input.
 *
 * @throws RangeError when a bound is not a whole number in its range
 */
export async function createSolverPool(options: PoolOptions & { readonly kind?: PoolKind }): Promise<SolverPool> {
  checkBound("workers", options.workers, 1, 1024);
  checkBound("maxQueue", options.maxQueue, 0, Number.MAX_SAFE_INTEGER);
  checkBound("graceMs", options.graceMs, 0, 3_600_000);
  if (options.startMs !== undefined) checkBound("startMs", options.startMs, 1, 3_600_000);
  if (options.maxHeapMb !== undefined) checkBound("maxHeapMb", options.maxHeapMb, 16, 65_536);
  return createDispatcher(await createExecutor(options.kind ?? defaultPoolKind(), options), options);
}

/** Loaded on demand: a process needs one of the two libraries, never both. */
async function createExecutor(kind: PoolKind, options: PoolOptions): Promise<Executor> {
  switch (kind) {
    case "piscina":
      return (await import("./piscina/executor.ts")).createPiscinaExecutor(options);
    case "comlink":
      return (await import("./comlink/executor.ts")).createComlinkExecutor(options);
  }
}

function checkBound(name: string, value: number, least: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  throw new RangeError(
    `${name} is ${String(value)}; it must be a whole number from ${String(least)} to ${String(most)}`,
  );
}
