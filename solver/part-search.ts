/** The search proper: mixes that are packed and repaired, proofs, patterns, and polish until time is up. */
import type { Budget } from "./budget.ts";
import type { Relaxation } from "./bound.ts";
import { exhaust } from "./exhaust.ts";
import { Filler } from "./fill.ts";
import { firstFitDecreasing } from "./greedy/first-fit.ts";
import type { LinearSolver } from "./linear-program.ts";
import { MixProgram } from "./mix.ts";
import { LimitCounter, packMix } from "./pack.ts";
import { isBetter, nodesCost, unplacedCount, withDemand } from "./part.ts";
import type { PackedNode, Packing, Part } from "./part.ts";
import { solvePatterns } from "./patterns.ts";
import { Polisher } from "./polish.ts";
import { seededRandom } from "./random.ts";
import type { Random } from "./random.ts";
import { repair } from "./repair.ts";
import { PROVEN_GAP } from "./solution.ts";
import { valuation } from "./valuation.ts";

export interface SearchSettings {
  readonly gapTarget: number;
  readonly seed: number;
  /** Whether pattern columns may be generated; off for the rest of a part that was solved by them. */
  readonly withPatterns: boolean;
  readonly report: (phase: "greedy" | "bound" | "mix" | "polish", cost: number, lowerBound: number) => void;
}

/** What a search works with. */
export interface SearchMeans {
  readonly linear: LinearSolver;
  readonly budget: Budget;
  readonly settings: SearchSettings;
  /** Solves a smaller part from the beginning. */
  readonly solveRest: (rest: Part, budget: Budget, settings: SearchSettings) => Packing;
}

/** Shares of what is left of the budget for one ILP, and the gaps at which it may stop. */
const FIRST_MIX_SHARE = 0.2;
const MIX_ILP_SHARE = 0.08;
export const PROOF_SHARE = 0.35;
const EXHAUST_SHARE = 0.5;
const PATTERN_SHARE = 0.4;
/** Patterns are tried when the gap is above this. */
const PATTERN_GAP = 4e-3;
/** With a gap above this, more mixes of the same kind are no use: patterns are next. */
const FAR = 0.03;
export const MIX_GAP = 2e-4;
/** A proof is tried when the cost is within this of the bound. */
const NEARLY = 6e-4;
/** Shares of the budget: the mix search ends, at the latest, at the first; the rest is polish. */
const MIX_SHARE = 0.35;
const MAX_MIXES = 24;
/** Random restarts of the packing of one mix. */
const PACKINGS_PER_MIX = 2;
/** Moves that try to place what a packing left over. */
const REPAIR_MOVES = 600;
/** The most of the whole budget that goes into the repair of one mix. */
const REPAIR_SHARE = 0.08;

/** Mixes are found, packed, proved and polished; {@link run} gives the best packing, {@link lowerBound} what is proven. */
export class PartSearch {
  lowerBound: number;
  private readonly part: Part;
  private readonly relaxation: Relaxation;
  private readonly linear: LinearSolver;
  private readonly mixes: MixProgram;
  private readonly budget: Budget;
  private readonly settings: SearchSettings;
  private readonly solveRest: SearchMeans["solveRest"];
  private readonly weights: Float64Array;
  private readonly worth: Float64Array;
  private readonly random: Random;
  private readonly filler: Filler;
  private best: Packing;

  constructor(
    part: Part,
    relaxation: Relaxation,
    incumbent: Packing,
    { linear, budget, settings, solveRest }: SearchMeans,
  ) {
    this.part = part;
    this.relaxation = relaxation;
    this.linear = linear;
    this.mixes = new MixProgram(part, relaxation, linear, budget);
    this.budget = budget;
    this.settings = settings;
    this.solveRest = solveRest;
    this.lowerBound = relaxation.bound;
    const value = valuation(part, relaxation);
    this.weights = value.weights;
    this.worth = value.worth;
    this.random = seededRandom(settings.seed);
    this.filler = new Filler(part, value, this.random);
    this.best = incumbent;
  }

  run(): Packing {
    this.settings.report("bound", this.best.cost, this.lowerBound);
    const polisher = new Polisher(this.part, this.filler, this.weights, this.random);
    this.searchMixes();
    this.prove();
    this.exhaustSmall();
    this.tryPatterns();
    if (!this.isDone()) {
      this.settings.report("polish", this.best.cost, this.lowerBound);
      const goal = {
        target: this.goalCost(),
        untilShare: 1,
        onImprovement: (cost: number) => {
          this.settings.report("polish", cost, this.lowerBound);
        },
      };
      const polished = polisher.polish(this.best, this.budget, goal);
      if (isBetter(polished, this.best)) this.best = polished;
    }
    return this.best;
  }

  /**
   * Asks the ILP for the cheapest mix that covers the rows, packs it, and where pods are left asks again with a little
   * more of what was short.
   */
  private searchMixes(): void {
    const { budget, mixes } = this;
    const gap = MIX_GAP;
    for (let round = 0; round < MAX_MIXES && budget.usedShare() < MIX_SHARE && !this.isDone(); round++) {
      const isFirst = round === 0;
      const { mix, bound } = mixes.solve(isFirst ? FIRST_MIX_SHARE : MIX_ILP_SHARE, gap, !isFirst);
      this.lowerBound = Math.max(this.lowerBound, bound);
      if (mix === undefined) return;
      if (unplacedCount(this.best) === 0 && mix.objective >= this.best.cost - 1e-9) return;
      const left = this.packSeveral(Int32Array.from(mix.values));
      this.settings.report("mix", this.best.cost, this.lowerBound);
      if (left === undefined || this.gap() > FAR) return;
      mixes.addSlack(left);
    }
  }

  /**
   * Where resources priced apart say too little (small machines, few kinds of pods), whole patterns say more: a row for
   * the bound, and nodes to build on. What rounding down leaves is a smaller part, solved like any other.
   */
  private tryPatterns(): void {
    const { part, budget, linear, settings } = this;
    if (!settings.withPatterns || this.isDone() || unplacedCount(this.best) > 0) return;
    if (this.gap() < PATTERN_GAP) return;
    const answer = solvePatterns(part, this.relaxation, this.best.nodes, linear, budget.slice(PATTERN_SHARE));
    if (answer === undefined) return;
    if (answer.row !== undefined) {
      this.mixes.addRow(answer.row);
      this.lowerBound = Math.max(this.lowerBound, this.mixes.solve(MIX_ILP_SHARE, MIX_GAP, false).bound);
    }
    const rest = withDemand(part, remainingDemand(part, answer.nodes));
    const quiet = { ...settings, withPatterns: false, report: (): void => undefined };
    const more = this.solveRest(rest, budget.slice(PATTERN_SHARE), quiet);
    const nodes = [...answer.nodes, ...more.nodes];
    const packing = { nodes, unplaced: more.unplaced, cost: nodesCost(part, nodes) };
    if (isBetter(packing, this.best)) this.best = packing;
    settings.report("mix", this.best.cost, this.lowerBound);
  }

  /** Small parts are settled for good. */
  private exhaustSmall(): void {
    if (this.isDone() || unplacedCount(this.best) > 0) return;
    const answer = exhaust(this.part, this.relaxation, this.best, this.lowerBound, this.budget.slice(EXHAUST_SHARE));
    if (answer === undefined) return;
    if (answer.packing !== undefined) this.best = answer.packing;
    this.lowerBound = Math.max(this.lowerBound, answer.lowerBound);
  }

  /** With cost and bound close, asks the ILP for a proof; the mix that it finds may be cheaper, and is tried as well. */
  private prove(): void {
    if (this.isDone() || this.best.cost > this.lowerBound * (1 + NEARLY)) return;
    const { mix, bound } = this.mixes.solve(PROOF_SHARE, 0, false);
    this.lowerBound = Math.max(this.lowerBound, bound);
    if (mix !== undefined && mix.objective < this.best.cost - 1e-9) this.packSeveral(Int32Array.from(mix.values));
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
    const endShare = Math.min(MIX_SHARE, budget.usedShare() + REPAIR_SHARE);
    least = repair(part, least, worth, filler, this.random, moves, budget, () => budget.usedShare() > endShare);
    const left = least.unplaced.slice();
    const whole = unplacedCount(least) === 0 ? least : this.complete(least);
    if (isBetter(whole, this.best)) this.best = whole;
    return unplacedCount(least) === 0 ? undefined : left;
  }

  /** Buys nodes for what a mix left over, greedily. */
  private complete(packing: Packing): Packing {
    const { part } = this;
    const rest = withDemand(part, packing.unplaced, true);
    const more = firstFitDecreasing(rest, "current");
    const limits = new LimitCounter(part, packing.nodes);
    for (const node of more.nodes) {
      if (node.shape >= 0 && !limits.allows(node.shape)) return { ...packing };
      limits.add(node.shape, 1);
    }
    const nodes = [...packing.nodes, ...more.nodes];
    return { nodes, unplaced: more.unplaced, cost: nodesCost(part, nodes) };
  }

  private gap(): number {
    return this.lowerBound > 0 ? this.best.cost / this.lowerBound - 1 : Infinity;
  }

  private goalCost(): number {
    return this.lowerBound * (1 + Math.max(this.settings.gapTarget, PROVEN_GAP));
  }

  private isDone(): boolean {
    const isOptimal = unplacedCount(this.best) === 0 && this.best.cost <= this.goalCost() + 1e-9;
    return isOptimal || this.budget.isSpent();
  }
}

function remainingDemand(part: Part, nodes: readonly PackedNode[]): Int32Array {
  const left = part.demand.slice();
  for (const node of nodes) node.classes.forEach((k, i) => (left[k]! -= node.counts[i]!));
  return left;
}

function missingWorth(packing: Packing, worth: Float64Array): number {
  return packing.unplaced.reduce((sum, pods, k) => sum + pods * worth[k]!, 0);
}
