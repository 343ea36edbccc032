/** Checks a Solution against its Problem with code that shares nothing with the search. Linear in the answer. */
import type { DomainCap, DomainNeed, NodeNeed, Problem, Ragged, Spread } from "./problem.ts";
import type { Content, Solution } from "./solution.ts";

/** USD per hour that sums may differ by. */
const MONEY = 1e-6;

/**
 * Every pod once or unplaced, no node over its room, every class where its group allows it, limits, node caps, spreads,
 * the sum of the prices, and a bound that is not above the cost.
 *
 * @returns one sentence for each thing that is wrong; empty for a valid Solution
 */
export function certifySolution(problem: Problem, solution: Solution): readonly string[] {
  const faults: string[] = [];
  const placed = new Int32Array(problem.classCount);
  const nodesOfShape = new Int32Array(problem.shapeCount);
  let cost = 0;
  solution.nodes.forEach((node, i) => {
    const name = `node ${String(i)} of shape ${String(node.shape)}`;
    if (!(node.shape >= 0 && node.shape < problem.shapeCount && node.count >= 1))
      return void faults.push(`${name}: no such shape`);
    nodesOfShape[node.shape]! += node.count;
    cost += node.count * problem.price[node.shape]!;
    checkContent(problem, node.content, problem.allocatable, node.shape, problem.groupShapes, name, faults);
    checkCaps(problem, node.content, -1, name, faults);
    addPods(placed, node.content, node.count);
  });
  const seenBins = new Set<number>();
  for (const { bin, content } of solution.bins) {
    const name = `bin ${String(bin)}`;
    if (!(bin >= 0 && bin < problem.binCount) || seenBins.has(bin))
      return [...faults, `${name}: no such bin, or twice`];
    seenBins.add(bin);
    checkContent(problem, content, problem.binFree, bin, problem.groupBins, name, faults);
    checkCaps(problem, content, bin, name, faults);
    addPods(placed, content, 1);
  }
  for (let k = 0; k < problem.classCount; k++) {
    const unplaced = solution.unplaced[k]!;
    if (unplaced < 0 || placed[k]! + unplaced !== problem.demand[k]!) {
      faults.push(
        `class ${String(k)}: ${String(placed[k]!)} placed and ${String(unplaced)} not, of ${String(problem.demand[k]!)}`,
      );
    }
  }
  checkLimits(problem, nodesOfShape, faults);
  for (const spread of problem.spreads) checkSpread(problem, solution, spread, faults);
  for (const cap of problem.domainCaps) checkDomainCap(problem, solution, cap, faults);
  for (const need of problem.domainNeeds) checkDomainNeed(problem, solution, need, faults);
  for (const need of problem.nodeNeeds) checkNodeNeed(solution, need, faults);
  if (Math.abs(cost - solution.cost) > MONEY)
    faults.push(`cost ${String(solution.cost)}, the nodes sum up to ${String(cost)}`);
  if (!(solution.lowerBound <= solution.cost + MONEY))
    faults.push(`bound ${String(solution.lowerBound)} above the cost`);
  return faults;
}

function checkContent(
  problem: Problem,
  content: Content,
  room: Float64Array,
  row: number,
  allowed: Ragged,
  name: string,
  faults: string[],
): void {
  const R = problem.resourceCount;
  const used = new Float64Array(R);
  content.classes.forEach((k, i) => {
    const pods = content.pods[i]!;
    if (!(pods >= 1)) faults.push(`${name}: ${String(pods)} pods of class ${String(k)}`);
    if (!contains(allowed, problem.group[k]!, row)) faults.push(`${name}: class ${String(k)} may not be there`);
    for (let r = 0; r < R; r++) used[r]! += pods * problem.requests[k * R + r]!;
  });
  for (let r = 0; r < R; r++) {
    const free = room[row * R + r]!;
    if (used[r]! > Math.max(0, free))
      faults.push(`${name}: resource ${String(r)}: ${String(used[r]!)} of ${String(free)}`);
  }
}

function contains(table: Ragged, row: number, item: number): boolean {
  let low = table.offsets[row]!;
  let high = table.offsets[row + 1]! - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = table.items[middle]!;
    if (found === item) return true;
    if (found < item) low = middle + 1;
    else high = middle - 1;
  }
  return false;
}

function checkCaps(problem: Problem, content: Content, bin: number, name: string, faults: string[]): void {
  problem.nodeCaps.forEach((cap, c) => {
    const owners = podsOf(cap.owners, content) + (bin >= 0 ? cap.binOwned[bin]! : 0);
    if (owners === 0) return;
    const added = podsOf(cap.counted, content);
    const counted = added + (bin >= 0 ? cap.binCounted[bin]! : 0);
    // What already runs may break a rule; only what is added is ours.
    if (counted > cap.max && (added > 0 || podsOf(cap.owners, content) > 0))
      faults.push(`${name}: cap ${String(c)}: ${String(counted)} over ${String(cap.max)}`);
  });
}

function podsOf(classes: Int32Array, content: Content): number {
  const members = new Set(classes);
  let pods = 0;
  content.classes.forEach((k, i) => {
    if (members.has(k)) pods += content.pods[i]!;
  });
  return pods;
}

function addPods(placed: Int32Array, content: Content, times: number): void {
  content.classes.forEach((k, i) => (placed[k]! += times * content.pods[i]!));
}

function checkLimits(problem: Problem, nodesOfShape: Int32Array, faults: string[]): void {
  nodesOfShape.forEach((count, s) => {
    if (count > problem.shapeLimit[s]!)
      faults.push(`shape ${String(s)}: ${String(count)} nodes of ${String(problem.shapeLimit[s]!)}`);
  });
  problem.shapeRows.forEach((row, i) => {
    let sum = 0;
    row.shapes.forEach((s, j) => (sum += row.coefficients[j]! * nodesOfShape[s]!));
    if (sum > row.limit * (1 + 1e-9) && sum > 0)
      faults.push(`limit ${String(i)}: ${String(sum)} over ${String(row.limit)}`);
  });
}

function checkSpread(problem: Problem, solution: Solution, spread: Spread, faults: string[]): void {
  const key = problem.domainKeys[spread.key]!;
  const counts = spread.initial.slice();
  const holdsOwner = new Uint8Array(key.domainCount);
  const look = (domain: number, content: Content, times: number): void => {
    const owners = podsOf(spread.owners, content);
    if (domain < 0) {
      if (owners > 0) faults.push(`spread over key ${String(spread.key)}: an owner outside every domain`);
      return;
    }
    if (owners > 0) holdsOwner[domain] = 1;
    counts[domain]! += times * podsOf(spread.counted, content);
  };
  for (const node of solution.nodes) look(key.shapeDomain[node.shape]!, node.content, node.count);
  for (const fill of solution.bins) look(key.binDomain[fill.bin]!, fill.content, 1);
  const eligible = [...counts.keys()].filter((d) => spread.eligible[d] === 1);
  const least = eligible.length < spread.minDomains ? 0 : Math.min(...eligible.map((d) => counts[d]!));
  for (let d = 0; d < counts.length; d++) {
    if (holdsOwner[d] === 1 && counts[d]! - least > spread.maxSkew) {
      faults.push(
        `spread over key ${String(spread.key)}: ${String(counts[d]!)} in domain ${String(d)}, the least is ${String(least)}`,
      );
    }
  }
}

/** Counted pods and owners that the Solution adds to each domain of a key; owners outside every domain are at index -1. */
function addedPerDomain(
  problem: Problem,
  solution: Solution,
  rule: { readonly key: number; readonly owners: Int32Array; readonly counted: Int32Array },
): { owners: Map<number, number>; counted: Map<number, number> } {
  const key = problem.domainKeys[rule.key]!;
  const owners = new Map<number, number>();
  const counted = new Map<number, number>();
  const look = (domain: number, content: Content, times: number): void => {
    owners.set(domain, (owners.get(domain) ?? 0) + times * podsOf(rule.owners, content));
    counted.set(domain, (counted.get(domain) ?? 0) + times * podsOf(rule.counted, content));
  };
  for (const node of solution.nodes) look(key.shapeDomain[node.shape]!, node.content, node.count);
  for (const fill of solution.bins) look(key.binDomain[fill.bin]!, fill.content, 1);
  return { owners, counted };
}

function checkDomainCap(problem: Problem, solution: Solution, cap: DomainCap, faults: string[]): void {
  const { owners, counted } = addedPerDomain(problem, solution, cap);
  cap.domainCounted.forEach((before, d) => {
    const added = counted.get(d) ?? 0;
    const ownersAdded = owners.get(d) ?? 0;
    if (ownersAdded === 0 && (cap.domainOwned[d] === 0 || added === 0)) return;
    if (before + added > cap.max) {
      faults.push(
        `cap over key ${String(cap.key)}: ${String(before + added)} in domain ${String(d)}, at most ${String(cap.max)}`,
      );
    }
  });
}

/** Every domain with owners has a counted pod that is no owner, or one that ran before; but one that owners started. */
function checkDomainNeed(problem: Problem, solution: Solution, need: DomainNeed, faults: string[]): void {
  const others = need.counted.filter((k) => !need.owners.includes(k));
  const { owners, counted } = addedPerDomain(problem, solution, { ...need, counted: others });
  const startedByOwners = [...owners].filter(
    ([d, pods]) => pods > 0 && (d < 0 || (need.initial[d]! === 0 && (counted.get(d) ?? 0) === 0)),
  );
  const mayStart = need.mayStart && need.initial.every((pods) => pods === 0);
  if (startedByOwners.length > (mayStart ? 1 : 0)) {
    faults.push(
      `pull over key ${String(need.key)}: owners alone in domains ${startedByOwners.map(([d]) => d).join(", ")}`,
    );
  }
}

function checkNodeNeed(solution: Solution, need: NodeNeed, faults: string[]): void {
  const others = need.counted.filter((k) => !need.owners.includes(k));
  let alone = 0;
  for (const node of solution.nodes) {
    if (podsOf(need.owners, node.content) > 0 && podsOf(others, node.content) === 0) alone += node.count;
  }
  for (const { bin, content } of solution.bins) {
    if (podsOf(need.owners, content) > 0 && podsOf(others, content) + need.binCounted[bin]! === 0) alone++;
  }
  const mayStart = need.mayStart && need.binCounted.every((pods) => pods === 0);
  if (alone > (mayStart ? 1 : 0)) faults.push(`pull within a node: owners alone on ${String(alone)} nodes`);
}
