/** Runs the pool's contract against every implementation that this runtime has. */
import { createComlinkExecutor } from "../../workers/comlink/executor.ts";
import { type SpawnedWorker, spawnForRuntime } from "../../workers/comlink/spawn.ts";
import { createDispatcher } from "../../workers/dispatcher.ts";
import { createInProcessPool } from "../../workers/in-process.ts";
import { createPiscinaExecutor } from "../../workers/piscina/executor.ts";
import type { PoolOptions } from "../../workers/pool.ts";
import { describeSolverPool, type PoolUnderTest } from "./solver-pool.ts";
import { faultyCore } from "./solver-pool/faulty-core.ts";

const onDeno = "Deno" in globalThis;
const deafRunsOn = "terminate() on Deno 2.9 does not stop a busy thread (denoland/deno#35657)";
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
  ...(onDeno ? { noHeapLimit: "V8 on Deno ends the process when a worker's heap is full", deafRunsOn } : {}),
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
