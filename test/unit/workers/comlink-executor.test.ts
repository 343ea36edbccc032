import assert from "node:assert/strict";
import { describe, it } from "vitest";
import type { Problem } from "../../../solver/problem.ts";
import { createComlinkExecutor } from "../../../workers/comlink/executor.ts";
import type { SpawnedWorker } from "../../../workers/comlink/spawn.ts";
import type { RunHooks } from "../../../workers/executor.ts";
import type { SolveTask } from "../../../workers/protocol.ts";

interface FakeWorker extends SpawnedWorker {
  say: (message: unknown) => void;
  die: () => void;
  ended: boolean;
}

/** Workers that are never heard of unless the test speaks for them; posting to one fails as cloning would. */
function fakeWorkers(): { spawned: FakeWorker[]; spawn: () => FakeWorker } {
  const spawned: FakeWorker[] = [];
  const spawn = (): FakeWorker => {
    const worker: FakeWorker = {
      endpoint: {
        postMessage: () => {
          throw new DOMException("could not be cloned", "DataCloneError");
        },
        addEventListener: () => undefined,
        removeEventListener: () => undefined,
      },
      onMessage: (listener) => {
        worker.say = listener;
      },
      onDeath: (listener) => {
        worker.die = () => {
          listener(new Error("died"));
        };
      },
      terminate: () => {
        worker.ended = true;
        return Promise.resolve();
      },
      say: () => undefined,
      die: () => undefined,
      ended: false,
    };
    spawned.push(worker);
    return worker;
  };
  return { spawned, spawn };
}

const task = {
  id: 1,
  problem: {} as Problem,
  wantsProgress: false,
  stop: new Int32Array(new SharedArrayBuffer(4)),
} as SolveTask;
const hooks = (): RunHooks => ({ signal: new AbortController().signal, onNote: () => undefined });

describe("Comlink's executor", () => {
  it("keeps a worker whose call could not be sent", async () => {
    const { spawned, spawn } = fakeWorkers();
    const executor = await createComlinkExecutor({ workers: 1, spawn });
    spawned[0]?.say({ type: "ready" });
    for (let round = 0; round < 3; round++) await assert.rejects(executor.run(task, hooks()), /could not be cloned/);
    assert.equal(spawned.length, 1);
    await executor.close();
    assert.equal(spawned[0]?.ended, true);
  });

  it("replaces a worker that dies, but does not start one for ever that fails at its start", async () => {
    const { spawned, spawn } = fakeWorkers();
    const executor = await createComlinkExecutor({ workers: 1, spawn });
    for (let i = 0; i < 20; i++) spawned[i]?.die();
    assert.equal(spawned.length, 3);
    const run = executor.run(task, hooks());
    assert.equal(spawned.length, 4, "it tries again when there is a task");
    spawned[3]?.die();
    await assert.rejects(run, /died/);
    assert.equal(spawned.length, 4);
    await executor.close();
  });

  it("takes a warm worker before one that still starts", async () => {
    const { spawned, spawn } = fakeWorkers();
    const executor = await createComlinkExecutor({ workers: 2, spawn });
    spawned[1]?.say({ type: "ready" });
    await assert.rejects(executor.run(task, hooks()), /could not be cloned/);
    await executor.close();
  });

  it("ends its workers on close and starts no others", async () => {
    const { spawned, spawn } = fakeWorkers();
    const executor = await createComlinkExecutor({ workers: 2, spawn });
    const open = assert.rejects(executor.run(task, hooks()), /closed/);
    await executor.close();
    await open;
    assert.deepEqual(
      spawned.map((worker) => worker.ended),
      [true, true],
    );
  });
});
