/** The closing line of CI counts everything, and nothing that failed gets lost. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { describe, test } from "vitest";

const script = fileURLToPath(new URL("../../../scripts/count-tests.mjs", import.meta.url));

function count(files: Readonly<Record<string, unknown>>): { readonly line: string; readonly status: number | null } {
  const folder = mkdtempSync(join(tmpdir(), "plimsoll-count-"));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), JSON.stringify(content));
    const { stdout, status } = spawnSync(process.execPath, [script, folder], { encoding: "utf8" });
    return { line: stdout.trimEnd().split("\n").at(-1) ?? "", status };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe("the closing line", () => {
  const passing = { numPassedTests: 10, numFailedTests: 0 };
  const cases: Readonly<Record<string, readonly [files: Readonly<Record<string, unknown>>, line: string]>> = {
    "sums the tests of all runners, and a step without a report is one": [
      {
        "test.status": 0,
        "test.json": passing,
        "problems.status": 0,
        "problems.json": { passed: 6, failed: 0 },
        "lint.status": 0,
      },
      "17 passed, 0 failed",
    ],
    "counts failed tests": [
      { "test.status": 1, "test.json": { numPassedTests: 8, numFailedTests: 2 } },
      "8 passed, 2 failed",
    ],
    "counts a failed step without a report": [{ "lint.status": 2 }, "0 passed, 1 failed"],
    "counts a run that failed though each test passed": [
      { "test.status": 1, "test.json": passing },
      "10 passed, 1 failed",
    ],
  };
  for (const [name, [files, line]] of Object.entries(cases)) {
    test(name, () => assert.deepEqual(count(files), { line, status: line.endsWith(" 0 failed") ? 0 : 1 }));
  }

  test("is none, but an error, when no step ran", () => {
    assert.equal(count({}).status, 1);
  });
});
