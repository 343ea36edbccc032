import assert from "node:assert/strict";
import { describe, it, vi } from "vitest";
import type { Problem } from "../../../solver/problem.ts";
import type { Solution, SolveOptions } from "../../../solver/solution.ts";
import { createDispatcher } from "../../../workers/dispatcher.ts";
import type { Executor, RunHooks } from "../../../workers/executor.ts";
import type { SolverPool } from "../../../workers/pool.ts";
import type { SolveAnswer, SolveTask } from "../../../workers/protocol.ts";
import { packSolution } from "../../../workers/wire-solution.ts";

const problem = {} as Problem;
const options: SolveOptions = { strategy: "ilp", timeLimitMs: 1000, workLimit: Infinity, gapTarget: 0, seed: 0 };
const solution = { stop: "gap", nodes: [], bins: [], cost: 5 } as unknown as Solution;

interface Run {
  readonly task: SolveTask;
  readonly hooks: RunHooks;
  readonly answer: () => void;
  readonly die: () => void;
}

/** An executor whose workers do what the test says, and nothing else. */
function scripted(): { executor: Executor; runs: Run[] } {
  const runs: Run[] = [];
  const executor: Executor = {
    run: (task, hooks) =>
      new Promise<SolveAnswer>((resolve, reject) => {
        hooks.signal.addEventListener("abort", () => {
          reject(new Error("ended"));
        });
        runs.push({
          task,
          hooks,
          answer: () => {
            resolve({ type: "solved", id: task.id, solution: packSolution(solution), violations: [] });
          },
          die: () => {
            reject(new Error("died"));
          },
        });
      }),
    close: () => Promise.resolve(),
  };
  return { executor, runs };
}

const started = ({ task, hooks }: Run): void => {
  hooks.onNote({ type: "started", id: task.id });
};

async function withFakeClock(test: (pool: SolverPool, runs: Run[]) => Promise<void>): Promise<void> {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  try {
    const { executor, runs } = scripted();
    await test(createDispatcher(executor, { workers: 1, maxQueue: 3, graceMs: 500, startMs: 3000 }), runs);
    assert.equal(vi.getTimerCount(), 0, "a timer was left behind");
  } finally {
    vi.useRealTimers();
  }
}

const at = (runs: Run[], index: number): Run => runs[index] ?? assert.fail(`there is no run ${String(index)}`);

describe("the dispatcher", () => {
  it("lets a worker run for time limit plus grace from its start, to the millisecond", () =>
    withFakeClock(async (pool, runs) => {
      const outcome = pool.solve(problem, options).catch((error: unknown) => error);
      await vi.advanceTimersByTimeAsync(2000);
      started(at(runs, 0));
      await vi.advanceTimersByTimeAsync(1499);
      assert.equal(at(runs, 0).hooks.signal.aborted, false);
      assert.equal(at(runs, 0).task.stop[0], 0);
      await vi.advanceTimersByTimeAsync(1);
      assert.equal(at(runs, 0).hooks.signal.aborted, true);
      assert.equal(at(runs, 0).task.stop[0], 1);
      assert.equal(((await outcome) as { code: string }).code, "DEADLINE");
      assert.deepEqual(pool.status(), { workers: 1, busy: 0, queued: 0, maxQueue: 3, replaced: 1 });
    }));

  it("takes a worker that does not begin for a dead one", () =>
    withFakeClock(async (pool, runs) => {
      const outcome = pool.solve(problem, options).catch((error: unknown) => error);
      await vi.advanceTimersByTimeAsync(3000);
      assert.equal(runs.length, 2);
      assert.equal(at(runs, 1).task.options.timeLimitMs, 1000, "nothing was used of its time");
      await vi.advanceTimersByTimeAsync(3000);
      const { code, message } = (await outcome) as Error & { code: string };
      assert.equal(code, "SOLVER_CRASHED");
      assert.match(message, /did not start within 3000 ms/);
    }));

  it("gives a retry the time that is left, and never less than none", () =>
    withFakeClock(async (pool, runs) => {
      for (const [usedMs, leftMs, heard] of [
        [400, 600, true],
        [1200, 0, true],
        [300, 700, false], // The word "started" can get lost with the thread.
      ] as const) {
        runs.length = 0;
        const call = pool.solve(problem, options);
        if (heard) started(at(runs, 0));
        await vi.advanceTimersByTimeAsync(usedMs);
        at(runs, 0).die();
        await vi.advanceTimersByTimeAsync(0);
        assert.equal(at(runs, 1).task.options.timeLimitMs, leftMs);
        assert.notEqual(at(runs, 1).task.id, at(runs, 0).task.id);
        at(runs, 1).answer();
        assert.equal((await call).cost, 5);
      }
    }));

  it("does not hear words of an ended worker that come late", () =>
    withFakeClock(async (pool, runs) => {
      const seen: number[] = [];
      const call = pool.solve(problem, options, { onProgress: ({ cost }) => seen.push(cost) });
      const say = (run: Run, cost: number): void => {
        run.hooks.onNote({
          type: "progress",
          id: run.task.id,
          progress: { phase: "mix", elapsedMs: 0, cost, lowerBound: 0 },
        });
      };
      say(at(runs, 0), 1);
      at(runs, 0).die();
      await vi.advanceTimersByTimeAsync(0);
      at(runs, 1).hooks.onNote({ type: "started", id: at(runs, 0).task.id });
      say({ ...at(runs, 1), task: at(runs, 0).task }, 2);
      say(at(runs, 1), 3);
      at(runs, 1).answer();
      await call;
      say(at(runs, 1), 4);
      assert.deepEqual(seen, [1, 3]);
    }));

  it("serves in order of arrival", () =>
    withFakeClock(async (pool, runs) => {
      const done: number[] = [];
      const calls = [0, 1, 2].map((seed) => pool.solve(problem, { ...options, seed }).then(() => done.push(seed)));
      for (let i = 0; i < 3; i++) {
        assert.equal(runs.length, i + 1);
        at(runs, i).answer();
        await vi.advanceTimersByTimeAsync(0);
      }
      await Promise.all(calls);
      assert.deepEqual(done, [0, 1, 2]);
      assert.deepEqual(
        runs.map((run) => run.task.options.seed),
        [0, 1, 2],
      );
    }));

  it("asks the worker for progress only where somebody listens", () =>
    withFakeClock(async (pool, runs) => {
      const calls = [pool.solve(problem, options), pool.solve(problem, options, { onProgress: () => undefined })];
      at(runs, 0).answer();
      await vi.advanceTimersByTimeAsync(0);
      at(runs, 1).answer();
      await Promise.all(calls);
      assert.deepEqual(
        runs.map((run) => run.task.wantsProgress),
        [false, true],
      );
    }));
});
