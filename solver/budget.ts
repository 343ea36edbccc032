/** What a search may still spend: wall time, or units of work when the answer must be reproducible. */
import type { SolveOptions } from "./solution.ts";

/** Counters of one solve, filled in as it goes. */
export interface WorkCounts {
  work: number;
  lpSolves: number;
  ilpSolves: number;
  packings: number;
  polishMoves: number;
}

export class Budget {
  readonly counts: WorkCounts = { work: 0, lpSolves: 0, ilpSolves: 0, packings: 0, polishMoves: 0 };
  private readonly now: () => number;
  private readonly startMs: number;
  private readonly timeLimitMs: number;
  private readonly workLimit: number;

  constructor(options: SolveOptions, now: () => number) {
    this.now = now;
    this.startMs = now();
    this.timeLimitMs = options.timeLimitMs;
    this.workLimit = options.workLimit;
  }

  spend(units: number): void {
    this.counts.work += units;
  }

  elapsedMs(): number {
    return this.now() - this.startMs;
  }

  /** With a work limit, time plays no part: two runs must take the same decisions. */
  get isDeterministic(): boolean {
    return Number.isFinite(this.workLimit);
  }

  /** Milliseconds left; Infinity when only work counts. */
  remainingMs(): number {
    return this.isDeterministic && this.timeLimitMs === Infinity ? Infinity : this.timeLimitMs - this.elapsedMs();
  }

  /** The share of the budget that is used, in [0, 1]. */
  usedShare(): number {
    const byTime = Number.isFinite(this.timeLimitMs) ? this.elapsedMs() / Math.max(this.timeLimitMs, 1e-9) : 0;
    const byWork = this.isDeterministic ? this.counts.work / Math.max(this.workLimit, 1e-9) : 0;
    return Math.min(1, Math.max(byTime, byWork));
  }

  isSpent(): boolean {
    return this.usedShare() >= 1;
  }

  /** Which of the two ran out. */
  stopReason(): "time-limit" | "work-limit" {
    return this.isDeterministic && this.counts.work >= this.workLimit ? "work-limit" : "time-limit";
  }
}
