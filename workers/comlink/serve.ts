/** The worker's side under Comlink: exposes a task runner, in a Web Worker or in a Node thread. */
import * as Comlink from "comlink";
import type { SolveAnswer, SolveTask, WorkerNote } from "../protocol.ts";
import type { TaskRunner } from "../solve-task.ts";

/** What the caller's proxy offers. */
export interface ComlinkSolver {
  solve(task: SolveTask): Promise<SolveAnswer>;
}

/** One end of the worker's own channel. */
export interface WorkerScope {
  readonly endpoint: Comlink.Endpoint;
  post(note: WorkerNote): void;
}

/** Exposes the runner, then says ready. The notes go over the same channel as Comlink's answers, so order holds. */
export function serveComlink(run: TaskRunner, scope: WorkerScope): void {
  const solver: ComlinkSolver = {
    solve(task) {
      try {
        return Promise.resolve(
          run(task, (note) => {
            scope.post(note);
          }),
        );
      } catch (error) {
        // Outside Comlink's reach, so that the thread dies: its WASM is unfit for use.
        setTimeout(() => {
          throw error;
        });
        return new Promise(() => undefined);
      }
    },
  };
  Comlink.expose(solver, scope.endpoint);
  scope.post({ type: "ready" });
}

/** The channel to whoever started this worker, on either runtime. */
export async function workerScope(): Promise<WorkerScope> {
  if (typeof self !== "undefined" && "postMessage" in self) {
    await holdLifeLine(self.name);
    const scope = self as unknown as Comlink.Endpoint;
    return {
      endpoint: scope,
      post: (note) => {
        scope.postMessage(note);
      },
    };
  }
  const { parentPort } = await import("node:worker_threads");
  if (parentPort === null) throw new Error("this module runs in a worker only");
  const { default: nodeEndpoint } = await import("comlink/dist/esm/node-adapter.mjs");
  return {
    endpoint: nodeEndpoint(parentPort),
    post: (note) => {
      parentPort.postMessage(note);
    },
  };
}

/** Takes the Web Lock that tells the other side, by its release, that this worker is gone. */
function holdLifeLine(name: string): Promise<void> {
  return new Promise((held, failed) => {
    const forLife = new Promise<never>(() => undefined);
    navigator.locks
      .request(name, () => {
        held();
        return forLife;
      })
      .catch(failed);
  });
}
