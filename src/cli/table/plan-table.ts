/** A plan as a page of text: nodes, money, what stays, and why. */
import type { PlanResponse } from "../../api/plan-response.ts";
import { formatQuantity } from "../../domain/quantity.ts";
import { count, percent, perMonth, plural, usd, usdDown } from "./money.ts";
import { fillOf, fillOfPlanned, groupNodes, otherResources, shareOf, type NodeGroup } from "./node-groups.ts";
import { leftPods, rejectedObjects } from "./left-over.ts";
import { BAR_LABEL, bar, grid, wrap, type Style } from "./style.ts";
import { podOwners, workloadSummary } from "./workloads.ts";

export interface PlanTableOptions {
  /** Under each kind of node, what runs there. */
  readonly showPods: boolean;
}

/** The whole page, with a line feed at the end. */
export function planTable(plan: PlanResponse, style: Style, options: PlanTableOptions): string {
  const parts = [
    headline(plan, style),
    newNodes(plan, style, options),
    existingNodes(plan, style),
    money(plan, style),
    leftPods(plan, style),
    rejectedObjects(plan, style),
    why(plan, style),
    footer(plan, style),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

/** Pods that the plan has a place for. */
function placedPods(plan: PlanResponse): number {
  return [...plan.nodes, ...plan.existingNodes].reduce((sum, node) => sum + node.pods.length, 0);
}

function headline(plan: PlanResponse, style: Style): string {
  const { cost, nodes, unschedulable } = plan;
  const placed = placedPods(plan);
  if (placed === 0 && unschedulable.length === 0)
    return style.paint("bold", "Nothing to place: no pod waits for a node.");
  if (placed === 0)
    return style.paint(["bold", "yellow"], `No place for any of ${plural(unschedulable.length, "pod")}`);
  const existing = plan.existingNodes.filter((node) => node.pods.length > 0).length;
  const where =
    nodes.length === 0
      ? plural(existing, "existing node")
      : `${plural(nodes.length, "new node")}${existing > 0 ? ` and ${plural(existing, "existing node")}` : ""}`;
  const left =
    unschedulable.length === 0 ? "" : style.paint(["bold", "yellow"], `, ${plural(unschedulable.length, "pod")} left`);
  const price = nodes.length === 0 ? "" : `, ${usd(cost.hourlyUsd)} per hour`;
  return `${style.paint("bold", `${plural(placed, "pod")} on ${where}${price}`)}${left}`;
}

const NODE_HEADS = ["NODES", "TYPE", "ZONE", "CAPACITY", "$/H EACH", "PODS"];

/** One line a group; under it what does not fit into columns. Pools, when there are several, are lines of their own. */
function newNodes(plan: PlanResponse, style: Style, options: PlanTableOptions): string {
  const groups = groupNodes(plan.nodes);
  if (groups.length === 0) return "";
  const manyPools = new Set(plan.nodes.map((node) => node.nodePool)).size > 1;
  const texts = groups.map((group) => groupTexts(group, style));
  const used = NODE_HEADS.reduce((sum, head, i) => sum + columnWidth(head, texts, i) + 2, 0);
  const barWidth = Math.max(0, Math.min(16, Math.floor((style.width - used - 2) / 2) - BAR_LABEL));
  const rows = groups.map((group, i) => [...(texts[i] ?? []), ...fillBars(group, barWidth, style)]);
  const columns = [...NODE_HEADS, "CPU", "MEMORY"].map((title) => ({ title, right: /NODES|\$|PODS/.test(title) }));
  const [head = "", ...lines] = grid(columns, rows, style).split("\n");
  const owners = podOwners(plan);
  const out = [head];
  groups.forEach((group, i) => {
    const { nodePool } = group.first;
    if (manyPools && nodePool !== groups[i - 1]?.first.nodePool) out.push(style.paint("bold", `NodePool ${nodePool}`));
    out.push(lines[i] ?? "");
    const others = otherResources(group.nodes).map((name) => otherFill(group, name));
    if (others.length > 0) out.push(style.paint("dim", wrap(others.join(", "), style, INDENT)));
    if (options.showPods)
      out.push(style.paint("dim", wrap(workloadSummary(group.nodes, owners, style), style, INDENT)));
  });
  return out.join("\n");
}

const INDENT = " ".repeat(7);

function columnWidth(head: string, rows: readonly (readonly string[])[], index: number): number {
  return Math.max(head.length, ...rows.map((row) => row[index]?.length ?? 0));
}

function groupTexts({ first, leastPods, mostPods, nodes }: NodeGroup, style: Style): string[] {
  const pods = leastPods === mostPods ? String(leastPods) : `${String(leastPods)}-${String(mostPods)}`;
  return [
    `${count(nodes.length)} ${style.times}`,
    first.instanceType,
    first.zone,
    first.capacityType,
    usd(first.hourlyUsd).slice(1),
    pods,
  ];
}

function fillBars(group: NodeGroup, width: number, style: Style): string[] {
  return ["cpu", "memory"].map((resource) => bar(shareOf(fillOfPlanned(group.nodes, resource)), width, style));
}

function otherFill(group: NodeGroup, name: string): string {
  const { total, used } = fillOfPlanned(group.nodes, name);
  return `${name} ${formatQuantity(name, used)} of ${formatQuantity(name, total)}`;
}

function existingNodes(plan: PlanResponse, style: Style): string {
  const filled = plan.existingNodes.filter((node) => node.pods.length > 0);
  if (filled.length === 0) return "";
  const shown = filled.slice(0, 30);
  const rows = shown.map((node) => {
    const fills = ["cpu", "memory"].map((resource) =>
      fillOf([{ requests: [node.used, node.requests], allocatable: node.allocatable }], resource),
    );
    const bars = fills.map((fill) => (fill.total > 0 ? bar(shareOf(fill), style.width >= 100 ? 12 : 3, style) : ""));
    return [node.name, node.instanceType ?? "", node.zone ?? "", String(node.pods.length), ...bars];
  });
  const columns = ["EXISTING NODE", "TYPE", "ZONE", "PODS ADDED", "CPU THEN", "MEMORY THEN"].map((title) => ({
    title,
    right: title === "PODS ADDED",
  }));
  const more = filled.length - shown.length;
  return `${grid(columns, rows, style)}${more > 0 ? `\n${style.paint("dim", `and ${plural(more, "more existing node")}`)}` : ""}`;
}

function money(plan: PlanResponse, style: Style): string {
  const { gap, greedyHourlyUsd, hourlyUsd, lowerBoundUsd } = plan.cost;
  if (plan.nodes.length === 0) return "";
  const proven = plan.solve.status === "optimal";
  const bound = proven
    ? "the cost itself: no cheaper plan places the same pods"
    : `no plan for the same pods costs less; gap ${percent(gap)}`;
  const rows: string[][] = [
    ["Cost", style.paint("bold", `${usd(hourlyUsd)}/h`), `${perMonth(hourlyUsd)} a month`],
    ["Lower bound", `${usdDown(lowerBoundUsd)}/h`, proven ? style.paint("green", bound) : bound],
  ];
  if (plan.solve.strategy === "ilp") rows.push(["Greedy", `${usd(greedyHourlyUsd)}/h`, comparison(plan, style)]);
  return grid([{ title: "" }, { title: "", right: true }, { title: "" }], rows, style)
    .split("\n")
    .slice(1)
    .join("\n");
}

function comparison(plan: PlanResponse, style: Style): string {
  const { greedyHourlyUsd, hourlyUsd } = plan.cost;
  const { greedyUnplaced } = plan.solve;
  if (greedyUnplaced > plan.unschedulable.length) {
    return `but that leaves ${plural(greedyUnplaced - plan.unschedulable.length, "more pod")} without a place`;
  }
  const saved = greedyHourlyUsd - hourlyUsd;
  if (saved <= 1e-9) return "the same: first-fit-decreasing is as cheap here";
  const text = `this plan saves ${percent(saved / greedyHourlyUsd)}, ${perMonth(saved)} a month`;
  return style.paint("green", text);
}

function why(plan: PlanResponse, style: Style): string {
  if (plan.explanation.length === 0) return "";
  const lines = plan.explanation.map((sentence) => wrap(sentence, style, `  ${style.dot} `));
  return [style.paint("bold", "Why this mix"), ...lines].join("\n");
}

function footer(plan: PlanResponse, style: Style): string {
  const { catalog, solve } = plan;
  const ignored = Object.entries(plan.ignored).map(([kind, amount]) => plural(amount, kind));
  const lines = [
    `${STOPS[solve.stop]} after ${seconds(solve.ms)} (${seconds(solve.totalMs)} in all); ` +
      `prices of ${catalog.region}, ${catalog.date}, ${count(catalog.instanceTypes)} types`,
    ...(ignored.length === 0 ? [] : [`no part in placement: ${ignored.join(", ")}`]),
  ];
  return lines.map((line) => style.paint("dim", wrap(line, style, "", "  "))).join("\n");
}

const STOPS: Readonly<Record<PlanResponse["solve"]["stop"], string>> = {
  proven: "proved optimal",
  gap: "close enough",
  "time-limit": "stopped by the time limit",
  "work-limit": "stopped by the work limit",
  exhausted: "nothing better found",
  heuristic: "packed",
};

function seconds(ms: number): string {
  return ms < 1000 ? `${String(Math.round(ms))} ms` : `${(ms / 1000).toFixed(1)} s`;
}
