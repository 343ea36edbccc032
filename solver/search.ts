/** The search on one Part: greedy first, then the search proper; what limits keep out is set aside. */
import type { Budget } from "./budget.ts";
import { relax } from "./bound.ts";
import { firstFitDecreasing } from "./greedy/first-fit.ts";
import { nodeGroupsLeastWaste } from "./greedy/node-groups.ts";
import type { LinearSolver } from "./linear-program.ts";
import { MixProgram } from "./mix.ts";
import { isBetter, unplacedCount, withDemand } from "./part.ts";
import type { Packing, Part } from "./part.ts";
import { MIX_GAP, PartSearch, PROOF_SHARE } from "./part-search.ts";
import type { SearchSettings } from "./part-search.ts";

export interface PartAnswer {
  readonly packing: Packing;
  readonly greedy: Packing;
  readonly lowerBound: number;
}

/** A bound that is asked for when time is up is still given this long. */
const MIN_ILP_MS = 20;

/** Solves one Part as well as the budget allows. Never worse than greedy. */
export function searchPart(part: Part, linear: LinearSolver, budget: Budget, settings: SearchSettings): PartAnswer {
  const greedy = firstFitDecreasing(part, "largest");
  budget.spend(1);
  settings.report("greedy", greedy.cost, 0);
  if (budget.isSpent() || part.classCount === 0) return { packing: greedy, greedy, lowerBound: 0 };
  const incumbent = unplacedCount(greedy) === 0 ? greedy : betterOf(greedy, firstFitDecreasing(part, "current"));
  const solveRest = (rest: Part, slice: Budget, quiet: SearchSettings): Packing =>
    searchPart(rest, linear, slice, quiet).packing;
  const relaxation = relax(part, linear, budget);
  if (relaxation !== undefined) {
    const search = new PartSearch(part, relaxation, incumbent, { linear, budget, settings, solveRest });
    const packing = search.run();
    if (unplacedCount(packing) === 0) return { packing, greedy, lowerBound: Math.min(search.lowerBound, packing.cost) };
    return { packing, greedy, lowerBound: boundOf(part, packing, linear, budget) };
  }
  // Limits or sizes keep some pods out: the others are solved for as if they were all.
  const target = withDemand(part, placedDemand(part, incumbent));
  const reduced = relax(target, linear, budget);
  if (reduced === undefined) return { packing: incumbent, greedy, lowerBound: 0 };
  const start = { nodes: incumbent.nodes, cost: incumbent.cost, unplaced: new Int32Array(part.classCount) };
  const search = new PartSearch(target, reduced, start, { linear, budget, settings, solveRest });
  const packing = search.run();
  return {
    packing: { ...packing, unplaced: addUp(packing.unplaced, part, target) },
    greedy,
    lowerBound: Math.min(search.lowerBound, packing.cost),
  };
}

/** A greedy strategy as the answer, with the bound that goes with it. */
export function baselinePart(
  part: Part,
  strategy: "greedy" | "cluster-autoscaler",
  linear: LinearSolver,
  budget: Budget,
): PartAnswer {
  const greedy = firstFitDecreasing(part, "largest");
  const packing = strategy === "greedy" ? greedy : nodeGroupsLeastWaste(part);
  return { packing, greedy, lowerBound: budget.isSpent() ? 0 : boundOf(part, packing, linear, budget) };
}

/** A lower bound on the cost of the pods that `packing` places, USD per hour. */
function boundOf(part: Part, packing: Packing, linear: LinearSolver, budget: Budget): number {
  return Math.min(packing.cost, integerBound(withDemand(part, placedDemand(part, packing)), linear, budget));
}

/** The LP bound and, as far as time goes, the bound of the integer program. 0 when the LP was not solved. */
export function integerBound(part: Part, linear: LinearSolver, budget: Budget): number {
  const relaxation = relax(part, linear, budget);
  if (relaxation === undefined) return 0;
  const { bound } = new MixProgram(part, relaxation, linear, budget).solve(PROOF_SHARE, MIX_GAP, false, MIN_ILP_MS);
  return Math.max(relaxation.bound, bound);
}

function betterOf(a: Packing, b: Packing): Packing {
  return isBetter(b, a) ? b : a;
}

function placedDemand(part: Part, packing: Packing): Int32Array {
  return part.demand.map((demand, k) => demand - packing.unplaced[k]!);
}

function addUp(unplaced: Int32Array, part: Part, target: Part): Int32Array {
  return unplaced.map((pods, k) => pods + part.demand[k]! - target.demand[k]!);
}
