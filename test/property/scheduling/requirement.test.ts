/** The requirement algebra against brute force over a small world of values. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import {
  type Operator,
  type Requirement,
  allows,
  intersectRequirements,
  intersectSets,
  intersects,
  isImpossible,
  requirementsOf,
  valueSetOf,
} from "../../../src/domain/requirement.ts";

/** Every value that the generated requirements can tell apart, and a missing label. */
const WORLD: readonly (string | undefined)[] = [
  undefined,
  "a",
  "b",
  "c",
  ...Array.from({ length: 12 }, (_, i) => String(i - 3)),
];

/** Kubernetes' own words, without the algebra. */
function holds(requirement: Requirement, value: string | undefined): boolean {
  const bound = Number(requirement.values[0]);
  const number = value !== undefined && /^-?\d+$/.test(value) ? Number(value) : undefined;
  const compare = (ok: (n: number) => boolean): boolean => number !== undefined && ok(number);
  switch (requirement.operator) {
    case "In":
      return value !== undefined && requirement.values.includes(value);
    case "NotIn":
      return value === undefined || !requirement.values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
      return compare((n) => n > bound);
    case "Gte":
      return compare((n) => n >= bound);
    case "Lt":
      return compare((n) => n < bound);
    case "Lte":
      return compare((n) => n <= bound);
  }
}

const listValue = fc.constantFrom("a", "b", "0", "1", "2", "3", "4");
const bound = fc.integer({ min: -1, max: 6 }).map(String);
const aRequirement = (key: fc.Arbitrary<string>): fc.Arbitrary<Requirement> =>
  fc.oneof(
    fc.record({
      key,
      operator: fc.constantFrom<Operator>("In", "NotIn"),
      values: fc.uniqueArray(listValue, { maxLength: 4 }),
    }),
    fc.record({ key, operator: fc.constantFrom<Operator>("Exists", "DoesNotExist"), values: fc.constant([]) }),
    fc.record({
      key,
      operator: fc.constantFrom<Operator>("Gt", "Gte", "Lt", "Lte"),
      values: bound.map((value) => [value]),
    }),
  );
const onOneKey = aRequirement(fc.constant("k"));

test("a set allows exactly what the requirement says", () => {
  fc.assert(
    fc.property(onOneKey, (requirement) => {
      const set = valueSetOf(requirement);
      for (const value of WORLD) assert.equal(allows(set, value), holds(requirement, value), String(value));
    }),
    { numRuns: 2000 },
  );
});

test("intersections allow what all parts allow, in any order, and are impossible just when nothing is left", () => {
  fc.assert(
    fc.property(fc.array(onOneKey, { minLength: 1, maxLength: 5 }), (list) => {
      const set = requirementsOf(list).get("k")!;
      const reversed = list.map(valueSetOf).reduceRight((a, b) => intersectSets(b, a));
      let any = false;
      for (const value of WORLD) {
        const expected = list.every((requirement) => holds(requirement, value));
        assert.equal(allows(set, value), expected, String(value));
        assert.equal(allows(reversed, value), expected, String(value));
        any ||= expected;
      }
      assert.equal(isImpossible(set), !any);
    }),
    { numRuns: 3000 },
  );
});

test("two sets of requirements intersect just when one assignment of labels satisfies both", () => {
  const some = fc.array(aRequirement(fc.constantFrom("x", "y")), { maxLength: 4 });
  fc.assert(
    fc.property(some, some, (left, right) => {
      const all = [...left, ...right];
      // Keys do not touch each other: an assignment exists when each key has a value.
      const possible = ["x", "y"].every((key) =>
        WORLD.some((value) => all.every((requirement) => requirement.key !== key || holds(requirement, value))),
      );
      const [a, b] = [requirementsOf(left), requirementsOf(right)];
      assert.equal(intersects(a, b), possible);
      assert.equal(
        [...intersectRequirements(a, b).values()].every((set) => !isImpossible(set)),
        possible,
      );
    }),
    { numRuns: 3000 },
  );
});
