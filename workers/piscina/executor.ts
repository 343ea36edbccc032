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
  // A thread that dies while idle: Piscina has already replaced it, and without a listener the process would end.
  piscina.on("error", () => undefined);
  return {
    run: (task, hooks) => runOnPiscina(piscina, task, hooks),
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
async function runOnPiscina(piscina: Piscina, task: SolveTask, hooks: RunHooks): Promise<SolveAnswer> {
  const { port1, port2 } = new MessageChannel();
  const pass = (note: unknown): void => {
    if (isWorkerNote(note)) hooks.onNote(note);
  };
  port1.on("message", pass);
  try {
    const message = { task, notes: port2 };
    const answer = (await piscina.run(message, { transferList: [port2], signal: hooks.signal })) as SolveAnswer;
    for (let held = receiveMessageOnPort(port1); held !== undefined; held = receiveMessageOnPort(port1)) {
      pass(held.message);
    }
    return answer;
  } finally {
    port1.close();
  }
}
