/** The documentation lists every code that reading can answer with, and no other. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "vitest";

const root = new URL("../../../", import.meta.url);

test("docs/manifests.md and the sources have the same error codes", () => {
  const folder = new URL("src/api/manifests/", root);
  const used = new Set(["INVALID_FIELD"]);
  for (const file of readdirSync(folder)) {
    const text = readFileSync(new URL(file, folder), "utf8");
    for (const [, code] of text.matchAll(/"([A-Z]+(?:_[A-Z]+)+)"/g)) if (code !== undefined) used.add(code);
  }
  // The first is for a list that is never empty where it is asked, the others are codes of the YAML parser.
  for (const code of ["INVALID_INPUT", "BAD_ALIAS", "TAG_RESOLVE_FAILED"]) used.delete(code);
  const docs = readFileSync(new URL("docs/manifests.md", root), "utf8");
  const documented = new Set(
    [...docs.slice(docs.indexOf("## Errors")).matchAll(/`([A-Z]+(?:_[A-Z]+)+)`/g)].map(([, code]) => code),
  );
  assert.ok(used.size > 20);
  assert.deepEqual([...documented].sort(), [...used].sort());
});
