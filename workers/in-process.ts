/** The pool port without threads, for tests: it blocks its caller, so deadline and abort act only between solves. */
import { createDispatcher } from "./dispatcher.ts";
import type { Executor } from "./executor.ts";
import type { PoolOptions, SolverPool } from "./pool.ts";
import { type SolverCore, startSolver, type TaskRunner } from "./solve-task.ts";

/** One solve at a time on this very thread; every rule of the port holds that needs no second thread. */
export async function createInProcessPool(
  options: Omit<PoolOptions, "workers">,
  core?: SolverCore,
): Promise<SolverPool> {
  const parts = core ?? (await import("./product-core.ts")).productCore;
  let runner: TaskRunner | undefined = await startSolver(parts);
  const executor: Executor = {
    async run(task, hooks) {
      runner ??= await startSolver(parts);
      // A turn of the event loop between two solves, so that timers, aborts and input are not starved.
      await new Promise((resolve) => {
        setTimeout(resolve);
      });
      hooks.signal.throwIfAborted();
      try {
        return runner(task, hooks.onNote);
      } catch (error) {
        runner = undefined;
        throw error;
      }
    },
    close: () => Promise.resolve(),
  };
  return createDispatcher(executor, { ...options, workers: 1 });
}
