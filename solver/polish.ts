/** Polish: take a few nodes apart and pack their pods again, into cheaper nodes or into fuller ones, until time is up. */
import { buildCombos, comboShapes, firstAtLeast } from "./combos.ts";
import type { Combos } from "./combos.ts";
import type { Budget } from "./budget.ts";
import type { Filler } from "./fill.ts";
import { binNode, LimitCounter, newNode, packInto, poolIsEmpty, poolOf } from "./pack.ts";
import { hasLimits, nodesCost } from "./part.ts";
import type { PackedNode, Packing, Part } from "./part.ts";
import type { Random } from "./random.ts";

/** Combos tried for one choice of nodes before another choice is made. */
const TRIES = 4;
/** Combos looked at, cheapest first, for those that are large enough. */
const SCAN = 4000;
/** Chance to accept a packing that spreads the waste more than before. */
const DRIFT = 0.02;

export interface PolishGoal {
  /** Stop at this cost: it is the bound. */
  readonly target: number;
  /** Stop when the budget's used share reaches this. */
  readonly untilShare: number;
  readonly onImprovement?: (cost: number) => void;
}

/**
 * Improves a packing in place of its nodes. Large-neighbourhood search: each move takes some nodes apart, holds a few of
 * them as they are, and looks for a cheaper multiset of shapes for the rest that still holds all the pods. When there
 * is none the pods are packed again so that the slack gathers in one node, which later moves can shrink or empty.
 */
export class Polisher {
  private readonly part: Part;
  private readonly filler: Filler;
  private readonly random: Random;
  private readonly weights: Float64Array;
  private readonly combos: Combos;
  private readonly scratch: Int32Array;
  private readonly need: Float64Array;
  private readonly isLimited: boolean;

  constructor(part: Part, filler: Filler, weights: Float64Array, random: Random) {
    this.part = part;
    this.filler = filler;
    this.random = random;
    this.weights = weights;
    this.combos = buildCombos(part, shapesByEfficiency(part, weights));
    this.scratch = new Int32Array(part.classCount);
    this.need = new Float64Array(part.resourceCount);
    this.isLimited = hasLimits(part);
  }

  polish(packing: Packing, budget: Budget, goal: PolishGoal): Packing {
    const nodes = packing.nodes.slice();
    let cost = packing.cost;
    const movable = nodes.filter((node) => node.shape >= 0).length;
    if (movable === 0) return packing;
    const limits = new LimitCounter(this.part, nodes);
    let idle = 0;
    while (budget.usedShare() < goal.untilShare && cost > goal.target + 1e-9 && idle < 200_000) {
      budget.spend(1);
      budget.counts.polishMoves++;
      const saved = this.move(nodes, limits);
      if (saved > 1e-9) {
        cost = nodesCost(this.part, nodes);
        idle = 0;
        goal.onImprovement?.(cost);
      } else idle++;
    }
    return { nodes, unplaced: packing.unplaced, cost };
  }

  /** One move; returns what it saved, USD per hour. */
  private move(nodes: PackedNode[], limits: LimitCounter): number {
    const chosen = this.choose(nodes);
    if (chosen.length === 0) return 0;
    const replaced = chosen
      .filter((i) => nodes[i]!.shape >= 0)
      .slice(0, 1 + Math.floor(this.random() * Math.min(4, chosen.length)));
    const held = chosen.filter((i) => !replaced.includes(i));
    const before = this.costOf(nodes, chosen);
    this.measureNeed(nodes, chosen, held);
    const freed = replaced.map((i) => nodes[i]!.shape);
    for (const shapes of this.cheaper(this.costOf(nodes, replaced), limits, freed)) {
      const targets = this.shuffle(held.map((i) => this.emptied(nodes[i]!)));
      for (const s of shapes) targets.push(newNode(this.part, s));
      const packed = this.repack(nodes, chosen, targets);
      if (packed === undefined) continue;
      this.exchange(nodes, chosen, packed, limits);
      return before - nodesCost(this.part, packed);
    }
    const same = this.repack(nodes, chosen, this.shuffle(chosen.map((i) => this.emptied(nodes[i]!))));
    if (same === undefined) return 0;
    this.shrink(
      same,
      chosen.map((i) => nodes[i]!),
      limits,
    );
    const saved = before - nodesCost(this.part, same);
    if (saved <= 1e-9 && this.random() > DRIFT && this.gathered(same) < this.gathered(chosen.map((i) => nodes[i]!)))
      return 0;
    this.exchange(nodes, chosen, same, limits);
    return saved;
  }

  /** How much the waste is gathered in few nodes: the sum of its squares. */
  private gathered(nodes: readonly PackedNode[]): number {
    let sum = 0;
    for (const node of nodes) if (node.shape >= 0) sum += this.waste(node) ** 2;
    return sum;
  }

  private costOf(nodes: readonly PackedNode[], indices: readonly number[]): number {
    let cost = 0;
    for (const i of indices) if (nodes[i]!.shape >= 0) cost += this.part.price[nodes[i]!.shape]!;
    return cost;
  }

  /** A handful of node indices: one with much waste, and others at random. */
  private choose(nodes: readonly PackedNode[]): number[] {
    const size = Math.min(nodes.length, 2 + Math.floor(this.random() * 5));
    let first = -1;
    let most = -Infinity;
    for (let i = 0; i < 4; i++) {
      const index = Math.floor(this.random() * nodes.length);
      const waste = nodes[index]!.shape < 0 ? 0 : this.waste(nodes[index]!);
      if (waste > most) {
        most = waste;
        first = index;
      }
    }
    const chosen = new Set([first]);
    for (let tries = 0; chosen.size < size && tries < 20; tries++) chosen.add(Math.floor(this.random() * nodes.length));
    return this.shuffle([...chosen]);
  }

  private waste(node: PackedNode): number {
    let worth = 0;
    for (let r = 0; r < node.used.length; r++) worth += this.weights[r]! * node.used[r]!;
    return this.part.price[node.shape]! - worth;
  }

  /** What the replaced nodes' successors must hold: all chosen pods, less the capacity of the held nodes. */
  private measureNeed(nodes: readonly PackedNode[], chosen: readonly number[], held: readonly number[]): void {
    const { resourceCount: R, capacity, binFree } = this.part;
    this.need.fill(0);
    for (const i of chosen) for (let r = 0; r < R; r++) this.need[r]! += nodes[i]!.used[r]!;
    for (const i of held) {
      const node = nodes[i]!;
      for (let r = 0; r < R; r++)
        this.need[r]! -= node.shape >= 0 ? capacity[node.shape * R + r]! : binFree[node.bin * R + r]!;
    }
  }

  /** Up to {@link TRIES} multisets that are cheaper than `oldCost` and large enough in sum, cheapest or random first. */
  private cheaper(oldCost: number, limits: LimitCounter, freed: readonly number[]): number[][] {
    const { resourceCount: R } = this.part;
    const { combos, need } = this;
    let floor = 0;
    for (let r = 0; r < R; r++) floor += this.weights[r]! * Math.max(0, need[r]!);
    const found: number[][] = [];
    if (need.every((amount) => amount <= 0)) found.push([]);
    const end = firstAtLeast(combos, oldCost - 1e-9);
    const start = Math.max(firstAtLeast(combos, floor - 1e-9), 0);
    const skip = this.random() < 0.5 ? 0 : Math.floor(this.random() * Math.max(0, end - start) * 0.8);
    const last = Math.min(end, start + skip + SCAN);
    for (let i = start + skip; i < last && found.length < TRIES; i++) {
      let enough = true;
      for (let r = 0; r < R && enough; r++) enough = combos.capacity[i * R + r]! >= need[r]!;
      if (!enough) continue;
      const shapes = comboShapes(combos, i);
      if (this.part.rows.length === 0 || withinLimits(limits, freed, shapes)) found.push(shapes);
    }
    return found;
  }

  private repack(
    nodes: readonly PackedNode[],
    chosen: readonly number[],
    targets: PackedNode[],
  ): PackedNode[] | undefined {
    const pool = poolOf(
      chosen.map((i) => nodes[i]!),
      this.scratch,
    );
    const packed = packInto(this.part, targets, pool, this.filler);
    const fitted = poolIsEmpty(pool);
    for (const k of pool.classes) this.scratch[k] = 0;
    return fitted ? packed : undefined;
  }

  /** Each node becomes the cheapest shape that holds what it has; limits are counted as if `old` were gone. */
  private shrink(nodes: readonly PackedNode[], old: readonly PackedNode[], limits: LimitCounter): void {
    const trial = this.isLimited ? limits.copy() : limits;
    if (this.isLimited) {
      for (const node of old) trial.add(node.shape, -1);
      for (const node of nodes) trial.add(node.shape, 1);
    }
    for (const node of nodes) {
      if (node.shape < 0) continue;
      const better = cheapestFor(this.part, node, trial);
      if (better < 0) continue;
      if (this.isLimited) {
        trial.add(node.shape, -1);
        trial.add(better, 1);
      }
      node.shape = better;
    }
  }

  private exchange(
    nodes: PackedNode[],
    chosen: readonly number[],
    packed: readonly PackedNode[],
    limits: LimitCounter,
  ): void {
    for (const i of chosen) limits.add(nodes[i]!.shape, -1);
    for (const i of [...chosen].sort((a, b) => b - a)) {
      nodes[i] = nodes[nodes.length - 1]!;
      nodes.pop();
    }
    for (const node of packed) {
      limits.add(node.shape, 1);
      nodes.push(node);
    }
  }

  private emptied(node: PackedNode): PackedNode {
    return node.shape >= 0 ? newNode(this.part, node.shape) : binNode(this.part, node.bin);
  }

  private shuffle<T>(list: T[]): T[] {
    for (let i = list.length - 1; i > 0; i--) {
      const j = Math.floor(this.random() * (i + 1));
      [list[i], list[j]] = [list[j]!, list[i]!];
    }
    return list;
  }
}

function withinLimits(limits: LimitCounter, freed: readonly number[], wanted: readonly number[]): boolean {
  const trial = limits.copy();
  for (const s of freed) trial.add(s, -1);
  return wanted.every((s) => {
    const allowed = trial.allows(s);
    trial.add(s, 1);
    return allowed;
  });
}

/** The cheapest shape below the node's own price that takes all of its pods, or -1. */
function cheapestFor(part: Part, node: PackedNode, limits: LimitCounter): number {
  const { resourceCount: R, classCount: K } = part;
  let best = -1;
  let bestPrice = part.price[node.shape]! - 1e-9;
  for (let s = 0; s < part.shapeCount; s++) {
    if (part.price[s]! >= bestPrice || !limits.allows(s)) continue;
    let holds = true;
    for (let r = 0; r < R && holds; r++) holds = part.capacity[s * R + r]! >= node.used[r]!;
    if (!holds || !node.classes.every((k) => part.shapeTakes[s * K + k] === 1)) continue;
    best = s;
    bestPrice = part.price[s]!;
  }
  return best;
}

/** Shapes by what their capacity is worth a dollar, best first. */
function shapesByEfficiency(part: Part, weights: Float64Array): number[] {
  const { resourceCount: R } = part;
  const worth = (s: number): number => {
    let sum = 0;
    for (let r = 0; r < R; r++) sum += weights[r]! * part.capacity[s * R + r]!;
    return sum / Math.max(part.price[s]!, 1e-12);
  };
  return Array.from({ length: part.shapeCount }, (_, s) => s).sort((a, b) => worth(b) - worth(a));
}
