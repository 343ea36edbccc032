/** The results as a table by feature, a list of disagreements, and the score. */
import Table from "cli-table3";
import type { CaseEntry } from "./corpus.ts";
import type { Comparison } from "./compare.ts";

export interface Result {
  readonly entry: CaseEntry;
  /** Absent where planning failed. */
  readonly comparison?: Comparison;
  readonly violations: readonly string[];
  /** What was thrown; absent where nothing was. */
  readonly failure?: string;
}

/** The last line of the output. */
export interface Score {
  /** Cases compared: not marked as ones that may differ. */
  readonly cases: number;
  /** Of these, with the same pods placed, by class. */
  readonly agree: number;
  /** Plans checked, over all cases. */
  readonly checked: number;
  /** Of these, without a violation. */
  readonly valid: number;
  /** Cost over the peer's, summed over the cases where both can be compared; 1 for none. */
  readonly costRatio: number;
}

/** @param results any subset of the cases */
export function scoreOf(results: readonly Result[]): Score {
  const compared = results.filter(({ entry }) => entry.mayDiffer === undefined);
  const checked = results.filter(({ comparison }) => comparison !== undefined);
  let ours = 0;
  let peers = 0;
  for (const { comparison } of compared) {
    ours += comparison?.cost?.ours ?? 0;
    peers += comparison?.cost?.peers ?? 0;
  }
  return {
    cases: compared.length,
    agree: compared.filter(({ comparison }) => comparison?.coverage === "same").length,
    checked: checked.length,
    valid: checked.filter(({ violations }) => violations.length === 0).length,
    costRatio: peers > 0 ? Math.round((ours / peers) * 1e6) / 1e6 : 1,
  };
}

/** One row a feature, most cases first. */
export function featureTable(results: readonly Result[]): string {
  const byFeature = new Map<string, Result[]>();
  for (const result of results)
    for (const feature of result.entry.features) byFeature.set(feature, [...(byFeature.get(feature) ?? []), result]);
  const table = new Table({
    head: ["feature", "cases", "agree", "checked", "valid", "cost ratio"],
    style: { head: [], border: [], compact: true },
  });
  for (const [feature, list] of [...byFeature].sort((a, b) => b[1].length - a[1].length || (a[0] < b[0] ? -1 : 1))) {
    const { agree, cases, checked, costRatio, valid } = scoreOf(list);
    table.push([feature, cases, agree, checked, valid, costRatio.toFixed(4)]);
  }
  return table.toString();
}

/** One paragraph a case that disagrees, is invalid, or costs more than the peer's. */
export function disagreements(results: readonly Result[]): string {
  const lines: string[] = [];
  for (const { comparison, entry, failure, violations } of results) {
    const marks: string[] = [];
    if (failure !== undefined) marks.push(`FAILED ${failure}`);
    if (violations.length > 0) marks.push(`INVALID ${violations.slice(0, 3).join("; ")}`);
    if (comparison !== undefined && comparison.coverage !== "same" && entry.mayDiffer === undefined) {
      const { coverage, peerPlaced, peerReason, placed, reason } = comparison;
      marks.push(
        `${coverage.toUpperCase()} placed ${String(placed)}, the peer ${String(peerPlaced)}` +
          (reason === "" ? "" : `\n    left here: ${reason}`) +
          (peerReason === "" ? "" : `\n    left there: ${peerReason}`),
      );
    }
    if (comparison?.cost?.isDearer === true && entry.mayDiffer === undefined) {
      marks.push(`DEARER ${String(comparison.cost.ours)} $/h, the peer ${String(comparison.cost.peers)}`);
    }
    for (const mark of marks) lines.push(`${entry.id} (${entry.features.join(", ")})\n  ${mark}`);
  }
  return lines.join("\n");
}

/** What is worse than it was; empty when nothing is. */
export function losses(now: Score, before: Score): readonly string[] {
  const lost: string[] = [];
  if (now.cases < before.cases) lost.push(`cases ${String(now.cases)} < ${String(before.cases)}`);
  if (now.agree < before.agree) lost.push(`agree ${String(now.agree)} < ${String(before.agree)}`);
  if (now.checked < before.checked) lost.push(`checked ${String(now.checked)} < ${String(before.checked)}`);
  // A share, as more plans can be checked than before.
  const invalid = now.checked - now.valid;
  if (invalid > before.checked - before.valid) lost.push(`invalid plans: ${String(invalid)}`);
  if (now.costRatio > before.costRatio + 1e-4)
    lost.push(`costRatio ${String(now.costRatio)} > ${String(before.costRatio)}`);
  return lost;
}
