/** Why the solver left pods of a class that would fit somewhere: which limit, spread or cap has no room for one more. */
import { UNLIMITED } from "../../solver/problem.ts";
import type { Solution } from "../../solver/solution.ts";
import { formatQuantity } from "../domain/quantity.ts";
import type { Compiled } from "./compiled.ts";

/** Codes of a pod that fits an empty place, but found none with room. */
export type UnplacedCode = "LIMIT_REACHED" | "SPREAD" | "AFFINITY" | "NODE_RULE" | "NODES_FULL" | "NO_ROOM";

/** Explains one class; `k` is its index in the Problem. */
export function explainUnplaced(
  compiled: Compiled,
  solution: Solution,
  k: number,
): { readonly code: UnplacedCode; readonly reason: string } {
  const { problem, index } = compiled;
  const shapes = shapesThatFit(compiled, k);
  const limits = reachedLimits(compiled, solution, shapes);
  if (shapes.length > 0 && limits.open === 0) {
    const { names, hint } = limits;
    return {
      code: "LIMIT_REACHED",
      reason: `${names.join(", ")} ${names.length === 1 ? "is" : "are"} used up.${hint}`,
    };
  }
  const spreads = problem.spreads.flatMap((spread, i) => (spread.owners.includes(k) ? [index.spreadTexts[i]!] : []));
  if (spreads.length > 0) {
    return {
      code: "SPREAD",
      reason: `No domain can take one more: ${spreads.join(" and ")} would be broken. Raise maxSkew, or allow nodes in the domains that have fewest.`,
    };
  }
  const affinity = affinityReason(compiled, k);
  if (affinity !== undefined) return { code: "AFFINITY", reason: affinity };
  if (shapes.length > 0) {
    return {
      code: "NO_ROOM",
      reason: `The search found no place for it among ${shapes.length} kinds of node that could hold it: limits and rules of other pods took the room. More time may help.`,
    };
  }
  const caps = problem.nodeCaps.flatMap((cap, i) =>
    cap.owners.includes(k) || cap.counted.includes(k) ? [index.capTexts[i]!] : [],
  );
  if (caps.length > 0) {
    return {
      code: "NODE_RULE",
      reason: `It fits only nodes that exist, and there ${[...new Set(caps)].join(" and ")} leaves no room.`,
    };
  }
  return {
    code: "NODES_FULL",
    reason: "It fits only nodes that exist, and they are full. Let a NodePool make nodes that it may use.",
  };
}

/** Which pull or push of the class's own affinity has no answer, and what would give it one. */
function affinityReason({ index, problem }: Compiled, k: number): string | undefined {
  const one = index.classes[k]!;
  const owns = (rule: { readonly owners: Int32Array }): boolean => rule.owners.includes(k);
  if (problem.domainNeeds.some(owns) || problem.nodeNeeds.some(owns)) {
    const keys = one.together.map((rule) => rule.key).join(" and ");
    return `Its podAffinity on ${keys} has no answer: no place that it may use holds a pod that the term means, or has room beside it. Let the pods it follows be placed first, allow their zone, or make the term preferred.`;
  }
  if (problem.domainCaps.some(owns)) {
    const keys = one.domainApart.map((rule) => rule.key).join(" and ");
    return `Its podAntiAffinity on ${keys} leaves it no domain: each that it may use holds a pod that the term means. Allow more zones, or make the term preferred.`;
  }
  return undefined;
}

/** The shapes of the class's group that would hold one of its pods alone. */
function shapesThatFit(compiled: Compiled, k: number): readonly number[] {
  const { problem } = compiled;
  const width = problem.resourceCount;
  const group = problem.group[k]!;
  const fits: number[] = [];
  for (let i = problem.groupShapes.offsets[group]!; i < problem.groupShapes.offsets[group + 1]!; i++) {
    const s = problem.groupShapes.items[i]!;
    let ok = true;
    for (let r = 0; r < width; r++) ok &&= problem.requests[k * width + r]! <= problem.allocatable[s * width + r]!;
    if (ok) fits.push(s);
  }
  return fits;
}

/** How many of the shapes could still be bought, and which limits close the others. */
function reachedLimits(
  compiled: Compiled,
  solution: Solution,
  shapes: readonly number[],
): { readonly open: number; readonly names: readonly string[]; readonly hint: string } {
  const { problem, index } = compiled;
  const bought = new Float64Array(problem.shapeCount);
  for (const nodes of solution.nodes) bought[nodes.shape]! += nodes.count;
  const closed = new Set<number>();
  const names = new Set<string>();
  let hint = "";
  for (const s of shapes) {
    if (problem.shapeLimit[s] === UNLIMITED || bought[s]! < problem.shapeLimit[s]!) continue;
    closed.add(s);
    names.add(`the reservation of ${index.shapes[s]!.kind.instanceType.name}`);
  }
  const wanted = new Set(shapes);
  problem.shapeRows.forEach((row, i) => {
    let used = 0;
    row.shapes.forEach((s, j) => (used += bought[s]! * row.coefficients[j]!));
    let least = Number.POSITIVE_INFINITY;
    row.shapes.forEach((s, j) => {
      if (!wanted.has(s) || used + row.coefficients[j]! <= row.limit) return;
      closed.add(s);
      least = Math.min(least, used + row.coefficients[j]! - row.limit);
    });
    if (least === Number.POSITIVE_INFINITY) return;
    const text = index.rowTexts[i]!;
    names.add(text);
    const [, resource, pool] = /^limits\.(\S+) of (\S+ \S+)/.exec(text) ?? [];
    if (resource !== undefined && pool !== undefined && hint === "") {
      hint = ` Raise limits.${resource} of ${pool} by at least ${formatQuantity(resource, least)}.`;
    }
  });
  return { open: shapes.length - closed.size, names: [...names], hint };
}
