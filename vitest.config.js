/** Two projects: `fast` (everything but the page) and `page`, which needs a Chromium and says so when there is none. */
import process from "node:process";
import { defineConfig } from "vitest/config";
import { findChromium } from "./scripts/chromium.mjs";

const chromium = findChromium();

/** @type {import("vitest/config").TestProjectConfiguration} */
const fast = {
  extends: true,
  test: { name: "fast", include: ["test/**/*.test.ts"], exclude: ["test/e2e/page/**"] },
};

/** @type {import("vitest/config").TestProjectConfiguration} */
const page = {
  extends: true,
  test: {
    name: "page",
    include: chromium === undefined ? [] : ["test/e2e/page/**/*.test.ts"],
    env: { PLIMSOLL_CHROMIUM: chromium ?? "" },
    testTimeout: 60_000,
  },
};

if (chromium === undefined) {
  process.stderr.write(
    "page tests: skipped, no Chromium found (install `chromium`, or set PLIMSOLL_CHROMIUM to its path)\n",
  );
}

/** CI counts tests from a file beside the output for people. */
const report = process.env.PLIMSOLL_TEST_REPORT;

export default defineConfig({
  test: {
    reporters: report ? ["default", ["json", { outputFile: report }]] : ["default"],
    // Two busy cores: a worker that has to load GLPK may be slow to begin.
    testTimeout: 20_000,
    hookTimeout: 30_000,
    projects: [fast, page],
    passWithNoTests: chromium === undefined,
  },
});
