import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "vitest";
import type { Content, Solution } from "../../../solver/solution.ts";
import { packSolution, unpackSolution } from "../../../workers/wire-solution.ts";

/** Records with a prototype, as the solver makes them. */
const record = <T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record<T>(fields, { noNullPrototype: true });

const whole = fc.integer({ min: 0, max: 0x7fffffff });

const content: fc.Arbitrary<Content> = fc
  .uniqueArray(fc.integer({ min: 0, max: 5000 }), { maxLength: 6 })
  .chain((classes) =>
    fc.tuple(fc.constant(classes), fc.array(whole, { minLength: classes.length, maxLength: classes.length })),
  )
  .map(([classes, pods]) => ({ classes: Int32Array.from(classes), pods: Int32Array.from(pods) }));

const solution: fc.Arbitrary<Solution> = record({
  stop: fc.constantFrom("proven", "gap", "time-limit", "work-limit", "exhausted", "heuristic"),
  nodes: fc.array(record({ shape: whole, count: whole, content })),
  bins: fc.array(record({ bin: whole, content })),
  unplaced: fc.array(whole).map((pods) => Int32Array.from(pods)),
  cost: fc.double({ min: 0, noNaN: true }),
  lowerBound: fc.double({ min: 0, noNaN: true }),
  greedyCost: fc.double({ min: 0, noNaN: true }),
  greedyUnplaced: whole,
  stats: record({
    ms: whole,
    work: whole,
    classes: whole,
    shapes: whole,
    lpSolves: whole,
    ilpSolves: whole,
    packings: whole,
    polishMoves: whole,
    parts: whole,
  }),
});

describe("a Solution on the wire", () => {
  it("comes out of packing, cloning and unpacking as it went in", () => {
    fc.assert(
      fc.property(solution, (original) => {
        const plain = JSON.stringify(original);
        assert.deepEqual(unpackSolution(structuredClone(packSolution(original))), original);
        assert.equal(JSON.stringify(original), plain);
      }),
      { seed: 20_260_720 },
    );
  });
});
