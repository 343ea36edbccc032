/** `plimsoll plan`: manifests in, a plan out. */
import { availableParallelism } from "node:os";
import type { Command } from "commander";
import type { PlanOptions } from "../api/plan-service.ts";
import type { PlanResponse } from "../api/plan-response.ts";
import { CATALOG_SETTINGS, PLAN_SETTINGS } from "../api/settings.ts";
import { inputError } from "../domain/errors.ts";
import { addSettings, outputOption, serialize, settingsFrom, typedSettings, type OutputFormat } from "./options.ts";
import { startProgress } from "./progress.ts";
import { readSources } from "./read-sources.ts";
import type { CliRuntime } from "./runtime.ts";
import { createStyle } from "./table/style.ts";
import { EXIT, isFancy, widthOf, write, type CliIo } from "./terminal.ts";

/** Adds the subcommand. `finish` takes its exit code. */
export function addPlanCommand(program: Command, runtime: CliRuntime, io: CliIo, finish: (code: number) => void): void {
  const command = program
    .command("plan")
    .summary("find the cheapest nodes for pods")
    .description("Finds the cheapest mix of EC2 instances that runs the pods of Kubernetes manifests, with a proof.")
    .option("-f, --filename <path...>", "manifests: a file, a folder with all below it, or - for standard input")
    .option("--default-node-pool", "when there is no NodePool: linux, amd64, on-demand, c/m/r, generation > 2")
    .option("--pods", "in the table: show what runs on each kind of node")
    .addOption(outputOption());
  addSettings(command, PLAN_SETTINGS);
  addSettings(command, CATALOG_SETTINGS);
  command
    .option("--no-color", "no colours and no drawing characters")
    .addHelpText("after", HELP)
    .action(async (options: Readonly<Record<string, unknown>>) => {
      finish(await runPlan(options, runtime, io));
    });
}

const HELP = `
Examples:
  plimsoll plan -f deploy/                            all manifests below deploy/
  helm template my-release my-chart | plimsoll plan -f pools.yaml -f -
  kubectl get nodepools,nodes,pods -A -o json | plimsoll plan -f -
  plimsoll plan -f app.yaml --default-node-pool       no NodePool at hand
  plimsoll plan -f app.yaml -o json | jq .cost        the wire schema of POST /v1/plan
  plimsoll plan -f app.yaml --time-limit 10s          search longer
  plimsoll plan -f app.yaml --work-limit 200000       the same plan every time

The input holds NodePools (or Provisioners), pods or workloads, and, where they matter, EC2NodeClasses, DaemonSets and
existing Nodes with their pods. One bad object never blocks the others: it is listed as rejected.

Exit codes: 0 every pod has a place; 3 a plan was made, but pods stay pending or objects were rejected;
2 bad input or usage; 1 internal error; 130 interrupted.`;

async function runPlan(options: Readonly<Record<string, unknown>>, runtime: CliRuntime, io: CliIo): Promise<number> {
  const planOptions = readPlanOptions(options, io.env);
  const { catalog } = settingsFrom(CATALOG_SETTINGS, options, io.env);
  const paths = readPaths(options["filename"], io);
  // The workers load GLPK while the files are read. One plan has the machine for itself: two searches, where there is room.
  const searches = Math.min(2, availableParallelism());
  const opening = runtime.openPlanner({ catalogPath: catalog, workers: searches, searches });
  opening.catch(() => undefined);
  try {
    const sources = await readSources(paths, io.stdin);
    const planner = await opening;
    const progress = await startProgress(io, planOptions.timeLimitMs);
    let plan: PlanResponse;
    try {
      const onProgress = progress === undefined ? {} : { onProgress: progress.update };
      plan = await planner.plans.plan(sources, planOptions, { signal: io.signal, ...onProgress });
    } finally {
      progress?.stop();
    }
    await write(io.stdout, await printed(plan, options, io));
    return plan.unschedulable.length > 0 || plan.rejected.length > 0 ? EXIT.incomplete : EXIT.ok;
  } finally {
    await opening.then(
      (planner) => planner.close(),
      () => undefined,
    );
  }
}

function readPlanOptions(options: Readonly<Record<string, unknown>>, env: CliIo["env"]): PlanOptions {
  const settings = settingsFrom(PLAN_SETTINGS, options, env);
  const asked = typedSettings(PLAN_SETTINGS, options).timeLimitMs ?? env[PLAN_SETTINGS.timeLimitMs.env] ?? "";
  // A work limit stands for the clock: the same plan on a slow machine and on a fast one.
  const byWork = Number.isFinite(settings.workLimit) && asked === "";
  return {
    ...settings,
    timeLimitMs: byWork ? Number.POSITIVE_INFINITY : settings.timeLimitMs,
    defaultNodePool: options["defaultNodePool"] === true,
  };
}

function readPaths(filenames: unknown, io: CliIo): readonly string[] {
  const paths = Array.isArray(filenames) ? filenames.map(String) : [];
  if (paths.length === 0) {
    const hint = "Name manifests: -f FILE, -f FOLDER, or -f - for standard input.";
    throw inputError("MISSING_INPUT", "there is nothing to plan for", {
      object: "plan",
      field: "-f",
      value: "(absent)",
      hint,
    });
  }
  if (paths.includes("-") && io.stdin.isTTY === true) {
    io.stderr.write("plimsoll: reading manifests from the terminal; end with Ctrl-D\n");
  }
  return paths;
}

async function printed(plan: PlanResponse, options: Readonly<Record<string, unknown>>, io: CliIo): Promise<string> {
  const format = options["output"] as OutputFormat;
  if (format !== "table") return serialize(plan, format);
  const { planTable } = await import("./table/plan-table.ts");
  const style = createStyle(isFancy(io.stdout, io.env, options["color"] !== false), widthOf(io.stdout, io.env));
  return planTable(plan, style, { showPods: options["pods"] === true });
}
