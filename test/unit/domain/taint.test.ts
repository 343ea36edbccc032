/** Taints and tolerations. */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { type Taint, type Toleration, formatTaint, tolerates, untoleratedTaint } from "../../../src/domain/taint.ts";
import { taint, toleration } from "../../support/builders.ts";

describe("a pod may run beside a taint", () => {
  const cases: Record<string, { taint: Taint; toleration?: Toleration; ok: boolean }> = {
    "not without a toleration": { taint: taint("team", "a"), ok: false },
    "not beside NoExecute either": { taint: taint("team", "a", "NoExecute"), ok: false },
    "always beside PreferNoSchedule, which only asks": { taint: taint("team", "a", "PreferNoSchedule"), ok: true },
    "with the same key and value": { taint: taint("team", "a"), toleration: toleration("team", "a"), ok: true },
    "not with another value": { taint: taint("team", "a"), toleration: toleration("team", "b"), ok: false },
    "not with another key": { taint: taint("team", "a"), toleration: toleration("gpu", "a"), ok: false },
    "with Exists, whatever the value": { taint: taint("team", "a"), toleration: toleration("team"), ok: true },
    "with Exists and no key, whatever the taint": {
      taint: taint("team", "a"),
      toleration: { operator: "Exists", value: "" },
      ok: true,
    },
    "not with Equal and no key": { taint: taint("team", ""), toleration: { operator: "Equal", value: "" }, ok: false },
    "with the same effect": {
      taint: taint("team", "a"),
      toleration: { ...toleration("team"), effect: "NoSchedule" },
      ok: true,
    },
    "not with another effect": {
      taint: taint("team", "a"),
      toleration: { ...toleration("team"), effect: "NoExecute" },
      ok: false,
    },
    "with Gt, when the taint's number is above": {
      taint: taint("sla", "95"),
      toleration: { key: "sla", operator: "Gt", value: "90" },
      ok: true,
    },
    "not with Gt, when it is equal": {
      taint: taint("sla", "90"),
      toleration: { key: "sla", operator: "Gt", value: "90" },
      ok: false,
    },
    "with Lt, when the taint's number is below": {
      taint: taint("sla", "9"),
      toleration: { key: "sla", operator: "Lt", value: "10" },
      ok: true,
    },
    "not with Lt, when the taint's value is no number": {
      taint: taint("sla", "low"),
      toleration: { key: "sla", operator: "Lt", value: "10" },
      ok: false,
    },
  };
  test.each(Object.entries(cases))("%s", (_, { taint: one, toleration: covers, ok }) => {
    assert.equal(tolerates([one], covers === undefined ? [] : [covers]), ok);
  });

  test("only if every hard taint is tolerated; the first that is not is named", () => {
    const taints = [taint("a"), taint("soft", "", "PreferNoSchedule"), taint("b", "1")];
    assert.equal(tolerates(taints, [toleration("a"), toleration("b")]), true);
    const left = untoleratedTaint(taints, [toleration("a")]);
    assert.equal(left === undefined ? "" : formatTaint(left), "b=1:NoSchedule");
  });
});
