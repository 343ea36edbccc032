/** Runs the pool's contract against every implementation that this runtime has. */
import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { type Problem, UNLIMITED } from "../../solver/problem.ts";
import type { Solution, SolveOptions, SolveProgress } from "../../solver/solution.ts";
import { createComlinkExecutor } from "../../workers/comlink/executor.ts";
import { type SpawnedWorker, spawnForRuntime } from "../../workers/comlink/spawn.ts";
import { createSolverPool } from "../../workers/create-pool.ts";
import { createDispatcher } from "../../workers/dispatcher.ts";
import { createInProcessPool } from "../../workers/in-process.ts";
import { createPiscinaExecutor } from "../../workers/piscina/executor.ts";
import type { PoolOptions } from "../../workers/pool.ts";
import { describeSolverPool, type PoolUnderTest } from "./solver-pool.ts";
import { faultyCore } from "./solver-pool/faulty-core.ts";

const onDeno = "Deno" in globalThis;
const deafRunsOn = "terminate() on Deno 2.9 does not stop a busy thread (denoland/deno#35657)";
const slowPorts = "a message over node:worker_threads takes Deno 10 to 50 ms; its own Web Workers, which it uses, 0.5";

const piscinaEntry = new URL("./solver-pool/piscina-entry.ts", import.meta.url);
const comlinkEntry = new URL("./solver-pool/comlink-entry.ts", import.meta.url);

describeSolverPool({
  name: "in process",
  create: async (options) => ({ pool: await createInProcessPool(options, faultyCore) }),
  blocking: "there is one thread only, so nothing can be cut short",
});

describeSolverPool({
  name: `Piscina on ${onDeno ? "Deno" : "Node"}`,
  create: createPiscina,
  ...(onDeno ? { noHeapLimit: "V8 on Deno ends the process when a worker's heap is full", deafRunsOn, slowPorts } : {}),
});

describeSolverPool({
  name: `Comlink on ${onDeno ? "Deno" : "Node"}`,
  create: createComlink,
  ...(onDeno
    ? {
        noHeapLimit: "Web Workers have no heap limit; V8 ends the process",
        noOutsideEnd: "only the pool holds its Web Workers, and terminate() tells nobody",
        deafRunsOn,
      }
    : {}),
});

function createPiscina(options: PoolOptions, entry = piscinaEntry): Promise<PoolUnderTest> {
  const executor = createPiscinaExecutor({ ...options, entry });
  const endThreads = async (): Promise<void> => {
    await Promise.all(executor.threads.map((thread) => thread.terminate()));
  };
  return Promise.resolve({ pool: createDispatcher(executor, options), endThreads });
}

async function createComlink(options: PoolOptions, entry = comlinkEntry): Promise<PoolUnderTest> {
  const spawn = await spawnForRuntime();
  const spawned: SpawnedWorker[] = [];
  const executor = await createComlinkExecutor({
    ...options,
    entry,
    spawn: (...parts) => {
      const worker = spawn(...parts);
      spawned.push(worker);
      return worker;
    },
  });
  const endThreads = async (): Promise<void> => {
    await Promise.all(spawned.splice(0).map((worker) => worker.terminate()));
  };
  return { pool: createDispatcher(executor, options), endThreads };
}

describe("the real solver in a pool", () => {
  /** Enough for the mix ILP to have work: 12 classes, 9 shapes, prices that grow a little faster than the shapes. */
  const problem: Problem = {
    resourceCount: 2,
    classCount: 12,
    demand: Int32Array.from({ length: 12 }, (_, k) => 1 + ((k * 5) % 7)),
    requests: Float64Array.from({ length: 24 }, (_, i) => (i % 2 === 0 ? 300 + 170 * i : 500 + ((i * 911) % 3000))),
    priority: new Int32Array(12),
    group: new Int32Array(12),
    groupCount: 1,
    groupShapes: { offsets: Int32Array.of(0, 9), items: Int32Array.from({ length: 9 }, (_, s) => s) },
    groupBins: { offsets: Int32Array.of(0, 0), items: new Int32Array(0) },
    shapeCount: 9,
    allocatable: Float64Array.from({ length: 18 }, (_, i) => 2000 * (1 + (i >> 1)) * (i % 2 === 0 ? 1 : 2 + (i % 3))),
    price: Float64Array.from({ length: 9 }, (_, s) => 0.1 * (1 + s) ** 1.03),
    shapeLimit: new Int32Array(9).fill(UNLIMITED),
    shapeTier: new Int32Array(9),
    binCount: 0,
    binFree: new Float64Array(0),
    shapeRows: [],
    nodeCaps: [],
    domainKeys: [],
    spreads: [],
    domainCaps: [],
    domainNeeds: [],
    nodeNeeds: [],
  };
  const options: SolveOptions = { strategy: "ilp", timeLimitMs: Infinity, workLimit: 300, gapTarget: 0, seed: 7 };
  const withoutTime = (solution: Solution): Solution => ({ ...solution, stats: { ...solution.stats, ms: 0 } });

  it.each(["piscina", "comlink"] as const)("answers over %s what it answers in process", async (kind) => {
    const inProcess = await createInProcessPool({ maxQueue: 0, graceMs: 0 });
    const pool = await createSolverPool({ workers: 1, maxQueue: 0, graceMs: 1000, kind });
    try {
      const phases: string[] = [];
      const onProgress = ({ phase }: SolveProgress): void => void phases.push(phase);
      const solution = await pool.solve(problem, options, { onProgress });
      assert.deepEqual(withoutTime(solution), withoutTime(await inProcess.solve(problem, options)));
      assert.ok(solution.cost > 0 && solution.cost <= solution.greedyCost, `cost ${String(solution.cost)}`);
      assert.equal(phases[0], "greedy");
    } finally {
      await Promise.all([pool.close(), inProcess.close()]);
    }
  });
});
