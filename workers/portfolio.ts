/** A pool that searches for each answer several times at once, from different seeds, and gives the best. */
import { PROVEN_GAP, relativeGap } from "../solver/solution.ts";
import type { Solution } from "../solver/solution.ts";
import type { SolverPool } from "./pool.ts";

/** Far enough apart that seeds that callers count up do not meet. */
const SEED_STEP = 7919;

/**
 * Decorates a pool: with cores to spare, luck is cheap. The first proven answer ends the other searches.
 *
 * With a work limit there is one search only: which of several proves first depends on the machine.
 * @param searches  at once for each call; 1 changes nothing. The pool should have as many workers.
 */
export function withPortfolio(pool: SolverPool, searches: number): SolverPool {
  return {
    async solve(problem, options, call = {}) {
      const count = Number.isFinite(options.workLimit) || options.strategy !== "ilp" ? 1 : searches;
      if (count <= 1) return pool.solve(problem, options, call);
      const enough = new AbortController();
      const signal = call.signal === undefined ? enough.signal : AbortSignal.any([call.signal, enough.signal]);
      const found: Solution[] = [];
      const runs = Array.from({ length: count }, async (_, i) => {
        const seeded = { ...options, seed: options.seed + i * SEED_STEP };
        const solution = await pool.solve(problem, seeded, i === 0 ? { ...call, signal } : { signal });
        found.push(solution);
        if (solution.stop === "proven") enough.abort();
      });
      const ends = await Promise.allSettled(runs);
      if (found.length > 0) return bestOf(found);
      throw ends.find((end) => end.status === "rejected")?.reason;
    },
    status: () => pool.status(),
    close: () => pool.close(),
  };
}

/** Most pods placed, then least cost; the bound is the best of those that place the same pods. */
function bestOf(found: readonly Solution[]): Solution {
  const left = (one: Solution): number => one.unplaced.reduce((sum, pods) => sum + pods, 0);
  const best = found.reduce((a, b) => (left(b) < left(a) || (left(b) === left(a) && b.cost < a.cost) ? b : a));
  const same = found.filter((one) => one.unplaced.every((pods, k) => pods === best.unplaced[k]));
  const lowerBound = Math.min(best.cost, Math.max(...same.map((one) => one.lowerBound)));
  const stop = relativeGap(best.cost, lowerBound) <= PROVEN_GAP ? "proven" : best.stop;
  return { ...best, lowerBound, stop };
}
