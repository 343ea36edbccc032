/** A solver that does as the call says, well or ill: `options.seed` picks the behaviour. For the pool's contract suite. */
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGlpk } from "../../../solver/glpk/glpk.ts";
import type { LinearSolver } from "../../../solver/linear-program.ts";
import type { Problem } from "../../../solver/problem.ts";
import type { Solution, SolveOptions } from "../../../solver/solution.ts";
import type { SolverContext } from "../../../solver/solve.ts";
import type { SolverCore } from "../../../workers/solve-task.ts";

/** What to ask for in `options.seed`. */
export const BEHAVIOUR = {
  /** The cheapest fractional cover by GLPK, three words of progress on the way. */
  answer: 0,
  /** As `answer`, but keeps its thread busy for `problem.priority[0]` ms first. */
  busy: 1,
  /** Never ends by itself, but reads the clock as the real solver does. */
  searchOn: 2,
  /** Deaf: reads no clock that the pool could answer by. For ever; on Deno, which cannot end it, for one second. */
  spin: 11,
  throwRangeError: 3,
  throwCoded: 4,
  /** The thread leaves without a word. */
  exit: 5,
  /** As an abort of GLPK's WASM. */
  trap: 6,
  /** Asks for memory until there is none. */
  hoard: 7,
  /** Leaves the first time, answers the second. `problem.priority[0]` names the occasion. */
  exitOnce: 8,
  badCertificate: 9,
  /** As `trap`, the first time only. */
  trapOnce: 10,
} as const;

/** Real GLPK, faulty solver. */
export const faultyCore: SolverCore = {
  createLinear: createGlpk,
  solve: misbehave,
  certify: (_, solution) => (solution.cost === -1 ? ["shape 0: cost -1 is not the sum of its prices"] : []),
};

function misbehave(problem: Problem, options: SolveOptions, context: SolverContext): Solution {
  const knob = problem.priority[0] ?? 0;
  switch (options.seed) {
    case BEHAVIOUR.busy:
      burn(knob);
      break;
    case BEHAVIOUR.searchOn:
      for (;;) context.now();
    case BEHAVIOUR.spin:
      burn("Deno" in globalThis ? 1000 : Infinity);
      break;
    case BEHAVIOUR.throwRangeError:
      throw new RangeError("classCount is -1; it must be at least 0");
    case BEHAVIOUR.throwCoded:
      throw Object.assign(new Error("no"), {
        code: "INVALID_X",
        kind: "input",
        details: { field: "x", hint: "y", odd: () => 1 },
      });
    case BEHAVIOUR.exit:
      return process.exit(3);
    case BEHAVIOUR.trap:
      throw new WebAssembly.RuntimeError("unreachable");
    case BEHAVIOUR.hoard:
      return hoard();
    case BEHAVIOUR.exitOnce:
      if (isFirstTime(knob)) process.exit(3);
      break;
    case BEHAVIOUR.trapOnce:
      if (isFirstTime(knob)) throw new WebAssembly.RuntimeError("unreachable");
      break;
    case BEHAVIOUR.badCertificate:
      return { ...cover(problem, context), cost: -1 };
    default:
  }
  return { ...cover(problem, context), stats: stats(options.timeLimitMs) };
}

/** Enough of each resource for all pods, at the least price: small, exact, and different for each problem. */
function cover(problem: Problem, context: SolverContext): Solution {
  const { shapeCount, resourceCount, classCount } = problem;
  const started = context.now();
  const needed = new Float64Array(resourceCount);
  for (let k = 0; k < classCount; k++) {
    for (let r = 0; r < resourceCount; r++) {
      needed[r] = (needed[r] ?? 0) + (problem.demand[k] ?? 0) * (problem.requests[k * resourceCount + r] ?? 0);
    }
  }
  const report = (phase: "greedy" | "bound" | "mix", cost: number): void =>
    context.onProgress?.({ phase, elapsedMs: context.now() - started, cost, lowerBound: 0 });
  report("greedy", 3);
  report("bound", 2);
  const cost = solveCover(problem, needed, context.linear);
  report("mix", 1);
  const unplaced = Int32Array.from(problem.demand);
  return {
    stop: "heuristic",
    nodes: [{ shape: shapeCount - 1, count: 1, content: { classes: Int32Array.of(0), pods: Int32Array.of(1) } }],
    bins: [],
    unplaced,
    cost,
    lowerBound: cost,
    greedyCost: cost,
    greedyUnplaced: 0,
    stats: stats(0),
  };
}

function solveCover(problem: Problem, needed: Float64Array, linear: LinearSolver): number {
  const { shapeCount: columns, resourceCount: rows } = problem;
  const rowColumns = Int32Array.from({ length: rows * columns }, (_, e) => e % columns);
  const outcome = linear.solve(
    {
      columnCount: columns,
      objective: problem.price,
      columnLower: new Float64Array(columns),
      columnUpper: new Float64Array(columns).fill(Infinity),
      integer: new Uint8Array(columns),
      rowCount: rows,
      rowOffsets: Int32Array.from({ length: rows + 1 }, (_, r) => r * columns),
      rowColumns,
      rowValues: Float64Array.from(rowColumns, (s, e) => problem.allocatable[s * rows + Math.floor(e / columns)] ?? 0),
      rowLower: needed,
      rowUpper: new Float64Array(rows).fill(Infinity),
    },
    { mipGap: 0, timeLimitMs: 1000 },
  );
  if (outcome.status !== "optimal") throw new Error(`cover is ${outcome.status}`);
  return outcome.objective;
}

/** `work` carries the time limit back, so that a test sees what a retry was given. */
function stats(timeLimitMs: number): Solution["stats"] {
  const zero = { ms: 0, classes: 0, shapes: 0, lpSolves: 0, ilpSolves: 0, packings: 0, polishMoves: 0, parts: 1 };
  return { ...zero, work: timeLimitMs };
}

function burn(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

function hoard(): never {
  const held: unknown[] = [];
  for (;;) held.push(new Array(100_000).fill(held.length));
}

/** Threads share nothing else that outlives them, so the memory is a file. */
function isFirstTime(occasion: number): boolean {
  const path = join(tmpdir(), `plimsoll-test-occasion-${String(occasion)}`);
  if (existsSync(path)) {
    rmSync(path);
    return false;
  }
  writeFileSync(path, "");
  return true;
}
