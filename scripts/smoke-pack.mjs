/** Does the npm package work? Packs it, installs it in an empty folder, and uses its command, its library and typings. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), "plimsoll-pack-"));

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, path?: string | undefined }} [options] `path`: a folder to put first on PATH
 * @returns {string} its stdout
 */
function run(command, args, { cwd = folder, path } = {}) {
  const env = { ...process.env, PATH: [...(path ? [path] : []), process.env.PATH].join(delimiter) };
  const { status, stdout, error } = spawnSync(command, args, {
    cwd,
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 2 ** 26,
  });
  if (error) throw error;
  assert.equal(status, 0, `${command} ${args.join(" ")} ended with ${String(status)}: ${stdout.slice(-2000)}`);
  return stdout;
}

try {
  run("npm", ["pack", "--loglevel=warn", "--pack-destination", folder], { cwd: root });
  const packed = readdirSync(folder).find((name) => name.endsWith(".tgz"));
  assert.ok(packed !== undefined, "npm pack makes a file");
  writeFileSync(join(folder, "package.json"), '{"private":true,"type":"module"}\n');
  run("npm", ["install", "--no-audit", "--no-fund", "--omit=dev", `./${packed}`]);

  const { version } = /** @type {{ version: string }} */ (JSON.parse(readFileSync(join(root, "package.json"), "utf8")));
  const bin = join(folder, "node_modules", ".bin", "plimsoll");
  const example = join(root, "examples", "online-boutique.yaml");
  // The machine's own Node, the oldest one promised, and the one that the checkout runs on.
  const newer = join(root, ".tools", "node_modules", "node", "bin");
  for (const path of [undefined, ...(existsSync(newer) ? [newer] : [])]) {
    const node = run("node", ["--version"], { path }).trim();
    assert.match(run(bin, ["--help"], { path }), /plan/);
    assert.equal(run(bin, ["--version"], { path }).trim(), version);
    const plan = /** @type {{ nodes: unknown[], cost: { hourlyUsd: number } }} */ (
      JSON.parse(run(bin, ["plan", "-f", example, "-o", "json"], { path }))
    );
    assert.ok(plan.nodes.length > 0 && plan.cost.hourlyUsd > 0, "the installed command plans");
    const names = run("node", ["-e", 'import("plimsoll").then((m) => console.log(Object.keys(m).join(" ")))'], {
      path,
    });
    assert.notEqual(names.trim(), "", "the library exports something");
    console.log(`pack: plimsoll ${version} works on Node ${node}; library: ${names.trim()}`);
  }

  // The wrong option must be an error: typings that do not resolve are `any`, and `any` takes everything.
  writeFileSync(
    join(folder, "use.ts"),
    [
      'import { createPlimsoll, PlimsollError, type PlanResponse } from "plimsoll";',
      "const plimsoll = await createPlimsoll({ workers: 1 });",
      "// @ts-expect-error there is no such option",
      "await createPlimsoll({ nonsense: 1 });",
      "export const workers: number = plimsoll.poolStatus().workers;",
      "export const costOf = (plan: PlanResponse): number => plan.cost.hourlyUsd;",
      'export const codeOf = (error: unknown): string => (error instanceof PlimsollError ? error.code : "");',
      "",
    ].join("\n"),
  );
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const typing = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--target", "es2023"];
  const types = ["--types", "node", "--typeRoots", join(root, "node_modules", "@types")];
  run(process.execPath, [tsc, ...typing, ...types, "use.ts"]);
  console.log("pack: the typings compile");
} finally {
  rmSync(folder, { recursive: true, force: true });
}
