/** How long the event loop keeps its other work waiting while something else goes on. */
import { monitorEventLoopDelay } from "node:perf_hooks";

const RESOLUTION_MS = 1;

/**
 * The 99th percentile of the delay while `work` runs, ms. Node's own histogram; on Deno, whose `monitorEventLoopDelay`
 * reports next to nothing even for a loop blocked on purpose, a timer that measures how late it is.
 */
export async function loopDelayP99(work: () => Promise<unknown>): Promise<number> {
  return "Deno" in globalThis ? lateTimerP99(work) : histogramP99(work);
}

async function histogramP99(work: () => Promise<unknown>): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  await work();
  delay.disable();
  return delay.percentile(99) / 1e6;
}

async function lateTimerP99(work: () => Promise<unknown>): Promise<number> {
  const delays: number[] = [];
  let due = performance.now() + RESOLUTION_MS;
  const timer = setInterval(() => {
    delays.push(performance.now() - due + RESOLUTION_MS);
    due = performance.now() + RESOLUTION_MS;
  }, RESOLUTION_MS);
  await work();
  clearInterval(timer);
  delays.sort((a, b) => a - b);
  const last = delays[Math.ceil(delays.length * 0.99) - 1];
  if (last === undefined) throw new Error("the loop was never free, or the work too short to measure");
  return last;
}
