/** Label selectors. */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { type LabelSelector, selectorMatches, selectorSignature } from "../../../src/domain/label-selector.ts";
import { selector } from "../../support/builders.ts";

const labels = new Map([
  ["app", "web"],
  ["tier", "front"],
]);

describe("a selector matches app=web, tier=front", () => {
  const cases: Record<string, { selector: LabelSelector | undefined; ok: boolean }> = {
    "when it is empty": { selector: selector(), ok: true },
    "not when it is absent": { selector: undefined, ok: false },
    "when its labels are among them": { selector: selector({ app: "web" }), ok: true },
    "not when one label differs": { selector: selector({ app: "web", tier: "back" }), ok: false },
    "by In": { selector: selector({}, { key: "app", operator: "In", values: ["db", "web"] }), ok: true },
    "not by In without the value": {
      selector: selector({}, { key: "app", operator: "In", values: ["db"] }),
      ok: false,
    },
    "not by In on a missing key": { selector: selector({}, { key: "x", operator: "In", values: ["a"] }), ok: false },
    "by NotIn on a missing key": { selector: selector({}, { key: "x", operator: "NotIn", values: ["a"] }), ok: true },
    "not by NotIn with the value": {
      selector: selector({}, { key: "app", operator: "NotIn", values: ["web"] }),
      ok: false,
    },
    "by Exists": { selector: selector({}, { key: "app", operator: "Exists", values: [] }), ok: true },
    "not by Exists on a missing key": {
      selector: selector({}, { key: "x", operator: "Exists", values: [] }),
      ok: false,
    },
    "by DoesNotExist on a missing key": {
      selector: selector({}, { key: "x", operator: "DoesNotExist", values: [] }),
      ok: true,
    },
    "not when one part fails": {
      selector: selector({ app: "web" }, { key: "tier", operator: "DoesNotExist", values: [] }),
      ok: false,
    },
  };
  test.each(Object.entries(cases))("%s", (_, { selector: one, ok }) => {
    assert.equal(selectorMatches(one, labels), ok);
  });
});

test("the order of the parts does not change the signature, a value does", () => {
  const ab = selector({ a: "1", b: "2" });
  assert.equal(selectorSignature(ab), selectorSignature(selector({ b: "2", a: "1" })));
  assert.notEqual(selectorSignature(ab), selectorSignature(selector({ a: "1", b: "3" })));
  const list = (...values: string[]): LabelSelector => selector({}, { key: "a", operator: "In", values });
  assert.equal(selectorSignature(list("1")), selectorSignature(selector({ a: "1" })));
  assert.notEqual(selectorSignature(undefined), selectorSignature(selector()));
});
