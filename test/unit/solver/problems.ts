/** Small Problems for the solver's unit tests. */
import { UNLIMITED } from "../../../solver/problem.ts";
import type { Problem } from "../../../solver/problem.ts";
import { ragged } from "../../support/solver/random-problem.ts";

/** Classes as `[cpu, memory, demand]`, shapes as `[cpu, memory, price]`; everything may go everywhere. */
export function problemOf(
  classes: readonly (readonly [number, number, number])[],
  shapes: readonly (readonly [number, number, number])[],
  rest: Partial<Problem> = {},
): Problem {
  const K = classes.length;
  const S = shapes.length;
  return {
    resourceCount: 2,
    classCount: K,
    demand: Int32Array.from(classes, ([, , demand]) => demand),
    requests: Float64Array.from(classes.flatMap(([cpu, memory]) => [cpu, memory])),
    priority: new Int32Array(K),
    group: new Int32Array(K),
    groupCount: 1,
    groupShapes: ragged([[...shapes.keys()]]),
    groupBins: ragged([[]]),
    shapeCount: S,
    allocatable: Float64Array.from(shapes.flatMap(([cpu, memory]) => [cpu, memory])),
    price: Float64Array.from(shapes, ([, , price]) => price),
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
    ...rest,
  };
}
