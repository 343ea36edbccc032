/** Members of JSON objects by their text, against JSON.parse. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { jsonMembers } from "../../../src/api/http/json-members.ts";

test("gives the texts that JSON.parse reads as the members", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.boolean(), (object, pretty) => {
      const text = JSON.stringify(object, undefined, pretty ? 2 : undefined);
      const members = jsonMembers(text);
      assert.ok(members !== undefined, text);
      assert.deepEqual(
        members.map((member) => [member.key, JSON.parse(member.text) as unknown]),
        Object.entries(JSON.parse(text) as object),
      );
      for (const member of members) assert.ok(text.startsWith(member.text, member.offset));
    }),
    { numRuns: 500 },
  );
});

test("shows keys that are given twice", () => {
  assert.deepEqual(
    jsonMembers('{"a":1,"a":[2]}')?.map((member) => member.text),
    ["1", "[2]"],
  );
});

test("is no object: undefined", () => {
  for (const text of [
    "",
    "[]",
    "1",
    '"a"',
    "{",
    '{"a"}',
    '{"a":}',
    '{"a":1',
    '{"a":1,}',
    '{"a":1}x',
    "{a: 1}",
    '{"a":"b}',
    '{"a":1]',
    "kind: Pod",
  ]) {
    assert.equal(jsonMembers(text), undefined, text);
  }
});

test("is not impressed by deep nesting", () => {
  const deep = `{"a":${"[".repeat(200_000)}${"]".repeat(200_000)},"b":1}`;
  assert.equal(jsonMembers(deep)?.[1]?.text, "1");
});
