/** Starts one worker for Comlink: a Web Worker where there are any (Deno), a thread with Comlink's adapter on Node. */
import type * as Comlink from "comlink";
import { isWorkerNote } from "../protocol.ts";

/** A worker seen from outside: a channel, its death, and the means to bring it about. */
export interface SpawnedWorker {
  readonly endpoint: Comlink.Endpoint;
  onMessage(listener: (message: unknown) => void): void;
  /** Called at least once when the worker is gone or has failed, by its own doing or by `terminate`. */
  onDeath(listener: (reason: Error) => void): void;
  terminate(): Promise<void>;
}

/** Starts a worker on a module. */
export type Spawn = (entry: URL, maxHeapMb: number | undefined) => SpawnedWorker;

/** Picks the way of this runtime. */
export async function spawnForRuntime(): Promise<Spawn> {
  if (typeof Worker !== "undefined") return spawnWebWorker;
  const { Worker: Thread } = await import("node:worker_threads");
  const { default: nodeEndpoint } = await import("comlink/dist/esm/node-adapter.mjs");
  return (entry, maxHeapMb) => {
    const resourceLimits = maxHeapMb === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: maxHeapMb } };
    const thread = new Thread(entry, resourceLimits);
    return {
      endpoint: nodeEndpoint(thread),
      onMessage: (listener) => {
        thread.on("message", listener);
      },
      onDeath: (listener) => {
        thread.on("error", listener);
        thread.on("exit", (code) => {
          listener(new Error(`worker exited with code ${String(code)}`));
        });
      },
      terminate: async () => {
        await thread.terminate();
      },
    };
  };
}

/**
 * A Web Worker reports errors, but not that it left (`self.close`, `Deno.exit`): it simply falls silent. So the worker
 * holds a Web Lock of its own name as long as it lives, and getting that lock here is the notice of its death.
 */
function spawnWebWorker(entry: URL): SpawnedWorker {
  const lifeLine = `plimsoll-worker-${crypto.randomUUID()}`;
  const worker = new Worker(entry, { type: "module", name: lifeLine });
  const watch = new AbortController();
  return {
    endpoint: worker,
    onMessage: (listener) => {
      worker.addEventListener("message", (event) => {
        listener(event.data);
      });
    },
    onDeath: (listener) => {
      worker.addEventListener("error", (event) => {
        // Else the runtime takes it for an uncaught error of the whole process.
        event.preventDefault();
        listener(new Error(`worker failed: ${event.message}`));
      });
      worker.addEventListener("messageerror", () => {
        listener(new Error("worker sent what cannot be read"));
      });
      const onMessage = (event: MessageEvent): void => {
        if (!isWorkerNote(event.data) || event.data.type !== "ready") return;
        worker.removeEventListener("message", onMessage);
        // Only now does the worker hold the lock. The request is withdrawn when we end the worker ourselves.
        const lock = navigator.locks.request(lifeLine, { signal: watch.signal }, () => {
          listener(new Error("worker left without a word"));
        });
        lock.catch(() => undefined);
      };
      worker.addEventListener("message", onMessage);
    },
    terminate: () => {
      watch.abort();
      worker.terminate();
      return Promise.resolve();
    },
  };
}
