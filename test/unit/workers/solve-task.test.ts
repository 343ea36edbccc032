import assert from "node:assert/strict";
import { describe, it } from "vitest";
import type { LinearSolver } from "../../../solver/linear-program.ts";
import type { Problem } from "../../../solver/problem.ts";
import type { SolveOptions } from "../../../solver/solution.ts";
import type { SolveTask } from "../../../workers/protocol.ts";
import { type SolverCore, startSolver } from "../../../workers/solve-task.ts";

const options: SolveOptions = { strategy: "ilp", timeLimitMs: 1, workLimit: 1, gapTarget: 0, seed: 0 };
const task: SolveTask = {
  id: 7,
  problem: {} as Problem,
  options,
  wantsProgress: false,
  stop: new Int32Array(new SharedArrayBuffer(4)),
};
const silent = (): void => undefined;

const core = (parts: Partial<SolverCore>): SolverCore => ({
  createLinear: () => Promise.resolve({ solve: () => ({ status: "infeasible" }) }),
  solve: () => assert.fail("not to be called"),
  certify: () => [],
  ...parts,
});

describe("the worker's code", () => {
  it("answers SOLVER_UNAVAILABLE when GLPK cannot be loaded, instead of dying at start over and over", async () => {
    const missing = Object.assign(new Error("no such package"), { code: "ERR_MODULE_NOT_FOUND" });
    const run = await startSolver(core({ createLinear: () => Promise.reject(missing) }));
    const answer = run(task, silent);
    assert.ok(answer.type === "failed");
    assert.deepEqual([answer.id, answer.error.code, answer.error.kind], [7, "SOLVER_UNAVAILABLE", "internal"]);
    assert.match(answer.error.message, /no such package/);
  });

  it("runs GLPK once before the first task", async () => {
    let solves = 0;
    const linear: LinearSolver = { solve: () => ({ status: solves++ === 0 ? "infeasible" : "unbounded" }) };
    await startSolver(core({ createLinear: () => Promise.resolve(linear) }));
    assert.equal(solves, 1);
  });

  it("throws on when the WASM has trapped, for its shell to let the thread die", async () => {
    const trap = new WebAssembly.RuntimeError("unreachable");
    const run = await startSolver(
      core({
        solve: () => {
          throw trap;
        },
      }),
    );
    assert.throws(() => run(task, silent), trap);
  });
});
