/** Pulls within a node, settled first: pods that must share a node become one larger pod for the search. */
import type { NodeNeed, Problem, Ragged } from "./problem.ts";
import type { Content, Solution } from "./solution.ts";

/** The Problem with bundles in place of their pods, and the way back. */
export interface Colocated {
  readonly problem: Problem;
  /** The Solution in terms of the Problem that was given; cost and bound as they are. */
  readonly expand: (solution: Solution) => Solution;
}

/** Pods that go to one node together, `count` times over. */
interface Bundle {
  readonly members: ReadonlyMap<number, number>;
  readonly count: number;
}

/**
 * Settles every pull within a node:
 * - where counted pods run already, the owners may only use those bins;
 * - a group that pulls itself together becomes one bundle, for only its first pod may start a node;
 * - owners that follow another class are shared out evenly over the pods of that class, and bundled with them.
 *
 * Owners that are also in another rule, or in a second pull, are left out: such a knot is not untied here.
 */
export function colocate(problem: Problem): Colocated {
  if (problem.nodeNeeds.length === 0) return { problem, expand: (solution) => solution };
  const demand = problem.demand.slice();
  const refused = new Int32Array(problem.classCount);
  const restricted = new Map<number, readonly number[]>();
  const bundles: Bundle[] = [];
  const tied = new Set<number>();
  for (const need of problem.nodeNeeds) {
    const owners = [...need.owners].filter((k) => demand[k]! > 0);
    const bins = [...need.binCounted.keys()].filter((b) => need.binCounted[b]! > 0);
    const made = bins.length > 0 ? [] : bundlesOf(need, owners, demand, tied);
    const members = made?.flatMap((bundle) => [...bundle.members.keys()]) ?? [];
    const isKnot = [...owners, ...members].some((k) => tied.has(k) || (bins.length === 0 && isRuled(problem, k)));
    if (made === undefined || isKnot) {
      for (const k of owners) {
        refused[k]! += demand[k]!;
        demand[k] = 0;
      }
      continue;
    }
    for (const k of [...owners, ...members]) tied.add(k);
    if (bins.length > 0) for (const k of owners) restricted.set(k, bins);
    for (const bundle of made) {
      bundles.push(bundle);
      for (const [k, pods] of bundle.members) demand[k]! -= pods * bundle.count;
    }
  }
  return { problem: withBundles(problem, demand, bundles, restricted), expand: expander(problem, bundles, refused) };
}

function isRuled(problem: Problem, k: number): boolean {
  const rules = [...problem.nodeCaps, ...problem.spreads, ...problem.domainCaps, ...problem.domainNeeds];
  return rules.some((rule) => rule.owners.includes(k) || rule.counted.includes(k));
}

/** @returns undefined when there is nothing for the owners to follow */
function bundlesOf(
  need: NodeNeed,
  owners: readonly number[],
  demand: Int32Array,
  tied: ReadonlySet<number>,
): Bundle[] | undefined {
  const first = owners[0];
  if (first === undefined) return [];
  const pullsItself = need.mayStart && owners.every((k) => need.counted.includes(k));
  if (pullsItself) return [{ members: new Map(owners.map((k) => [k, demand[k]!])), count: 1 }];
  const leaders = [...need.counted].filter((k) => !need.owners.includes(k) && demand[k]! > 0 && !tied.has(k));
  const leader = leaders.sort((a, b) => demand[b]! - demand[a]!)[0];
  return leader === undefined ? undefined : shareOut(leader, owners, demand);
}

/** The owners' pods over the leader's pods, as evenly as whole pods go; leaders that get none stay what they are. */
function shareOut(leader: number, owners: readonly number[], demand: Int32Array): Bundle[] {
  const leaders = demand[leader]!;
  const breaks = new Set([leaders]);
  for (const k of owners) if (demand[k]! % leaders > 0) breaks.add(demand[k]! % leaders);
  const bundles: Bundle[] = [];
  let from = 0;
  for (const to of [...breaks].sort((a, b) => a - b)) {
    const members = new Map([[leader, 1]]);
    for (const k of owners) {
      const pods = Math.floor(demand[k]! / leaders) + (from < demand[k]! % leaders ? 1 : 0);
      if (pods > 0) members.set(k, pods);
    }
    if (members.size > 1) bundles.push({ members, count: to - from });
    from = to;
  }
  return bundles;
}

function withBundles(
  problem: Problem,
  demand: Int32Array,
  bundles: readonly Bundle[],
  restricted: ReadonlyMap<number, readonly number[]>,
): Problem {
  const { resourceCount: R } = problem;
  const shapeRows = rowsOf(problem.groupShapes);
  const binRows = rowsOf(problem.groupBins);
  const group = [...problem.group];
  for (const [k, bins] of restricted) {
    group[k] = shapeRows.length;
    shapeRows.push([]);
    binRows.push(binRows[problem.group[k]!]!.filter((b) => bins.includes(b)));
  }
  const requests = [...problem.requests];
  const priority = [...problem.priority];
  for (const { members } of bundles) {
    const groups = [...members.keys()].map((k) => problem.group[k]!);
    group.push(shapeRows.length);
    shapeRows.push(intersection(groups.map((g) => shapeRows[g]!)));
    binRows.push(intersection(groups.map((g) => binRows[g]!)));
    for (let r = 0; r < R; r++) {
      let sum = 0;
      for (const [k, pods] of members) sum += pods * problem.requests[k * R + r]!;
      requests.push(sum);
    }
    priority.push(Math.max(...[...members.keys()].map((k) => problem.priority[k]!)));
  }
  return {
    ...problem,
    classCount: problem.classCount + bundles.length,
    demand: Int32Array.from([...demand, ...bundles.map((bundle) => bundle.count)]),
    requests: Float64Array.from(requests),
    priority: Int32Array.from(priority),
    group: Int32Array.from(group),
    groupCount: shapeRows.length,
    groupShapes: toRagged(shapeRows),
    groupBins: toRagged(binRows),
    nodeNeeds: [],
  };
}

function expander(problem: Problem, bundles: readonly Bundle[], refused: Int32Array): (solution: Solution) => Solution {
  const K = problem.classCount;
  const expandContent = (content: Content): Content => {
    const pods = new Map<number, number>();
    content.classes.forEach((k, i) => {
      const members = k < K ? new Map([[k, 1]]) : bundles[k - K]!.members;
      for (const [member, count] of members) pods.set(member, (pods.get(member) ?? 0) + count * content.pods[i]!);
    });
    const sorted = [...pods].sort((a, b) => a[0] - b[0]);
    return { classes: Int32Array.from(sorted, ([k]) => k), pods: Int32Array.from(sorted, ([, count]) => count) };
  };
  return (solution) => {
    const unplaced = solution.unplaced.slice(0, K).map((pods, k) => pods + refused[k]!);
    let greedyUnplaced = solution.greedyUnplaced + refused.reduce((sum, pods) => sum + pods, 0);
    bundles.forEach(({ members }, i) => {
      const left = solution.unplaced[K + i]!;
      for (const [k, pods] of members) unplaced[k]! += pods * left;
      // Greedy has the same bundles; it counted each that it left as one pod.
      greedyUnplaced += left * ([...members.values()].reduce((sum, pods) => sum + pods, 0) - 1);
    });
    return {
      ...solution,
      nodes: solution.nodes.map((node) => ({ ...node, content: expandContent(node.content) })),
      bins: solution.bins.map((fill) => ({ ...fill, content: expandContent(fill.content) })),
      unplaced,
      greedyUnplaced,
    };
  };
}

function rowsOf(table: Ragged): number[][] {
  return Array.from({ length: table.offsets.length - 1 }, (_, g) => [
    ...table.items.subarray(table.offsets[g], table.offsets[g + 1]),
  ]);
}

function toRagged(rows: readonly (readonly number[])[]): Ragged {
  const offsets = [0];
  for (const row of rows) offsets.push(offsets[offsets.length - 1]! + row.length);
  return { offsets: Int32Array.from(offsets), items: Int32Array.from(rows.flat()) };
}

function intersection(lists: readonly (readonly number[])[]): number[] {
  const [first, ...others] = lists;
  const sets = others.map((list) => new Set(list));
  return (first ?? []).filter((item) => sets.every((set) => set.has(item)));
}
