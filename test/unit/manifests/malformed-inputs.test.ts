/** Every malformed input is answered by an error that names object, field and value. */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { PlimsollError } from "../../../src/domain/errors.ts";
import type { ErrorDetails } from "../../../src/domain/errors.ts";
import { readManifests } from "../../../src/api/manifests/index.ts";
import { MALFORMED_INPUTS } from "../../support/malformed-inputs.ts";
import type { MalformedInput } from "../../support/malformed-inputs.ts";

function check(input: MalformedInput, code: string, message: string, details: ErrorDetails): void {
  const { expect } = input;
  assert.equal(code, expect.code, message);
  for (const key of ["object", "field", "value"] as const) {
    if (expect[key] === undefined) continue;
    assert.equal(details[key], expect[key], message);
    assert.ok(message.includes(expect[key]), `the message lacks ${expect[key]}: ${message}`);
  }
  if (expect.line !== undefined) assert.equal(details.source, `in.yaml:${String(expect.line)}`, message);
  assert.ok((details.source ?? "").startsWith("in.yaml") || expect.code === "TOO_MANY_PODS", message);
  assert.ok((details.hint ?? "") !== "", "there is no hint");
  assert.ok(message.endsWith(details.hint ?? "?"), `the message does not end with the hint: ${message}`);
}

describe("malformed input", () => {
  test("there are at least forty of them, each with a name of its own", () => {
    assert.ok(MALFORMED_INPUTS.length >= 40);
    assert.equal(new Set(MALFORMED_INPUTS.map(({ name }) => name)).size, MALFORMED_INPUTS.length);
  });

  test.each(MALFORMED_INPUTS.filter(({ outcome }) => outcome === "error"))("$name", (input) => {
    try {
      readManifests([{ name: "in.yaml", text: input.text }]);
    } catch (error) {
      assert.ok(error instanceof PlimsollError, String(error));
      assert.equal(error.kind, "input");
      check(input, error.code, error.message, error.details);
      return;
    }
    assert.fail("it was accepted");
  });

  test.each(MALFORMED_INPUTS.filter(({ outcome }) => outcome === "rejected"))("$name", (input) => {
    const { pods, rejected } = readManifests([{ name: "in.yaml", text: input.text }]);
    assert.equal(pods.length, 1, "the good pod is gone");
    assert.equal(rejected.length, 1);
    const [entry] = rejected;
    assert.ok(entry);
    check(input, entry.code, entry.message, entry.details);
  });
});
