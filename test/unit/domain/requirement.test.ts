/** The requirement algebra, rule by rule. */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import {
  type Requirement,
  allows,
  allowsLabels,
  canonicalLabels,
  conflictingKey,
  formatRequirements,
  formatValueSet,
  intersectSets,
  intersects,
  isImpossible,
  requirementsOf,
  valueSetOf,
} from "../../../src/domain/requirement.ts";
import { requirement } from "../../support/builders.ts";

const one = (...args: Parameters<typeof requirement>): Requirement => requirement(...args);

describe("what a requirement allows", () => {
  const cases: Record<string, { set: Requirement; yes: (string | undefined)[]; no: (string | undefined)[] }> = {
    "In takes its values and nothing else": {
      set: one("k", "In", "a", "b"),
      yes: ["a", "b"],
      no: ["c", "", undefined],
    },
    "In without values takes nothing, not even a missing label": { set: one("k", "In"), yes: [], no: ["a", undefined] },
    "NotIn takes other values and a missing label": { set: one("k", "NotIn", "a"), yes: ["b", undefined], no: ["a"] },
    "Exists takes any value, but not a missing label": { set: one("k", "Exists"), yes: ["a", ""], no: [undefined] },
    "DoesNotExist takes only a missing label": { set: one("k", "DoesNotExist"), yes: [undefined], no: ["a", ""] },
    "Gt is strict": { set: one("k", "Gt", "2"), yes: ["3", "10"], no: ["2", "1", undefined] },
    "Gte includes its bound": { set: one("k", "Gte", "2"), yes: ["2", "3"], no: ["1", undefined] },
    "Lt is strict": { set: one("k", "Lt", "2"), yes: ["1", "-4", "0"], no: ["2", "3", undefined] },
    "Lte includes its bound": { set: one("k", "Lte", "2"), yes: ["2", "1"], no: ["3", undefined] },
    "numbers are compared as numbers, not as text": { set: one("k", "Gt", "9"), yes: ["10", "0010"], no: ["9", "8"] },
    "a value that is no whole number is outside every range": {
      set: one("k", "Gt", "0"),
      yes: ["1"],
      no: ["x", "1.5", ""],
    },
    "a bound that is no whole number leaves nothing": { set: one("k", "Gt", "x"), yes: [], no: ["1", "x", undefined] },
  };
  test.each(Object.entries(cases))("%s", (_, { set, yes, no }) => {
    for (const value of yes) assert.equal(allows(valueSetOf(set), value), true, `allows ${String(value)}`);
    for (const value of no) assert.equal(allows(valueSetOf(set), value), false, `refuses ${String(value)}`);
  });
});

describe("two requirements on one key", () => {
  const cases: Record<string, { both: [Requirement, Requirement]; prints: string; possible: boolean }> = {
    "two lists leave what is in both": {
      both: [one("k", "In", "a", "b"), one("k", "In", "b", "c")],
      prints: "In [b]",
      possible: true,
    },
    "lists with nothing in common contradict": {
      both: [one("k", "In", "a"), one("k", "In", "b")],
      prints: "nothing (the requirements contradict)",
      possible: false,
    },
    "NotIn takes values out of a list": {
      both: [one("k", "In", "a", "b"), one("k", "NotIn", "a")],
      prints: "In [b]",
      possible: true,
    },
    "a range filters a list": {
      both: [one("k", "In", "1", "5", "x"), one("k", "Gt", "2")],
      prints: "In [5]",
      possible: true,
    },
    "two ranges leave their overlap": {
      both: [one("k", "Gt", "2"), one("k", "Lt", "9")],
      prints: ">= 3 and <= 8",
      possible: true,
    },
    "ranges that do not meet contradict": {
      both: [one("k", "Gt", "8"), one("k", "Lt", "9")],
      prints: "nothing (the requirements contradict)",
      possible: false,
    },
    "an open range stays possible when its first value is excluded": {
      both: [requirement("k", "NotIn", "5"), one("k", "Gte", "5")],
      prints: ">= 5 and NotIn [5]",
      possible: true,
    },
    "DoesNotExist and Exists contradict": {
      both: [one("k", "DoesNotExist"), one("k", "Exists")],
      prints: "nothing (the requirements contradict)",
      possible: false,
    },
    "DoesNotExist and NotIn leave the missing label": {
      both: [one("k", "DoesNotExist"), one("k", "NotIn", "a")],
      prints: "DoesNotExist",
      possible: true,
    },
  };
  test.each(Object.entries(cases))("%s", (_, { both, prints, possible }) => {
    const set = intersectSets(valueSetOf(both[0]), valueSetOf(both[1]));
    assert.equal(formatValueSet(set), prints);
    assert.equal(isImpossible(set), !possible);
    assert.equal(intersects(requirementsOf([both[0]]), requirementsOf([both[1]])), possible);
  });

  test("a closed range with all its numbers excluded is impossible", () => {
    const all = requirementsOf([one("k", "Gte", "5"), one("k", "Lte", "6"), one("k", "NotIn", "5", "6")]);
    assert.equal(isImpossible(all.get("k")!), true);
  });
});

test("minValues survives an intersection, the larger one wins", () => {
  const wide = valueSetOf({ key: "k", operator: "In", values: ["a", "b"], minValues: 2 });
  const narrow = valueSetOf({ key: "k", operator: "Exists", values: [], minValues: 5 });
  assert.equal(intersectSets(wide, narrow).minValues, 5);
});

test("requirements on different keys do not touch each other", () => {
  assert.equal(intersects(requirementsOf([one("a", "In", "x")]), requirementsOf([one("b", "In", "y")])), true);
});

test("the conflicting key is named", () => {
  const left = requirementsOf([one("a", "In", "x"), one("b", "In", "y")]);
  assert.equal(conflictingKey(left, requirementsOf([one("b", "NotIn", "y"), one("c", "Exists")])), "b");
});

describe("old names of well-known labels", () => {
  const cases: Record<string, [string, string]> = {
    "beta arch is arch": ["beta.kubernetes.io/arch", "kubernetes.io/arch"],
    "beta os is os": ["beta.kubernetes.io/os", "kubernetes.io/os"],
    "beta instance type is instance type": ["beta.kubernetes.io/instance-type", "node.kubernetes.io/instance-type"],
    "failure-domain zone is topology zone": ["failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone"],
    "failure-domain region is topology region": [
      "failure-domain.beta.kubernetes.io/region",
      "topology.kubernetes.io/region",
    ],
  };
  test.each(Object.entries(cases))("%s", (_, [old, today]) => {
    assert.equal(allowsLabels(requirementsOf([one(old, "In", "x")]), new Map([[today, "x"]])), true);
    assert.equal(canonicalLabels(new Map([[old, "x"]])).get(today), "x");
    const both = new Map([
      [old, "old"],
      [today, "new"],
    ]);
    assert.equal(canonicalLabels(both).get(today), "new");
  });
});

test("prototype names are keys like any other", () => {
  const set = requirementsOf([one("__proto__", "In", "constructor")]);
  assert.equal(allowsLabels(set, new Map([["__proto__", "constructor"]])), true);
  assert.equal(allowsLabels(set, new Map()), false);
});

test("printing is short and in the order of keys", () => {
  const many = Array.from({ length: 9 }, (_, i) => `v${i}`);
  const set = requirementsOf([one("z", "In", "a"), one("b", "In", ...many), one("c", "Gt", "4")]);
  assert.equal(formatRequirements(set), "b In [v0, v1, v2, v3, v4, ... 4 more], c >= 5, z=a");
});
