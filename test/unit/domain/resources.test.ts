/** Sums, differences and maxima of resources. */
import assert from "node:assert/strict";
import { test } from "vitest";
import {
  addResources,
  amountOf,
  fitsInto,
  maxResources,
  NO_RESOURCES,
  subtractResources,
  sumResources,
} from "../../../src/domain/resources.ts";

const a = new Map([
  ["cpu", 100],
  ["memory", 5],
]);
const b = new Map([
  ["cpu", 50],
  ["pods", 1],
]);

test("a sum has the names of both, and changes neither", () => {
  assert.deepEqual(
    addResources(a, b),
    new Map([
      ["cpu", 150],
      ["memory", 5],
      ["pods", 1],
    ]),
  );
  assert.deepEqual(
    sumResources([a, b, b]),
    new Map([
      ["cpu", 200],
      ["memory", 5],
      ["pods", 2],
    ]),
  );
  assert.equal(a.get("cpu"), 100);
  assert.equal(addResources(a, NO_RESOURCES), a);
  assert.equal(addResources(NO_RESOURCES, b), b);
});

test("a difference may fall below nothing", () => {
  assert.deepEqual(
    subtractResources(b, a),
    new Map([
      ["cpu", -50],
      ["pods", 1],
      ["memory", -5],
    ]),
  );
  assert.equal(subtractResources(a, NO_RESOURCES), a);
});

test("a maximum is taken name by name", () => {
  assert.deepEqual(
    maxResources(a, b),
    new Map([
      ["cpu", 100],
      ["memory", 5],
      ["pods", 1],
    ]),
  );
});

test("what is not named is not there", () => {
  assert.equal(amountOf(a, "nvidia.com/gpu"), 0);
  assert.equal(fitsInto(b, a), false);
  assert.equal(
    fitsInto(
      new Map([
        ["cpu", 100],
        ["pods", 0],
      ]),
      a,
    ),
    true,
  );
  assert.equal(fitsInto(new Map([["cpu", 101]]), a), false);
});
