/** The inner port: run one task on one of some workers. Piscina, Comlink and the in-process one differ only here. */
import type { SolveAnswer, SolveTask, WorkerNote } from "./protocol.ts";

/** What a run is given beside the task. */
export interface RunHooks {
  /** Aborting ends the worker and replaces it; `run` then rejects without delay. */
  readonly signal: AbortSignal;
  /** Notes of this run, in order, all of them before `run` resolves. */
  readonly onNote: (note: WorkerNote) => void;
}

/**
 * Workers without policy: the dispatcher counts, queues, times and retries, and never has more runs open than there
 * are workers.
 */
export interface Executor {
  /** Resolves with the worker's answer; rejects when the worker died or the signal aborted. */
  run(task: SolveTask, hooks: RunHooks): Promise<SolveAnswer>;
  /** Ends all workers. Open runs may reject or stay open. */
  close(): Promise<void>;
}

/** The URL of a module beside this one, with the ending of this one: `.ts` in the sources, `.js` when built. */
export function siblingModule(name: string, importMetaUrl: string): URL {
  const ending = importMetaUrl.slice(importMetaUrl.lastIndexOf("."));
  return new URL(`./${name}${ending}`, importMetaUrl);
}
