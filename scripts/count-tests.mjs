/**
 * Adds up what the steps of .ci/run left in a folder, prints `N passed, N failed`, and fails when something failed.
 *
 *   node scripts/count-tests.mjs FOLDER
 *
 * NAME.status holds the step's exit code; NAME.json, where there is one, vitest's report or `{passed, failed}`.
 */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

/** @typedef {{ passed: number, failed: number }} Count */

const folder = process.argv[2];
if (folder === undefined) throw new Error("say which folder holds the reports");

/** @type {Count} */
const total = { passed: 0, failed: 0 };
for (const file of readdirSync(folder).filter((name) => name.endsWith(".status"))) {
  const name = file.slice(0, -".status".length);
  const exitCode = Number(readFileSync(join(folder, file), "utf8"));
  const count = countOf(join(folder, `${name}.json`), exitCode);
  process.stdout.write(`${name.padEnd(10)} ${count.passed} passed, ${count.failed} failed\n`);
  total.passed += count.passed;
  total.failed += count.failed;
}
if (total.passed + total.failed === 0) throw new Error("no step left a result");
process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
process.exit(total.failed === 0 ? 0 : 1);

/**
 * @param {string} report
 * @param {number} exitCode
 * @returns {Count} a step without a report is one check; one that failed beyond its tests has one failure more
 */
function countOf(report, exitCode) {
  if (!existsSync(report)) return exitCode === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  /** @type {{ passed?: number, failed?: number, numPassedTests?: number, numFailedTests?: number }} */
  const told = JSON.parse(readFileSync(report, "utf8"));
  const passed = told.passed ?? told.numPassedTests ?? 0;
  const failed = told.failed ?? told.numFailedTests ?? 0;
  // A file that does not load, or an error after the last test, fails no test but the run.
  return { passed, failed: exitCode !== 0 && failed === 0 ? 1 : failed };
}
