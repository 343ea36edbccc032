/** What a search may still spend: wall time, or units of work when the answer must be reproducible. */

/** Counters of one solve, filled in as it goes. */
export interface WorkCounts {
  work: number;
  lpSolves: number;
  ilpSolves: number;
  packings: number;
  polishMoves: number;
}

export class Budget {
  readonly counts: WorkCounts;
  private readonly now: () => number;
  private readonly startMs: number;
  private readonly startWork: number;
  private readonly timeLimitMs: number;
  private readonly workLimit: number;

  constructor(
    limits: { readonly timeLimitMs: number; readonly workLimit: number },
    now: () => number,
    counts: WorkCounts = { work: 0, lpSolves: 0, ilpSolves: 0, packings: 0, polishMoves: 0 },
  ) {
    this.now = now;
    this.startMs = now();
    this.timeLimitMs = limits.timeLimitMs;
    this.workLimit = limits.workLimit;
    this.counts = counts;
    this.startWork = counts.work;
  }

  /** A budget of its own with a share of what is left of this one; the counters are the same. */
  slice(share: number): Budget {
    const workLeft = Math.max(0, this.workLimit - this.work());
    return new Budget(
      { timeLimitMs: Math.max(0, this.remainingMs()) * share, workLimit: workLeft * share },
      this.now,
      this.counts,
    );
  }

  spend(units: number): void {
    this.counts.work += units;
  }

  elapsedMs(): number {
    return this.now() - this.startMs;
  }

  /** With a work limit and no time limit, time plays no part: two runs take the same decisions. */
  get isDeterministic(): boolean {
    return Number.isFinite(this.workLimit);
  }

  /** Milliseconds left; Infinity when only work counts. */
  remainingMs(): number {
    return this.timeLimitMs === Infinity ? Infinity : this.timeLimitMs - this.elapsedMs();
  }

  /** The share of the budget that is used, in [0, 1]. */
  usedShare(): number {
    const byTime = Number.isFinite(this.timeLimitMs) ? this.elapsedMs() / Math.max(this.timeLimitMs, 1e-9) : 0;
    const byWork = this.isDeterministic ? this.work() / Math.max(this.workLimit, 1e-9) : 0;
    return Math.min(1, Math.max(byTime, byWork));
  }

  isSpent(): boolean {
    return this.usedShare() >= 1;
  }

  /** Which of the two ran out. */
  stopReason(): "time-limit" | "work-limit" {
    return this.isDeterministic && this.work() >= this.workLimit ? "work-limit" : "time-limit";
  }

  private work(): number {
    return this.counts.work - this.startWork;
  }
}
