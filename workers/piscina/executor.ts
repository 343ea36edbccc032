/** Tasks on Piscina's threads (Node; also Deno): Piscina starts, feeds, ends and replaces them. */
import { MessageChannel, receiveMessageOnPort, type Worker } from "node:worker_threads";
import { Piscina } from "piscina";
import { type Executor, type RunHooks, siblingModule } from "../executor.ts";
import { isWorkerNote, type SolveAnswer, type SolveTask } from "../protocol.ts";

/** How the threads are made. */
export interface PiscinaExecutorOptions {
  readonly workers: number;
  readonly maxHeapMb?: number;
  /** The module that each thread loads, with a `solve` made by `servePiscina`; tests put faulty ones here. */
  readonly entry?: URL;
}

/** An executor that also shows its threads, so that a test can end one from outside. */
export interface PiscinaExecutor extends Executor {
  readonly threads: readonly Worker[];
}

/** Starts the threads at once: they load GLPK while the caller still reads its input. */
export function createPiscinaExecutor(options: PiscinaExecutorOptions): PiscinaExecutor {
  const piscina = new Piscina({
    filename: (options.entry ?? siblingModule("entry", import.meta.url)).href,
    name: "solve",
    minThreads: options.workers,
    maxThreads: options.workers,
    recordTiming: false,
    ...(options.maxHeapMb === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: options.maxHeapMb } }),
  });
  const starting = new Set<AbortController>();
  // A thread that died without a task: idle (Piscina has replaced it already), or while it loaded its module. Piscina
  // leaves the task that waits for the latter waiting for ever. And without a listener the process would end.
  piscina.on("error", (error: unknown) => {
    for (const controller of starting) controller.abort(error);
  });
  return {
    run: (task, hooks) => runOnPiscina(piscina, starting, task, hooks),
    close: () => piscina.destroy(),
    get threads() {
      return piscina.threads;
    },
  };
}

/**
 * The notes have a port of their own, and the answer comes over Piscina's: a thread posts all its notes before its
 * answer, so what the port still holds when the answer is here is read before the answer is passed on.
 */
async function runOnPiscina(
  piscina: Piscina,
  starting: Set<AbortController>,
  task: SolveTask,
  hooks: RunHooks,
): Promise<SolveAnswer> {
  const { port1, port2 } = new MessageChannel();
  const start = new AbortController();
  starting.add(start);
  const pass = (note: unknown): void => {
    if (!isWorkerNote(note)) return;
    if (note.type === "started") starting.delete(start);
    hooks.onNote(note);
  };
  port1.on("message", pass);
  try {
    const signal = AbortSignal.any([hooks.signal, start.signal]);
    const message = { task, notes: port2 };
    const answer = (await piscina.run(message, { transferList: [port2], signal })) as SolveAnswer;
    for (let held = receiveMessageOnPort(port1); held !== undefined; held = receiveMessageOnPort(port1)) {
      pass(held.message);
    }
    return answer;
  } catch (error) {
    throw start.signal.aborted ? start.signal.reason : error;
  } finally {
    starting.delete(start);
    port1.close();
  }
}
