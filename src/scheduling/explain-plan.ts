/** Why this mix: the plan in sentences that a reader can check against the numbers. */
import { PROVEN_GAP, type Solution } from "../../solver/solution.ts";
import type { Plan } from "../domain/plan.ts";
import { amountOf } from "../domain/resources.ts";
import type { Compiled } from "./compiled.ts";

/** The sentences of {@link Plan.explanation}, most important first. */
export function explainPlan(compiled: Compiled, solution: Solution, plan: Plan): readonly string[] {
  return [
    ...mixSentences(compiled, solution, plan),
    ...fillSentences(plan),
    ...proofSentences(solution, plan),
    ...leftSentences(plan),
    ...compiled.notes,
  ];
}

function mixSentences(compiled: Compiled, solution: Solution, plan: Plan): readonly string[] {
  const moved = plan.existingNodes.reduce((sum, node) => sum + node.pods.length, 0);
  const sentences: string[] = [];
  if (moved > 0) {
    sentences.push(
      `${counted(moved, "pod")} ${moved === 1 ? "goes" : "go"} for nothing to ${counted(plan.existingNodes.length, "node")} that exist${plan.existingNodes.length === 1 ? "s" : ""}.`,
    );
  }
  if (plan.nodes.length === 0) return sentences;
  const pods = plan.nodes.reduce((sum, node) => sum + node.pods.length, 0);
  const families = familiesOf(compiled, solution);
  const most = families.slice(0, 3).map((family) => `${family.nodes} ${family.name}`);
  const others = families.length > 3 ? ` and ${families.slice(3).reduce((sum, one) => sum + one.nodes, 0)} others` : "";
  sentences.push(
    `${counted(plan.nodes.length, "node")} for ${counted(pods, "pod")} at ${usd(plan.certificate.hourlyUsd)}/h: ${most.join(", ")}${others}.`,
  );
  const prices = families
    .slice(0, 3)
    .map((one) => `${one.name} ${usd(one.price / one.cpus)} per vCPU and ${usd(one.price / one.gibs)} per GiB`);
  sentences.push(`What the hour costs: ${prices.join("; ")}.`);
  return sentences;
}

interface Family {
  readonly name: string;
  nodes: number;
  price: number;
  cpus: number;
  gibs: number;
}

/** Instance families of the plan, the one that costs most in all first. */
function familiesOf(compiled: Compiled, solution: Solution): readonly Family[] {
  const families = new Map<string, Family>();
  for (const { shape, count } of solution.nodes) {
    const { kind, offering } = compiled.index.shapes[shape]!;
    const name = kind.instanceType.name.split(".")[0]!;
    const family = families.get(name) ?? { name, nodes: 0, price: 0, cpus: 0, gibs: 0 };
    family.nodes += count;
    family.price += count * offering.priceUsdPerHour;
    family.cpus += (count * amountOf(kind.instanceType.capacity, "cpu")) / 1000;
    family.gibs += (count * amountOf(kind.instanceType.capacity, "memory")) / 2 ** 30;
    families.set(name, family);
  }
  return [...families.values()].sort((a, b) => b.price - a.price || (a.name < b.name ? -1 : 1));
}

/** How full the new nodes are, resource by resource, and which one decides. */
function fillSentences(plan: Plan): readonly string[] {
  if (plan.nodes.length === 0) return [];
  const fills = new Map<string, { used: number; room: number }>();
  for (const node of plan.nodes) {
    for (const name of new Set([...node.requests.keys(), ...node.daemonRequests.keys()])) {
      const fill = fills.get(name) ?? { used: 0, room: 0 };
      fill.used += amountOf(node.requests, name) + amountOf(node.daemonRequests, name);
      fills.set(name, fill);
    }
  }
  for (const node of plan.nodes) for (const [name, fill] of fills) fill.room += amountOf(node.allocatable, name);
  const shares = [...fills]
    .filter(([, fill]) => fill.room > 0)
    .map(([name, fill]) => ({ name, share: fill.used / fill.room }))
    .sort((a, b) => b.share - a.share || (a.name < b.name ? -1 : 1));
  const [first] = shares;
  if (first === undefined) return [];
  const told = shares.slice(0, 4).map(({ name, share }) => `${name} ${percent(share)}`);
  const scarce = shares.filter(({ share }) => share >= first.share - 0.02).map(({ name }) => name);
  const binds = scarce.length > 1 ? `${scarce.join(" and ")} bind together` : `${first.name} binds`;
  return [`The new nodes are full to: ${told.join(", ")}; ${binds}.`];
}

function proofSentences(solution: Solution, plan: Plan): readonly string[] {
  const { hourlyUsd, lowerBoundUsd, gap, greedyHourlyUsd, greedyUnplaced } = plan.certificate;
  if (hourlyUsd === 0) return [];
  const sentences: string[] = [];
  if (gap <= PROVEN_GAP) {
    sentences.push("It is proven: no plan that places the same pods costs less.");
  } else if (lowerBoundUsd > 0) {
    sentences.push(
      `No plan that places the same pods costs less than ${usd(lowerBoundUsd)}/h: at most ${usd(hourlyUsd - lowerBoundUsd)}/h (${percent(gap)}) is left to win.`,
    );
  } else {
    sentences.push("No lower bound was proven.");
  }
  const placed = solution.unplaced.reduce((sum, pods) => sum + pods, 0);
  if (greedyUnplaced > placed) {
    sentences.push(`First-fit would leave ${counted(greedyUnplaced - placed, "more pod")} without a node.`);
  } else if (greedyHourlyUsd > hourlyUsd * (1 + 1e-9)) {
    const saved = greedyHourlyUsd - hourlyUsd;
    sentences.push(
      `First-fit would pay ${usd(greedyHourlyUsd)}/h: this saves ${usd(saved)}/h, ${percent(saved / greedyHourlyUsd)}.`,
    );
  } else {
    sentences.push("First-fit finds nothing cheaper.");
  }
  return sentences;
}

function leftSentences(plan: Plan): readonly string[] {
  const left = plan.unschedulable.length;
  if (left === 0) return [];
  const codes = new Map<string, number>();
  for (const { code } of plan.unschedulable) codes.set(code, (codes.get(code) ?? 0) + 1);
  const told = [...codes].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([code, pods]) => `${pods} ${code}`);
  return [`${counted(left, "pod")} cannot be placed (${told.join(", ")}); each has its reason.`];
}

function counted(number: number, noun: string): string {
  return `${number.toLocaleString("en-US")} ${noun}${number === 1 ? "" : "s"}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 2 : 1)}%`;
}

/** Dollars with as many digits as say something. */
function usd(amount: number): string {
  return `$${amount.toFixed(amount >= 100 ? 2 : amount >= 1 ? 3 : 4)}`;
}
