/**
 * The optimizer's gate: known problems, planned by the command line, checked by a checker that shares no code with it.
 *
 *   npm run -s ci:problems -- SHARED [PROBLEM...]    SHARED has tools/gen-problem.py, tools/verify-plan.py and data/
 *
 * Fails on a violation, on a pod without a place, and on a cost or gap above the limit. Time is printed, not judged: it
 * says more about the machine than about the change. So a cost or gap above the limit gets a second try with another
 * seed, and a last one with four times the time, for a machine that is busy with something else; each try is a row.
 */
import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** @typedef {{ name: string, maxUsd: number, maxGap: number, withinMs: number, peerUsd?: number }} Limit */

/** `maxUsd` is USD an hour, Infinity where the gap alone decides; `peerUsd` what Karpenter's own scheduler reached. */
const LIMITS = /** @type {const} @satisfies {readonly Limit[]} */ ([
  { name: "karp-100.default", maxUsd: 2.457, maxGap: 0, withinMs: 1000, peerUsd: 2.752 },
  { name: "karp-1000.default", maxUsd: 26.41, maxGap: 0.001, withinMs: 1000, peerUsd: 38.31 },
  { name: "karp-1000.cpu16", maxUsd: 26.8, maxGap: 0.004, withinMs: 1000, peerUsd: 28.84 },
  { name: "karp-10000.default", maxUsd: 260.5, maxGap: 0.002, withinMs: 2000, peerUsd: 359.3 },
  { name: "different-1000.default", maxUsd: 37.28, maxGap: 0.002, withinMs: 3000, peerUsd: 48.94 },
  { name: "karp-50000.default", maxUsd: Number.POSITIVE_INFINITY, maxGap: 0.0015, withinMs: 4000 },
]);

/** Seed and factor on the time of each try. */
const TRIES = /** @type {const} */ ([
  { seed: 1, time: 1 },
  { seed: 2, time: 1 },
  { seed: 1, time: 4 },
]);

/** The issue states costs with so many digits; and a proven optimum differs from its bound by rounding alone. */
const COST_SLACK = 1e-6;
const GAP_SLACK = 1e-6;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [shared, ...names] = process.argv.slice(2);
if (shared === undefined) throw new Error("say where the shared folder with tools/ and data/ is");
const catalog = resolve(shared, "data", "ec2-us-east-1.json");
const tools = resolve(shared, "tools");
const work = mkdtempSync(join(tmpdir(), "plimsoll-problems-"));

/**
 * Runs a command with its output in a file: a plan of 50,000 pods is megabytes long.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {string} output path
 */
function run(command, args, output) {
  const file = openSync(output, "w");
  const begin = performance.now();
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ["ignore", file, "inherit"] });
  closeSync(file);
  if (error) throw error;
  return { status, ms: performance.now() - begin };
}

/**
 * @typedef {{ hourlyUsd: number, lowerBoundUsd: number, gap: number | null, greedyHourlyUsd: number, nodes: number,
 *   left: number, ms: number, violations: number, first: string[] }} Verdict
 */

/**
 * @param {Limit} limit
 * @param {{ seed: number, time: number }} attempt
 * @returns {{ row: string[], faults: string[], mayRetry: boolean }}
 */
function examine(limit, attempt) {
  const timeMs = limit.withinMs * attempt.time;
  /** @param {string} part */
  const file = (part) => join(work, `${limit.name}.${part}.json`);
  const [problem, plan, verdict] = /** @type {const} */ ([file("problem"), file("plan"), file("verdict")]);
  if (run("python3", [join(tools, "gen-problem.py"), limit.name], problem).status !== 0) throw new Error("no problem");
  const planned = run(
    process.execPath,
    [
      "src/main.ts",
      "plan",
      "-f",
      problem,
      "--catalog",
      catalog,
      "-o",
      "json",
      "--time-limit",
      `${timeMs}ms`,
      "--seed",
      String(attempt.seed),
    ],
    plan,
  );
  if (planned.status !== 0)
    return { row: [limit.name], faults: [`plimsoll plan ended with ${planned.status}`], mayRetry: false };
  run("python3", [join(tools, "verify-plan.py"), problem, plan, catalog], verdict);
  const found = /** @type {Verdict} */ (JSON.parse(readFileSync(verdict, "utf8")));
  // From the two figures, not from the plan's own word for it.
  const gap = found.lowerBoundUsd > 0 ? found.hourlyUsd / found.lowerBoundUsd - 1 : Number.POSITIVE_INFINITY;
  const faults = [];
  const late = [];
  if (found.violations > 0) faults.push(`${found.violations} violations: ${found.first.join("; ")}`);
  if (found.left > 0) faults.push(`${found.left} pods left`);
  if (found.hourlyUsd > limit.maxUsd + COST_SLACK) late.push(`cost above ${limit.maxUsd}`);
  if (gap > limit.maxGap + GAP_SLACK) late.push(`gap above ${percent(limit.maxGap)}`);
  if (found.hourlyUsd > found.greedyHourlyUsd + COST_SLACK) faults.push("dearer than greedy");
  const row = [
    limit.name,
    found.hourlyUsd.toFixed(4),
    Number.isFinite(limit.maxUsd) ? String(limit.maxUsd) : "-",
    found.lowerBoundUsd.toFixed(4),
    percent(gap),
    percent(limit.maxGap),
    found.greedyHourlyUsd.toFixed(3),
    limit.peerUsd?.toString() ?? "-",
    String(found.nodes),
    found.ms.toFixed(0),
    String(timeMs),
    planned.ms.toFixed(0),
  ];
  return { row, faults: [...faults, ...late], mayRetry: faults.length === 0 && late.length > 0 };
}

/** @param {number} share */
function percent(share) {
  return `${(share * 100).toFixed(3)}%`;
}

const HEAD = "problem,$/h,limit,bound,gap,limit,greedy,peer,nodes,ms,limit,wall ms,result".split(",");
/** @param {readonly string[]} cells */
const line = (cells) => `| ${cells.join(" | ")} |\n`;

const chosen = names.length === 0 ? LIMITS : LIMITS.filter(({ name }) => names.includes(name));
if (chosen.length < names.length) throw new Error(`known problems: ${LIMITS.map(({ name }) => name).join(", ")}`);
process.stdout.write(line(HEAD) + line(HEAD.map(() => "---")));
let failed = 0;
try {
  for (const limit of chosen) {
    let isGood = false;
    for (const attempt of TRIES) {
      const { row, faults, mayRetry } = examine(limit, attempt);
      isGood = faults.length === 0;
      process.stdout.write(line([...row, isGood ? "ok" : `FAILED: ${faults.join(", ")}`]));
      if (!mayRetry) break;
    }
    if (!isGood) failed += 1;
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
const passed = chosen.length - failed;
const report = process.env.PLIMSOLL_TEST_REPORT;
if (report) writeFileSync(report, JSON.stringify({ passed, failed }));
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
