/** How much cheaper than the baselines is a plan, and how near the best possible? By workload, over seeds. */
import type { Catalog } from "../../src/ports/catalog.ts";
import type { LinearSolver } from "../../solver/linear-program.ts";
import type { Strategy } from "../../solver/solution.ts";
import { measure, prepare } from "../measure.ts";
import type { Measurement } from "../measure.ts";
import { SCENARIOS } from "../scenarios/index.ts";

export interface CostRow {
  readonly scenario: string;
  readonly about: string;
  readonly pods: number;
  readonly seed: number;
  readonly arms: readonly Measurement[];
}

export interface CostSettings {
  readonly pods: readonly number[];
  readonly seeds: readonly number[];
  readonly timeLimitMs: number;
  /** Infinity for none; with a limit the figures are the same on every machine. */
  readonly workLimit: number;
  readonly scenarios: readonly string[];
}

const ARMS: readonly Strategy[] = ["ilp", "greedy", "cluster-autoscaler"];

/** Runs every case; `onCase` is told before each. */
export function costSuite(
  settings: CostSettings,
  catalog: Catalog,
  linear: LinearSolver,
  onCase: (label: string) => void,
): CostRow[] {
  const chosen = SCENARIOS.filter(({ name }) => settings.scenarios.length === 0 || settings.scenarios.includes(name));
  return chosen.flatMap((scenario) =>
    settings.pods.flatMap((pods) =>
      settings.seeds.map((seed): CostRow => {
        onCase(`${scenario.name} ${String(pods)} seed ${String(seed)}`);
        const prepared = prepare(scenario.build(pods, seed), catalog);
        const { timeLimitMs, workLimit } = settings;
        const arms = ARMS.map((strategy) =>
          measure(prepared, { strategy, timeLimitMs, workLimit, gapTarget: 0, seed: 1 }, linear),
        );
        return { scenario: scenario.name, about: scenario.about, pods, seed, arms };
      }),
    ),
  );
}

/** Cases that {@link costSuite} will run. */
export function countCases(settings: CostSettings): number {
  const chosen = SCENARIOS.filter(({ name }) => settings.scenarios.length === 0 || settings.scenarios.includes(name));
  return chosen.length * settings.pods.length * settings.seeds.length;
}
