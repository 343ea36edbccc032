/** `npm run bench:check`: ratios that must not get worse, by a work limit instead of time: the same on every machine. */
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { loadEmbeddedCatalog } from "../src/adapters/catalog/index.ts";
import { createGlpk } from "../solver/glpk/glpk.ts";
import { summarise } from "./report.ts";
import { costSuite } from "./suites/cost.ts";

/** A gap may exceed the recorded one by this much: prices and the order of equal shapes move a little. */
const TOLERANCE = 5e-4;
const FLOORS = fileURLToPath(new URL("./floors.json", import.meta.url));

/** By `scenario pods`: the gap that was reached when the floors were recorded. */
type Floors = Readonly<Record<string, number>>;

async function main(): Promise<void> {
  const settings = { pods: [100, 400], seeds: [1], timeLimitMs: Infinity, workLimit: 1500, scenarios: [] };
  const catalog = await loadEmbeddedCatalog();
  const summaries = summarise(costSuite(settings, catalog, await createGlpk(), () => undefined));
  const reached = Object.fromEntries(summaries.map((one) => [`${one.scenario} ${String(one.pods)}`, one.worstGap]));
  if (process.argv.includes("--record")) {
    writeFileSync(FLOORS, `${JSON.stringify(reached, null, 2)}\n`);
    return;
  }
  const floors = JSON.parse(readFileSync(FLOORS, "utf8")) as Floors;
  let failed = 0;
  for (const one of summaries) {
    const key = `${one.scenario} ${String(one.pods)}`;
    const floor = floors[key];
    const isGood =
      floor !== undefined && one.worstGap <= floor + TOLERANCE && one.invalid === 0 && one.greedyOverPlan >= 1;
    if (!isGood) failed++;
    const figures = `gap ${one.worstGap.toFixed(5)}, recorded ${floor?.toFixed(5) ?? "never"}, invalid ${String(one.invalid)}`;
    process.stdout.write(`${isGood ? "ok  " : "WORSE"} ${key}: ${figures}, greedy x${one.greedyOverPlan.toFixed(3)}\n`);
  }
  process.stdout.write(`${String(summaries.length - failed)} passed, ${String(failed)} failed\n`);
  process.exitCode = failed > 0 ? 1 : 0;
}

await main();
