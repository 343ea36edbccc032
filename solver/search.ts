/** The search on one Part: greedy first, then bounds, then mixes that are packed and polished until time is up. */
import type { Budget } from "./budget.ts";
import { relax, solveCover } from "./bound.ts";
import type { Relaxation } from "./bound.ts";
import { Filler } from "./fill.ts";
import type { Valuation } from "./fill.ts";
import { firstFitDecreasing } from "./greedy/first-fit.ts";
import type { LinearSolver } from "./linear-program.ts";
import { LimitCounter, packMix } from "./pack.ts";
import { isBetter, nodesCost, unplacedCount } from "./part.ts";
import type { Packing, Part } from "./part.ts";
import { Polisher } from "./polish.ts";
import { repair } from "./repair.ts";
import { seededRandom } from "./random.ts";
import type { Random } from "./random.ts";
import { PROVEN_GAP } from "./solution.ts";

export interface PartAnswer {
  readonly packing: Packing;
  readonly greedy: Packing;
  readonly lowerBound: number;
}

export interface SearchSettings {
  readonly gapTarget: number;
  readonly seed: number;
  readonly report: (phase: "bound" | "mix" | "polish", cost: number, lowerBound: number) => void;
}

/** Shares of the budget: the mix search ends, at the latest, at the first; the rest is polish. */
const MIX_SHARE = 0.5;
const MAX_MIXES = 24;
/** Random restarts of the packing of one mix. */
const PACKINGS_PER_MIX = 2;
/** Moves that try to place what a packing left over. */
const REPAIR_MOVES = 600;

/** Solves one Part as well as the budget allows. Never worse than greedy. */
export function searchPart(part: Part, linear: LinearSolver, budget: Budget, settings: SearchSettings): PartAnswer {
  const greedy = firstFitDecreasing(part);
  budget.spend(1);
  if (budget.isSpent() || part.classCount === 0) return { packing: greedy, greedy, lowerBound: 0 };
  const target = unplacedCount(greedy) === 0 ? part : withDemand(part, placedDemand(part, greedy));
  const relaxation = relax(target, linear, budget);
  if (relaxation === undefined) return { packing: greedy, greedy, lowerBound: 0 };
  const search = new PartSearch(target, relaxation, linear, budget, settings, greedy);
  const packing = search.run();
  return { packing: { ...packing, unplaced: addUp(packing.unplaced, part, target) }, greedy, lowerBound: Math.min(search.lowerBound, packing.cost) };
}

class PartSearch {
  lowerBound: number;
  private readonly part: Part;
  private readonly relaxation: Relaxation;
  private readonly linear: LinearSolver;
  private readonly budget: Budget;
  private readonly settings: SearchSettings;
  private readonly weights: Float64Array;
  private readonly worth: Float64Array;
  private readonly random: Random;
  private readonly filler: Filler;
  private best: Packing;

  constructor(part: Part, relaxation: Relaxation, linear: LinearSolver, budget: Budget, settings: SearchSettings, greedy: Packing) {
    this.part = part;
    this.relaxation = relaxation;
    this.linear = linear;
    this.budget = budget;
    this.settings = settings;
    this.lowerBound = relaxation.bound;
    const value = valuation(part, relaxation);
    this.weights = value.weights;
    this.worth = value.worth;
    this.random = seededRandom(settings.seed);
    this.filler = new Filler(part, value, this.random);
    this.best = { nodes: greedy.nodes, cost: greedy.cost, unplaced: new Int32Array(part.classCount) };
  }

  run(): Packing {
    this.settings.report("bound", this.best.cost, this.lowerBound);
    const polisher = new Polisher(this.part, this.filler, this.weights, this.random);
    this.searchMixes();
    if (!this.isDone()) {
      this.settings.report("polish", this.best.cost, this.lowerBound);
      const goal = { target: this.goalCost(), untilShare: 1, onImprovement: (cost: number) => { this.settings.report("polish", cost, this.lowerBound); } };
      const polished = polisher.polish(this.best, this.budget, goal);
      if (isBetter(polished, this.best)) this.best = polished;
    }
    return this.best;
  }

  /**
   * Asks the ILP for the cheapest mix that covers the rows, packs it, and where pods are left asks again with so much
   * more of the resources that were short.
   */
  private searchMixes(): void {
    const { part, relaxation, budget } = this;
    const factors = new Float64Array(relaxation.rows.length).fill(1);
    for (let round = 0; round < MAX_MIXES && budget.usedShare() < MIX_SHARE && !this.isDone(); round++) {
      const outcome = this.solveMix(factors, round === 0);
      if (outcome === undefined) return;
      const mix = Int32Array.from(outcome.values);
      const mixCost = mix.reduce((sum, count, s) => sum + count * part.price[s]!, 0);
      if (mixCost >= this.best.cost - 1e-9) return;
      const left = this.packSeveral(mix); if ((globalThis as any).DBG) (globalThis as any).DBG(round, mixCost, left, [...factors], this.best.cost, this.part, this.budget.elapsedMs());
      if (left === undefined) return;
      relaxation.rows.forEach((row, i) => {
        let missing = 0;
        left.forEach((pods, k) => (missing += pods * row.weights[k]!));
        factors[i]! += missing > 0 ? Math.max((missing / row.need) * 0.35, 1e-4) : 0;
      });
      this.settings.report("mix", this.best.cost, this.lowerBound);
    }
  }

  /** The first mix, with all factors 1, also proves the integer bound. */
  private solveMix(factors: Float64Array, isBound: boolean): { values: Float64Array } | undefined {
    const { part, relaxation, linear, budget } = this;
    const slice = budget.remainingMs() * (isBound ? 0.25 : 0.08);
    const gap = isBound ? (budget.isDeterministic ? 2e-4 : 0) : 2e-4;
    const outcome = solveCover(part, relaxation.rows, factors, true, linear, budget, gap, slice);
    if (isBound && "bound" in outcome && outcome.bound !== undefined) this.lowerBound = Math.max(this.lowerBound, outcome.bound);
    return outcome.status === "optimal" || outcome.status === "feasible" ? outcome : undefined;
  }

  /** @returns what the best try left over (K), or undefined when a try placed everything */
  private packSeveral(mix: Int32Array): Int32Array | undefined {
    const { part, budget, filler, worth } = this;
    let least: Packing | undefined;
    for (let attempt = 0; attempt < PACKINGS_PER_MIX && budget.usedShare() < MIX_SHARE; attempt++) {
      budget.spend(4);
      budget.counts.packings++;
      const packing = packMix(part, mix, filler);
      if (least === undefined || missingWorth(packing, worth) < missingWorth(least, worth)) least = packing;
      if (unplacedCount(packing) === 0) break;
    }
    if (least === undefined) return undefined;
    const moves = REPAIR_MOVES * Math.max(1, 10 / Math.sqrt(least.nodes.length));
    least = repair(part, least, worth, filler, this.random, moves, budget, () => budget.usedShare() > MIX_SHARE);
    const left = least.unplaced.slice();
    const whole = unplacedCount(least) === 0 ? least : this.complete(least);
    if (isBetter(whole, this.best)) this.best = whole;
    return unplacedCount(least) === 0 ? undefined : left;
  }

  /** Buys nodes for what a mix left over, greedily. */
  private complete(packing: Packing): Packing {
    const { part } = this;
    const rest = withDemand(part, packing.unplaced, true);
    const more = firstFitDecreasing(rest);
    const limits = new LimitCounter(part, packing.nodes);
    for (const node of more.nodes) {
      if (node.shape >= 0 && !limits.allows(node.shape)) return { ...packing };
      limits.add(node.shape, 1);
    }
    const nodes = [...packing.nodes, ...more.nodes];
    return { nodes, unplaced: more.unplaced, cost: nodesCost(part, nodes) };
  }

  private goalCost(): number {
    return this.lowerBound * (1 + Math.max(this.settings.gapTarget, PROVEN_GAP));
  }

  private isDone(): boolean {
    return this.best.cost <= this.goalCost() + 1e-9 || this.budget.isSpent();
  }
}

/**
 * What pods and room are worth by the duals. Rows of only some classes add to the worth of those classes, not to the
 * potential: a node that they may use is then a little underrated, which only costs search.
 */
function valuation(part: Part, relaxation: Relaxation): Valuation {
  const { resourceCount: R, requests } = part;
  const weights = new Float64Array(R);
  for (const { measure, price } of relaxation.prices) {
    let most = 0;
    for (let s = 0; s < part.shapeCount; s++) most = Math.max(most, part.capacity[s * R + measure.resource]!);
    weights[measure.resource]! += (price * measure.weigh(most)) / Math.max(most, 1);
  }
  const prices = relaxation.prices.slice();
  if (prices.length === 0) {
    for (let r = 0; r < R; r++) {
      weights[r] = relaxation.bound / R / Math.max(1, demandOf(part, r));
      prices.push({ measure: { resource: r, weigh: (amount) => amount }, price: weights[r]! });
    }
  }
  const potential = (free: Float64Array): number => {
    let value = 0;
    for (const { measure, price } of prices) value += price * measure.weigh(free[measure.resource]!);
    return value;
  };
  const one = new Float64Array(R);
  const worth = Float64Array.from({ length: part.classCount }, (_, k) => {
    for (let r = 0; r < R; r++) one[r] = requests[k * R + r]!;
    return Math.max(potential(one), relaxation.classValues[k]!);
  });
  return { weights, worth, potential };
}

function demandOf(part: Part, r: number): number {
  let demand = 0;
  for (let k = 0; k < part.classCount; k++) demand += part.demand[k]! * part.requests[k * part.resourceCount + r]!;
  return demand;
}

function placedDemand(part: Part, packing: Packing): Int32Array {
  return part.demand.map((demand, k) => demand - packing.unplaced[k]!);
}

/** The Part with another demand; `closed` takes the existing bins away. */
function withDemand(part: Part, demand: Int32Array, closed = false): Part {
  return { ...part, demand, ...(closed ? { binCount: 0 } : {}) };
}

function addUp(unplaced: Int32Array, part: Part, target: Part): Int32Array {
  return unplaced.map((pods, k) => pods + part.demand[k]! - target.demand[k]!);
}

function missingWorth(packing: Packing, worth: Float64Array): number {
  return packing.unplaced.reduce((sum, pods, k) => sum + pods * worth[k]!, 0);
}
