import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { PlimsollError } from "../../../src/domain/errors.ts";
import { PoolError, poolError } from "../../../workers/pool-error.ts";
import { decodeError, encodeError, isWorkerNote } from "../../../workers/protocol.ts";

const across = (error: unknown): PoolError => decodeError(structuredClone(encodeError(error)));

describe("errors across the thread boundary", () => {
  const details = { object: "Pod default/web", field: "spec", value: "x", hint: "use y" };

  it.each([
    ["a domain error", new PlimsollError("input", "INVALID_POD", "bad pod", details)],
    ["a pool error", new PoolError("input", "INVALID_POD", "bad pod", details)],
  ])("keep code, kind, message and details of %s", (_, error) => {
    const { code, kind, message, details: kept } = across(error);
    assert.deepEqual(
      { code, kind, message, kept },
      { code: "INVALID_POD", kind: "input", message: "bad pod", kept: details },
    );
  });

  it.each([
    ["an error without a code", new RangeError("classCount is -1"), "classCount is -1"],
    ["a string", "lost", "lost"],
    ["undefined", undefined, "undefined"],
    ["an error whose details cannot be cloned", Object.assign(new Error("odd"), { details: { hint: () => 1 } }), "odd"],
    ["an error of an unknown kind", Object.assign(new Error("odd"), { kind: "weather" }), "odd"],
  ])("make an internal SOLVER_FAILED of %s", (_, thrown, message) => {
    const error = across(thrown);
    assert.equal(error.code, "SOLVER_FAILED");
    assert.equal(error.kind, "internal");
    assert.equal(error.message, `the solver failed: ${message}; this is a bug: report it with the problem`);
    assert.deepEqual(error.details, {});
  });

  it("keep the stack of the worker as the cause", () => {
    assert.match(String(across(new Error("here")).cause), /protocol\.test/);
  });

  it("end their message with the hint", () => {
    const error = poolError("QUEUE_FULL", "the queue is full", "try again later");
    assert.equal(error.message, "the queue is full; try again later");
    assert.deepEqual([error.kind, error.details.hint], ["overload", "try again later"]);
  });
});

describe("notes", () => {
  it("are told from Comlink's messages and other noise", () => {
    assert.ok(isWorkerNote({ type: "ready" }));
    for (const noise of [null, 1, "ready", {}, { id: "1", type: "RAW", value: 1 }, undefined]) {
      assert.equal(isWorkerNote(noise), false, JSON.stringify(noise));
    }
  });
});
