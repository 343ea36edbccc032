/** The certificate catches every way in which a Solution can be wrong. */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { certifySolution } from "../../../solver/certify.ts";
import type { Problem } from "../../../solver/problem.ts";
import type { Content, Solution } from "../../../solver/solution.ts";
import { ragged } from "../../support/solver/random-problem.ts";
import { problemOf } from "./problems.ts";

const content = (...pods: [number, number][]): Content => ({
  classes: Int32Array.from(pods, ([k]) => k),
  pods: Int32Array.from(pods, ([, count]) => count),
});

/** Two classes, two shapes, one bin, every kind of rule. */
const problem: Problem = problemOf(
  [
    [1, 1, 4],
    [2, 2, 2],
  ],
  [
    [4, 4, 1],
    [8, 8, 2],
  ],
  {
    group: Int32Array.of(0, 1),
    groupCount: 2,
    groupShapes: ragged([[0, 1], [1]]),
    groupBins: ragged([[0], []]),
    binCount: 1,
    binFree: Float64Array.of(2, 2),
    shapeLimit: Int32Array.of(3, 1),
    shapeRows: [{ shapes: Int32Array.of(0, 1), coefficients: Float64Array.of(4, 8), limit: 16 }],
    nodeCaps: [
      {
        owners: Int32Array.of(0),
        counted: Int32Array.of(0),
        max: 2,
        binCounted: Int32Array.of(0),
        binOwned: Uint8Array.of(0),
      },
    ],
    domainKeys: [{ domainCount: 2, shapeDomain: Int32Array.of(0, 1), binDomain: Int32Array.of(1) }],
    spreads: [
      {
        key: 0,
        owners: Int32Array.of(0),
        counted: Int32Array.of(0),
        maxSkew: 1,
        minDomains: 1,
        initial: Int32Array.of(0, 0),
        eligible: Uint8Array.of(1, 1),
      },
    ],
    domainCaps: [
      {
        key: 0,
        owners: Int32Array.of(1),
        counted: Int32Array.of(1),
        max: 2,
        domainCounted: Int32Array.of(0, 0),
        domainOwned: Uint8Array.of(0, 0),
      },
    ],
  },
);

const valid: Solution = {
  stop: "gap",
  nodes: [
    { shape: 0, count: 1, content: content([0, 2]) },
    { shape: 1, count: 1, content: content([0, 1], [1, 2]) },
  ],
  bins: [{ bin: 0, content: content([0, 1]) }],
  unplaced: Int32Array.of(0, 0),
  cost: 3,
  lowerBound: 2.5,
  greedyCost: 4,
  greedyUnplaced: 0,
  stats: { ms: 0, work: 0, classes: 2, shapes: 2, lpSolves: 0, ilpSolves: 0, packings: 0, polishMoves: 0, parts: 1 },
};

describe("certificate", () => {
  test("a valid Solution has no faults", () => {
    assert.deepEqual(certifySolution(problem, valid), []);
  });

  const [small, large] = valid.nodes as [Solution["nodes"][0], Solution["nodes"][0]];
  test.each<[string, Partial<Solution>, RegExp]>([
    ["a pod twice", { nodes: [small, { ...large, content: content([0, 2], [1, 2]) }] }, /class 0: 5 placed/],
    ["a pod missing", { bins: [] }, /class 0: 3 placed/],
    ["a pod placed and unplaced", { unplaced: Int32Array.of(1, 0) }, /class 0: 4 placed and 1 not/],
    [
      "a node too full",
      {
        nodes: [
          { ...small, content: content([0, 1], [1, 2]) },
          { ...large, content: content([0, 2]) },
        ],
      },
      /resource 0: 5 of 4/,
    ],
    [
      "a class where it may not be",
      {
        nodes: [
          { ...small, content: content([0, 1], [1, 1]) },
          { ...large, content: content([0, 2], [1, 1]) },
        ],
      },
      /class 1 may not be there/,
    ],
    ["a shape that does not exist", { nodes: [{ ...small, shape: 7 }, large] }, /no such shape/],
    ["a bin twice", { bins: [...valid.bins, ...valid.bins] }, /bin 0: no such bin, or twice/],
    ["too many of one shape", { nodes: [small, { ...large, count: 2 }] }, /shape 1: 2 nodes of 1/],
    ["a limit exceeded", { nodes: [{ ...small, count: 3 }, large] }, /limit 0: 20 over 16/],
    ["a node cap exceeded", { nodes: [{ ...small, content: content([0, 3]) }, large] }, /cap 0: 3 over 2/],
    [
      "a spread broken",
      {
        bins: [],
        nodes: [
          { ...small, count: 2 },
          { ...large, content: content([1, 2]) },
        ],
      },
      /spread over key 0: 4 in domain 0/,
    ],
    ["a wrong sum", { cost: 2.9 }, /cost 2.9, the nodes sum up to 3/],
    ["a bound above the cost", { lowerBound: 3.1 }, /bound 3.1 above the cost/],
    ["a bound that is no number", { lowerBound: Number.NaN }, /bound NaN above the cost/],
  ])("%s", (_name, change, fault) => {
    const faults = certifySolution(problem, { ...valid, ...change });
    assert.ok(
      faults.some((text) => fault.test(text)),
      faults.join("; ") || "no fault found",
    );
  });

  test("caps and pulls over domains", () => {
    const tight = { ...problem, domainCaps: problem.domainCaps.map((cap) => ({ ...cap, max: 1 })) };
    assert.match(certifySolution(tight, valid).join(), /cap over key 0: 2 in domain 1/);
    const need = {
      key: 0,
      owners: Int32Array.of(0),
      counted: Int32Array.of(1),
      initial: Int32Array.of(0, 0),
      mayStart: false,
    };
    assert.match(
      certifySolution({ ...problem, domainNeeds: [need] }, valid).join(),
      /pull over key 0: owners alone in domains 0/,
    );
    const nodeNeed = {
      owners: Int32Array.of(0),
      counted: Int32Array.of(1),
      binCounted: Int32Array.of(0),
      mayStart: false,
    };
    assert.match(certifySolution({ ...problem, nodeNeeds: [nodeNeed] }, valid).join(), /owners alone on 2 nodes/);
  });
});
