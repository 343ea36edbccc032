/** `npm run bench`: greedy against ILP, on workloads drawn from seeds, every plan checked before it counts. */
import { writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import process from "node:process";
import { SingleBar } from "cli-progress";
import { Command } from "commander";
import { loadCatalogFile, loadEmbeddedCatalog } from "../src/adapters/catalog/index.ts";
import { createGlpk } from "../solver/glpk/glpk.ts";
import { warmUpSolver } from "../solver/warm-up.ts";
import { asMarkdown, asTable, summarise } from "./report.ts";
import { SCENARIOS } from "./scenarios/index.ts";
import { costSuite, countCases } from "./suites/cost.ts";
import type { CostSettings } from "./suites/cost.ts";

interface Flags {
  readonly pods: string;
  readonly seeds: string;
  readonly time: string;
  readonly scenario: string[];
  readonly catalog?: string;
  readonly output: "table" | "json" | "markdown";
  readonly save?: string;
}

const numbers = (text: string, what: string): number[] =>
  text.split(",").map((part) => {
    const value = Number(part);
    if (!Number.isInteger(value) || value < 1) throw new RangeError(`${what}: ${part} is not a whole number above 0`);
    return value;
  });

async function main(): Promise<void> {
  const command = new Command("bench")
    .description("Cost of a plan against the bound and the baselines; one solver thread, no other load, please.")
    .option("--pods <list>", "sizes, separated by commas", "100,1000")
    .option("--seeds <n>", "seeds 1 to n for each case", "3")
    .option("--time <ms>", "time limit of one solve in ms", "1000")
    .option("--scenario <name...>", `of ${SCENARIOS.map((one) => one.name).join(", ")}`, [])
    .option("--catalog <file>", "another catalogue than the embedded one")
    .option("-o, --output <form>", "table, json or markdown", "table")
    .option("--save <file>", "write the JSON report there as well")
    .parse();
  const flags = command.opts<Flags>();
  const known = SCENARIOS.map((one) => one.name);
  const unknown = flags.scenario.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new RangeError(`--scenario: there is no ${unknown.join(", ")}; there are ${known.join(", ")}`);
  const settings: CostSettings = {
    pods: numbers(flags.pods, "--pods"),
    seeds: Array.from({ length: numbers(flags.seeds, "--seeds")[0]! }, (_, i) => i + 1),
    timeLimitMs: numbers(flags.time, "--time")[0]!,
    workLimit: Infinity,
    scenarios: flags.scenario,
  };
  const catalog = flags.catalog === undefined ? await loadEmbeddedCatalog() : await loadCatalogFile(flags.catalog);
  const linear = await createGlpk();
  warmUpSolver(linear, () => performance.now());
  const bar = new SingleBar({ format: "{bar} {value}/{total} {label}", noTTYOutput: false, stream: process.stderr });
  bar.start(countCases(settings), -1, { label: "" });
  const rows = costSuite(settings, catalog, linear, (label) => {
    bar.increment({ label });
  });
  bar.stop();
  const summaries = summarise(rows);
  const report = {
    machine: machine(),
    settings: { ...settings, workLimit: null },
    catalog: catalog.info(),
    summaries,
    rows,
  };
  if (flags.save !== undefined) writeFileSync(flags.save, JSON.stringify(report, null, 1));
  if (flags.output === "json") process.stdout.write(`${JSON.stringify(report, null, 1)}\n`);
  else
    process.stdout.write(
      `${flags.output === "markdown" ? asMarkdown(summaries) : asTable(summaries)}\n\n${legend(settings)}\n`,
    );
  process.exitCode = summaries.some((one) => one.invalid > 0) ? 1 : 0;
}

function legend(settings: CostSettings): string {
  const { cpu, load, runtime } = machine();
  return [
    `Medians over ${String(settings.seeds.length)} seeds, ${String(settings.timeLimitMs)} ms a solve. gap: over the proven bound. greedy: first-fit-decreasing`,
    "as Karpenter does it; node groups: least waste as Cluster Autoscaler does it; both over the plan's cost on the same problem.",
    `${cpu}, ${runtime}, load ${load}. Compare only within one run.`,
  ].join("\n");
}

function machine(): Record<"cpu" | "memory" | "runtime" | "load", string> {
  return {
    cpu: `${String(cpus().length)} x ${cpus()[0]?.model ?? "unknown"}`,
    memory: `${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    runtime: `Node ${process.versions.node}`,
    load: loadavg()[0]!.toFixed(1),
  };
}

main().catch((error: unknown) => {
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
});
