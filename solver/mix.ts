/** The mix: how many nodes of each shape to buy, as an integer program over cover rows that grows as it is used. */
import { activity } from "./bound.ts";
import type { Relaxation } from "./bound.ts";
import type { Budget } from "./budget.ts";
import type { CoverRow } from "./cover.ts";
import type { LinearOutcome, LinearSolver } from "./linear-program.ts";
import type { Part } from "./part.ts";
import { solveCover } from "./programs.ts";

export type MixOutcome = Extract<LinearOutcome, { status: "optimal" | "feasible" }>;

export interface MixAnswer {
  /** Undefined when no mix was found in time, or there is none. */
  readonly mix: MixOutcome | undefined;
  /** Proven for the rows without slack, USD per hour; 0 when nothing is. */
  readonly bound: number;
}

/** Rows that the answer violates are added and the program is solved again, at most so often. */
const MAX_ADDITIONS = 5;
const ROWS_PER_ADDITION = 8;
/**
 * Where only work counts, GLPK must end by its gap, since its time limit would make answers differ: at this gap nearly all
 * programs end within a second. The few that do not are cut off here, and are then not reproducible.
 */
const REPRODUCIBLE_GAP = 5e-4;
const MAX_MS = 5_000;
/** How much of what was missing is added to the slack of a row, and at least how much of its need. */
const SLACK_STEP = 0.35;
const MIN_SLACK_STEP = 1e-4;

/**
 * The integer program over the rows that bind in the LP; the others, and all rounding rows, wait in reserve until an
 * answer violates them: most never do, and each would slow every solve.
 */
export class MixProgram {
  private readonly part: Part;
  private readonly linear: LinearSolver;
  private readonly budget: Budget;
  private readonly rows: CoverRow[];
  private readonly reserve: CoverRow[];
  /** Slack of each row, as a factor on its need. */
  private readonly factors: number[];

  constructor(part: Part, relaxation: Relaxation, linear: LinearSolver, budget: Budget) {
    this.part = part;
    this.linear = linear;
    this.budget = budget;
    this.rows = relaxation.rows.slice();
    this.reserve = relaxation.reserve.slice();
    this.factors = this.rows.map(() => 1);
  }

  /**
   * The cheapest mix that covers all rows with their slack.
   *
   * @param share  of the time left, for all solves together
   * @param withSlack  false: the rows as they are, so that the answer's bound is a bound on every plan
   */
  solve(share: number, mipGap: number, withSlack: boolean, leastMs = 0): MixAnswer {
    const endMs = Math.min(MAX_MS, Math.max(leastMs, this.budget.remainingMs() * share));
    const startMs = this.budget.elapsedMs();
    let bound = 0;
    for (let round = 0; ; round++) {
      const timeMs = Math.max(1, endMs - (this.budget.elapsedMs() - startMs));
      const factors = Float64Array.from(this.factors, (factor) => (withSlack ? factor : 1));
      const gap = this.budget.isDeterministic ? Math.max(mipGap, REPRODUCIBLE_GAP) : mipGap;
      const outcome = solveCover(this.part, this.rows, factors, true, this.linear, this.budget, gap, timeMs);
      if (!withSlack && "bound" in outcome) bound = Math.max(bound, outcome.bound ?? 0);
      if (outcome.status !== "optimal" && outcome.status !== "feasible") return { mix: undefined, bound };
      const added = this.addViolated(outcome.values);
      if (added === 0) return { mix: outcome, bound };
      const isOver = this.budget.elapsedMs() - startMs > endMs * 0.8;
      if (round >= MAX_ADDITIONS || isOver) return { mix: outcome, bound };
    }
  }

  /** A row found later; it holds from now on, for bounds as well. */
  addRow(row: CoverRow): void {
    this.rows.push(row);
    this.factors.push(1);
  }

  /** Asks for more of what `left` (K pods) was short of. */
  addSlack(left: Int32Array): void {
    this.rows.forEach((row, i) => {
      let missing = 0;
      for (let k = 0; k < left.length; k++) if (left[k]! > 0) missing += left[k]! * row.weights[k]!;
      if (missing > 0) this.factors[i]! += Math.max((missing / row.need) * SLACK_STEP, MIN_SLACK_STEP);
    });
  }

  private addViolated(values: Float64Array): number {
    const broken = this.reserve
      .map((row) => ({ row, share: activity(row, values) / row.need }))
      .filter((entry) => entry.share < 1 - 1e-7)
      .sort((a, b) => a.share - b.share)
      .slice(0, ROWS_PER_ADDITION);
    for (const { row } of broken) {
      this.reserve.splice(this.reserve.indexOf(row), 1);
      this.rows.push(row);
      this.factors.push(1);
    }
    return broken.length;
  }
}
