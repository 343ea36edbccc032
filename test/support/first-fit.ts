/** A solver stand-in for tests of compile and decode: first fit in class order, onto nodes that exist, then new ones. */
import type { Problem } from "../../solver/problem.ts";
import type { Content, Solution } from "../../solver/solution.ts";

interface OpenNode {
  readonly shape: number;
  readonly bin: number;
  readonly free: Float64Array;
  readonly pods: Map<number, number>;
  readonly tier: number;
}

/** A feasible Solution; nothing about it is clever. Respects every rule of the Problem. */
export function firstFit(problem: Problem): Solution {
  const R = problem.resourceCount;
  const nodes: OpenNode[] = Array.from({ length: problem.binCount }, (_, bin) => ({
    shape: -1,
    bin,
    free: problem.binFree.slice(bin * R, bin * R + R),
    pods: new Map<number, number>(),
    tier: -1,
  }));
  const bought = new Int32Array(problem.shapeCount);
  const unplaced = new Int32Array(problem.classCount);
  const inSpread = problem.spreads.map((spread) => Array.from(spread.initial));

  const allowedShapes = rows(problem.groupShapes);
  const allowedBins = rows(problem.groupBins);
  const order = Array.from({ length: problem.classCount }, (_, k) => k).sort(
    (a, b) => problem.priority[b]! - problem.priority[a]! || a - b,
  );

  const fits = (free: Float64Array, k: number): boolean => {
    for (let r = 0; r < R; r++) if (problem.requests[k * R + r]! > free[r]!) return false;
    return true;
  };
  const capsHold = (node: OpenNode, k: number): boolean =>
    problem.nodeCaps.every((cap) => {
      if (!cap.owners.includes(k) && !cap.counted.includes(k)) return true;
      const owned =
        (node.bin >= 0 && cap.binOwned[node.bin] === 1) ||
        cap.owners.includes(k) ||
        [...node.pods.keys()].some((other) => cap.owners.includes(other));
      if (!owned) return true;
      let counted = node.bin >= 0 ? cap.binCounted[node.bin]! : 0;
      for (const [other, pods] of node.pods) if (cap.counted.includes(other)) counted += pods;
      if (cap.counted.includes(k)) counted++;
      return counted <= cap.max;
    });
  const domainOf = (node: OpenNode, s: number): number => {
    const key = problem.domainKeys[problem.spreads[s]!.key]!;
    return node.bin >= 0 ? key.binDomain[node.bin]! : key.shapeDomain[node.shape]!;
  };
  const spreadsHold = (node: OpenNode, k: number): boolean =>
    problem.spreads.every((spread, s) => {
      const domain = domainOf(node, s);
      const counts = inSpread[s]!;
      const counted = spread.counted.includes(k);
      if (domain < 0) return !spread.owners.includes(k);
      const eligible = counts.filter((_, d) => spread.eligible[d] === 1);
      const least = eligible.length < spread.minDomains ? 0 : Math.min(...eligible);
      if (spread.owners.includes(k)) {
        return spread.eligible[domain] === 1 && counts[domain]! + (counted ? 1 : 0) - least <= spread.maxSkew;
      }
      // One that is counted and owns nothing could break an owner's skew: it waits for a domain where it does not.
      return !counted || counts[domain]! + 1 - least <= spread.maxSkew;
    });
  const rowsHold = (s: number): boolean =>
    problem.shapeRows.every((row) => {
      let used = 0;
      row.shapes.forEach((other, i) => (used += (bought[other]! + (other === s ? 1 : 0)) * row.coefficients[i]!));
      return used <= row.limit;
    });
  const put = (node: OpenNode, k: number): void => {
    for (let r = 0; r < R; r++) node.free[r]! -= problem.requests[k * R + r]!;
    node.pods.set(k, (node.pods.get(k) ?? 0) + 1);
    problem.spreads.forEach((spread, s) => {
      const domain = domainOf(node, s);
      if (domain >= 0 && spread.counted.includes(k)) inSpread[s]![domain]!++;
    });
  };
  const placeOne = (k: number): boolean => {
    const shapes = allowedShapes[problem.group[k]!]!;
    const bins = allowedBins[problem.group[k]!]!;
    for (const node of nodes) {
      const may = node.bin >= 0 ? bins.has(node.bin) : shapes.has(node.shape);
      if (!may || !fits(node.free, k) || !capsHold(node, k) || !spreadsHold(node, k)) continue;
      put(node, k);
      return true;
    }
    const candidates = [...shapes].sort(
      (a, b) => problem.shapeTier[a]! - problem.shapeTier[b]! || problem.price[a]! - problem.price[b]! || a - b,
    );
    for (const shape of candidates) {
      if (bought[shape]! >= problem.shapeLimit[shape]! || !rowsHold(shape)) continue;
      const free = problem.allocatable.slice(shape * R, shape * R + R);
      const node: OpenNode = { shape, bin: -1, free, pods: new Map(), tier: problem.shapeTier[shape]! };
      if (!fits(free, k) || !capsHold(node, k) || !spreadsHold(node, k)) continue;
      put(node, k);
      nodes.push(node);
      bought[shape]!++;
      return true;
    }
    return false;
  };

  // In rounds, so that pods that are spread find the domains that other classes have filled.
  for (const k of order) {
    let left = problem.demand[k]!;
    while (left > 0 && placeOne(k)) left--;
    unplaced[k] = left;
  }
  const made = nodes.filter((node) => node.bin < 0);
  const cost = made.reduce((sum, node) => sum + problem.price[node.shape]!, 0);
  return {
    stop: "heuristic",
    nodes: made.map((node) => ({ shape: node.shape, count: 1, content: contentOf(node.pods) })),
    bins: nodes
      .filter((node) => node.bin >= 0 && node.pods.size > 0)
      .map((node) => ({ bin: node.bin, content: contentOf(node.pods) })),
    unplaced,
    cost,
    lowerBound: 0,
    greedyCost: cost,
    greedyUnplaced: unplaced.reduce((sum, pods) => sum + pods, 0),
    stats: {
      ms: 0,
      work: 0,
      classes: problem.classCount,
      shapes: problem.shapeCount,
      lpSolves: 0,
      ilpSolves: 0,
      packings: 0,
      polishMoves: 0,
      parts: 1,
    },
  };
}

function rows(table: { readonly offsets: Int32Array; readonly items: Int32Array }): Set<number>[] {
  return Array.from(
    { length: table.offsets.length - 1 },
    (_, i) => new Set(table.items.slice(table.offsets[i], table.offsets[i + 1])),
  );
}

function contentOf(pods: ReadonlyMap<number, number>): Content {
  const sorted = [...pods].sort(([a], [b]) => a - b);
  return {
    classes: Int32Array.from(sorted, ([k]) => k),
    pods: Int32Array.from(sorted, ([, count]) => count),
  };
}
