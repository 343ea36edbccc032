/** docs/errors.md explains every error code that the sources raise, and none that they do not. */
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, test } from "vitest";
import { errorCodes } from "./error-codes.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Kinds of `BarCode` in src/scheduling: they choose words, and reach nobody. */
const NEVER_SHOWN = new Set(["DAEMONS", "LIMIT", "UNSCHEDULABLE"]);

function raised(): ReadonlyMap<string, string> {
  const codes = new Map<string, string>();
  for (const folder of ["solver", "workers", "src"]) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !entry.name.endsWith(".ts")) continue;
      const path = join(entry.parentPath, entry.name);
      for (const code of errorCodes(path, readFileSync(path, "utf8"))) {
        if (!NEVER_SHOWN.has(code)) codes.set(code, relative(root, path));
      }
    }
  }
  return codes;
}

/** Codes that open a row of a table. */
function documented(): ReadonlySet<string> {
  const text = readFileSync(join(root, "docs", "errors.md"), "utf8");
  return new Set([...text.matchAll(/^\| `([A-Z0-9_]+)` +\|/gm)].map((row) => row[1]!));
}

describe("docs/errors.md", () => {
  test("explains every code that the sources raise", () => {
    const known = documented();
    const missing = [...raised()].filter(([code]) => !known.has(code)).map(([code, path]) => `${code} (${path})`);
    assert.deepEqual(missing.sort(), [], "add these codes to docs/errors.md");
  });

  test("explains no code that nothing raises", () => {
    const codes = raised();
    const stale = [...documented()].filter((code) => !codes.has(code));
    assert.deepEqual(stale, [], "remove these codes from docs/errors.md");
  });
});

describe("the search for codes", () => {
  const cases: Readonly<Record<string, readonly [source: string, codes: readonly string[]]>> = {
    "an argument of an error": ['throw new PlimsollError("input", "BAD_THING", "text");', ["BAD_THING"]],
    "a code of one word": ['throw poolError("DEADLINE", "too late", "wait");', ["DEADLINE"]],
    "a property": ['const fault = { code: "CLOSED" };', ["CLOSED"]],
    "a default": ['function fail(code = "ODD") {} function g(code = "MISSING") {}', ["MISSING"]],
    "a union of codes": ['export type PoolErrorCode = "ABORTED" | "QUEUE_FULL";', ["ABORTED", "QUEUE_FULL"]],
    "a field's type": ['interface A { readonly code: "TIMEOUT" }', ["TIMEOUT"]],
    "a comparison is none": ['if (error.code === "BAD_ALIAS") switch (code) { case "BAD_TAG": }', []],
    "a table of statuses is none": ['new Map([["NOT_HERE", 404]]);', []],
    "a setting is none": ['const env = "PLIMSOLL_MAX_QUEUE";', []],
    "another word in capitals is none": ['const method = "POST"; send("DELETE");', []],
  };
  for (const [name, [source, codes]] of Object.entries(cases)) {
    test(name, () => assert.deepEqual([...errorCodes("case.ts", source)].sort(), codes));
  }
});
