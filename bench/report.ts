/** From measurements to what people read: medians over seeds, with the spread; Markdown and a table for a terminal. */
import Table from "cli-table3";
import type { CostRow } from "./suites/cost.ts";

/** One line of the report: a workload of one size, over its seeds. */
export interface CostSummary {
  readonly scenario: string;
  readonly pods: number;
  readonly seeds: number;
  /** Medians. Costs are ratios to the lower bound of the same problem, so that seeds can be compared. */
  readonly hourlyUsd: number;
  readonly gap: number;
  readonly worstGap: number;
  readonly greedyOverPlan: number;
  readonly nodeGroupsOverPlan: number;
  readonly ms: number;
  readonly proven: number;
  readonly left: number;
  readonly invalid: number;
}

export function summarise(rows: readonly CostRow[]): CostSummary[] {
  const groups = new Map<string, CostRow[]>();
  for (const row of rows) {
    const key = `${row.scenario}|${String(row.pods)}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].map((group) => {
    const [first] = group;
    const plans = group.map((row) => row.arms[0]!);
    const gaps = plans.map((plan) => plan.hourlyUsd / plan.lowerBoundUsd - 1);
    const over = (arm: number): number => median(group.map((row) => row.arms[arm]!.hourlyUsd / row.arms[0]!.hourlyUsd));
    return {
      scenario: first!.scenario,
      pods: first!.pods,
      seeds: group.length,
      hourlyUsd: median(plans.map((plan) => plan.hourlyUsd)),
      gap: median(gaps),
      worstGap: Math.max(...gaps),
      greedyOverPlan: over(1),
      nodeGroupsOverPlan: over(2),
      ms: median(plans.map((plan) => plan.ms)),
      proven: plans.filter((plan) => plan.stop === "proven").length,
      left: Math.max(...plans.map((plan) => plan.left)),
      invalid: group.flatMap((row) => row.arms).filter((arm) => arm.faults.length > 0).length,
    };
  });
}

const HEAD = ["workload", "pods", "$/h", "gap", "worst", "proven", "greedy", "node groups", "ms", "left", "invalid"];

function cells(one: CostSummary): string[] {
  const percent = (share: number): string => `${(share * 100).toFixed(share < 0.001 ? 3 : 2)}%`;
  const dearer = (ratio: number): string => `+${((ratio - 1) * 100).toFixed(1)}%`;
  return [
    one.scenario,
    String(one.pods),
    one.hourlyUsd.toFixed(3),
    percent(one.gap),
    percent(one.worstGap),
    `${String(one.proven)}/${String(one.seeds)}`,
    dearer(one.greedyOverPlan),
    dearer(one.nodeGroupsOverPlan),
    one.ms.toFixed(0),
    String(one.left),
    String(one.invalid),
  ];
}

export function asTable(summaries: readonly CostSummary[]): string {
  const right = HEAD.map((_, i) => (i === 0 ? "left" : "right"));
  const table = new Table({
    head: HEAD,
    colAligns: right,
    style: { head: [], border: [], compact: true },
  });
  for (const one of summaries) table.push(cells(one));
  return table.toString();
}

export function asMarkdown(summaries: readonly CostSummary[]): string {
  const line = (values: readonly string[]): string => `| ${values.join(" | ")} |`;
  return [
    line(HEAD),
    line(HEAD.map((_, i) => (i === 0 ? "---" : "---:"))),
    ...summaries.map((one) => line(cells(one))),
  ].join("\n");
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
