/** A first solve of no consequence: it has the JIT compile the hot loops before a deadline counts. */
import type { LinearSolver } from "./linear-program.ts";
import { UNLIMITED } from "./problem.ts";
import type { Problem } from "./problem.ts";
import { seededRandom } from "./random.ts";
import { solveProblem } from "./solve.ts";

/** About as long as a caller needs to read and compile its input; by then the loops are hot. */
const WARM_UP_MS = 200;

/** Solves a made-up Problem of the usual form: some kinds of pods, machines of rising size and three memory ratios. */
export function warmUpSolver(linear: LinearSolver, now: () => number): void {
  const options = { timeLimitMs: WARM_UP_MS, workLimit: Infinity, gapTarget: 0, seed: 1 } as const;
  solveProblem(usualProblem(), { strategy: "ilp", ...options }, { now, linear });
}

function usualProblem(): Problem {
  const random = seededRandom(42);
  const K = 24;
  const cpus = [2, 4, 8, 16];
  const ratios = [2, 4, 8];
  const S = cpus.length * ratios.length;
  const shapes = cpus.flatMap((cpu) => ratios.map((ratio) => ({ cpu, ratio })));
  const requests = Array.from({ length: K }, () => {
    const cpu = 50 * (2 + Math.floor(random() * 30));
    return [cpu, 64 * (1 + Math.floor(random() * 60)), 1];
  });
  const all = { offsets: Int32Array.of(0, S), items: Int32Array.from({ length: S }, (_, s) => s) };
  return {
    resourceCount: 3,
    classCount: K,
    demand: Int32Array.from({ length: K }, () => 10 + Math.floor(random() * 20)),
    requests: Float64Array.from(requests.flat()),
    priority: new Int32Array(K),
    group: new Int32Array(K),
    groupCount: 1,
    groupShapes: all,
    groupBins: { offsets: Int32Array.of(0, 0), items: new Int32Array(0) },
    shapeCount: S,
    allocatable: Float64Array.from(shapes.flatMap(({ cpu, ratio }) => [cpu * 990, cpu * ratio * 900, cpu * 7])),
    price: Float64Array.from(shapes, ({ cpu, ratio }) => cpu * (0.034 + 0.0045 * ratio)),
    shapeLimit: new Int32Array(S).fill(UNLIMITED),
    shapeTier: new Int32Array(S),
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
}
