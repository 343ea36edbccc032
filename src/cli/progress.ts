/** A line on stderr that shows a long search at work; only for terminals. */
import type { PlanProgress } from "../api/plan-service.ts";
import { usd } from "./table/money.ts";
import type { CliIo } from "./terminal.ts";

export interface ProgressLine {
  readonly update: (progress: PlanProgress) => void;
  /** Takes the line off the screen. */
  stop(): void;
}

/** Short solves show nothing. */
const SHOW_AFTER_MS = 300;

const PHASES: Readonly<Record<PlanProgress["phase"], string>> = {
  read: "reading",
  compile: "compiling",
  greedy: "packing greedily",
  bound: "proving a bound",
  mix: "choosing a mix",
  polish: "polishing",
  verify: "checking",
};

/**
 * @param timeLimitMs  full width of the bar; Infinity shows no bar
 * @returns undefined where nobody would see it
 */
export async function startProgress(io: CliIo, timeLimitMs: number): Promise<ProgressLine | undefined> {
  if (io.stderr.isTTY !== true || io.env["TERM"] === "dumb") return undefined;
  const { SingleBar } = await import("cli-progress");
  const timed = Number.isFinite(timeLimitMs) && timeLimitMs > 0;
  const bar = new SingleBar({
    format: `${timed ? "{bar} " : ""}{seconds} s  {state}`,
    stream: io.stderr,
    barsize: 24,
    barCompleteChar: "━",
    barIncompleteChar: "─",
    hideCursor: true,
    clearOnComplete: true,
    fps: 10,
  });
  let shown = false;
  let stopped = false;
  let last: PlanProgress | undefined;
  const total = timed ? timeLimitMs : 1;
  const startMs = performance.now();
  // The bar is of the search; reading and compiling come before its time limit.
  let searchStartMs: number | undefined;
  const draw = (): void => {
    if (stopped) return;
    const elapsedMs = performance.now() - startMs;
    const state = last === undefined ? "reading" : describe(last);
    const payload = { seconds: (elapsedMs / 1000).toFixed(1), state };
    const done = searchStartMs === undefined ? 0 : Math.min(total, performance.now() - searchStartMs);
    if (shown) bar.update(done, payload);
    else if (elapsedMs >= SHOW_AFTER_MS) {
      shown = true;
      bar.start(total, done, payload);
    }
  };
  const timer = setInterval(draw, 100);
  return {
    update(progress) {
      // The solver knows money before the stages around it do: keep what is known.
      last = { ...last, ...progress };
      if (progress.phase === "greedy") searchStartMs ??= performance.now();
      draw();
    },
    stop() {
      if (stopped) return;
      stopped = true;
      clearInterval(timer);
      if (shown) bar.stop();
    },
  };
}

function describe({ hourlyUsd, lowerBoundUsd, phase }: PlanProgress): string {
  const cost = hourlyUsd === undefined ? "" : `, ${usd(hourlyUsd)}/h`;
  const gap =
    hourlyUsd === undefined || lowerBoundUsd === undefined || lowerBoundUsd <= 0
      ? ""
      : `, at most ${(((hourlyUsd - lowerBoundUsd) / lowerBoundUsd) * 100).toFixed(2)}% over the best possible`;
  return `${PHASES[phase]}${cost}${gap}`;
}
