/**
 * Runs the tests of the optimizer and the endpoint inside Deno, from the same sources and with the same runner.
 *
 *   node scripts/test-deno.mjs [VITEST ARGS...]     without arguments: the paths below
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { findDeno } from "./deno.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const PATHS = [
  "test/unit/solver",
  "test/unit/workers",
  "test/unit/scheduling",
  "test/unit/manifests",
  "test/unit/catalog",
  "test/unit/api",
  "test/contract",
  "test/property",
  "test/e2e/http",
];

const chosen = process.argv.slice(2);
const args = chosen.length > 0 ? chosen : PATHS.filter((path) => existsSync(join(root, path)));
const deno = findDeno(root);
if (deno === undefined) {
  process.stderr.write("no Deno: the npm package `deno` has none for this platform; run `npm ci` or install Deno\n");
  process.exit(1);
}
process.stderr.write(`deno: ${deno}\n`);
const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
const { status } = spawnSync(deno, ["run", "-A", vitest, "run", "--project", "fast", ...args], {
  cwd: root,
  stdio: "inherit",
});
process.exit(status ?? 1);
