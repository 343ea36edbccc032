/** What has no place in the plan: pods that stay pending and objects that could not be used, with their reasons. */
import type { PlanResponse } from "../../api/plan-response.ts";
import { plural } from "./money.ts";
import { wrap, type Style } from "./style.ts";
import { ownerOf, podOwners, workloadSummary } from "./workloads.ts";

/** Reasons and objects shown before the rest is only counted; -o json has them all. */
const MOST = 20;

/** Pods that stay pending, those with the same reason together. */
export function leftPods(plan: PlanResponse, style: Style): string {
  if (plan.unschedulable.length === 0) return "";
  const owners = podOwners(plan);
  const lines = [style.paint(["bold", "yellow"], `${plural(plan.unschedulable.length, "pod")} without a place`)];
  const groups = groupByReason(plan.unschedulable);
  for (const { alike, pods, reason } of groups.slice(0, MOST)) {
    lines.push(wrap(whoIsLeft(pods, owners, style), style, "  ", "    "));
    lines.push(wrap(alike ? `${reason} (and alike)` : reason, style, "    "));
  }
  return [...lines, ...more(groups.length, "more reason", style)].join("\n");
}

function whoIsLeft(pods: readonly string[], owners: ReadonlyMap<string, string>, style: Style): string {
  const [first = ""] = pods;
  if (pods.length === 1) return first.replace(/^default\//, "");
  const who = new Set(pods.map((pod) => ownerOf(pod, owners)));
  if (who.size === 1) return `${plural(pods.length, "pod")} of ${ownerOf(first, owners)}`;
  return `${plural(pods.length, "pod")}: ${workloadSummary([{ pods }], owners, style, 6)}`;
}

interface ReasonGroup {
  /** Of its first pod. */
  readonly reason: string;
  /** Whether the reasons of the others differ in their numbers. */
  alike: boolean;
  readonly pods: string[];
}

/** Most pods first. Reasons that differ only in numbers (claims of a StatefulSet, say) are one. */
function groupByReason(unschedulable: PlanResponse["unschedulable"]): ReasonGroup[] {
  const groups = new Map<string, ReasonGroup>();
  for (const { code, pod, reason } of unschedulable) {
    const key = `${code} ${reason.replaceAll(/\d+/g, "0")}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { reason, alike: false, pods: [pod] });
    else {
      group.pods.push(pod);
      if (group.reason !== reason) group.alike = true;
    }
  }
  return [...groups.values()].sort((a, b) => b.pods.length - a.pods.length);
}

/** Objects that could not be used; the plan stands without them. */
export function rejectedObjects(plan: PlanResponse, style: Style): string {
  if (plan.rejected.length === 0) return "";
  const lines = [style.paint(["bold", "red"], `${plural(plan.rejected.length, "object")} rejected`)];
  for (const { message } of plan.rejected.slice(0, MOST)) lines.push(wrap(message, style, "  ", "    "));
  return [...lines, ...more(plan.rejected.length, "more object", style)].join("\n");
}

function more(amount: number, noun: string, style: Style): string[] {
  return amount <= MOST ? [] : [style.paint("dim", `  and ${plural(amount - MOST, noun)}; -o json has them all`)];
}
