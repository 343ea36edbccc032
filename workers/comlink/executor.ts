/** Tasks on Comlink's workers: starts them, feeds each one task at a time, ends and replaces them. */
import * as Comlink from "comlink";
import { type Executor, type RunHooks, siblingModule } from "../executor.ts";
import { isWorkerNote, type SolveAnswer, type SolveTask, type WorkerNote } from "../protocol.ts";
import type { ComlinkSolver } from "./serve.ts";
import { type Spawn, type SpawnedWorker, spawnForRuntime } from "./spawn.ts";

/** How the workers are made. */
export interface ComlinkExecutorOptions {
  readonly workers: number;
  readonly maxHeapMb?: number;
  /** The module that each worker loads, ending in `serveComlink`; tests put faulty ones here. */
  readonly entry?: URL;
  readonly spawn?: Spawn;
}

/** A worker dead before it was ready is replaced at once only so often in a row; after that, on demand. */
const MAX_FAILED_STARTS = 3;

/** Starts the workers at once: they load GLPK while the caller still reads its input. */
export async function createComlinkExecutor(options: ComlinkExecutorOptions): Promise<Executor> {
  return new ComlinkExecutor(options, options.spawn ?? (await spawnForRuntime()));
}

class ComlinkExecutor implements Executor {
  readonly #idle: Lane[] = [];
  readonly #live = new Set<Lane>();
  readonly #options: ComlinkExecutorOptions;
  readonly #spawn: Spawn;
  #failedStarts = 0;
  #closed = false;

  constructor(options: ComlinkExecutorOptions, spawn: Spawn) {
    this.#options = options;
    this.#spawn = spawn;
    for (let i = 0; i < options.workers; i++) this.#idle.push(this.#start());
  }

  async run(task: SolveTask, hooks: RunHooks): Promise<SolveAnswer> {
    const lane = this.#take();
    try {
      return await lane.run(task, hooks);
    } finally {
      // A call can fail and leave its worker well: what cannot be cloned is never sent.
      if (!lane.dead && !this.#closed) this.#idle.push(lane);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#live].map((lane) => lane.end(new Error("the pool was closed"))));
  }

  /** A warm one if there is one. */
  #take(): Lane {
    const warm = this.#idle.findIndex((lane) => lane.ready);
    return this.#idle.splice(Math.max(0, warm), 1)[0] ?? this.#start();
  }

  #start(): Lane {
    const entry = this.#options.entry ?? siblingModule("entry", import.meta.url);
    const lane = new Lane(this.#spawn(entry, this.#options.maxHeapMb));
    this.#live.add(lane);
    lane.onReady = () => {
      this.#failedStarts = 0;
    };
    lane.onDeath = () => {
      this.#replace(lane);
    };
    return lane;
  }

  /** So that the next task finds a warm worker, whether the dead one was at work or idle. */
  #replace(lane: Lane): void {
    this.#live.delete(lane);
    const index = this.#idle.indexOf(lane);
    if (index !== -1) this.#idle.splice(index, 1);
    if (!lane.ready) this.#failedStarts++;
    if (this.#closed || this.#failedStarts >= MAX_FAILED_STARTS) return;
    this.#idle.push(this.#start());
  }
}

/** One worker and the one task it may have. A Comlink call never settles once its worker is gone: hence the race. */
class Lane {
  onReady: () => void = () => undefined;
  onDeath: () => void = () => undefined;
  dead = false;
  ready = false;
  readonly #worker: SpawnedWorker;
  readonly #solver: Comlink.Remote<ComlinkSolver>;
  readonly #whenReady: Promise<void>;
  #onNote: (note: WorkerNote) => void = () => undefined;
  #failRun: (reason: Error) => void = () => undefined;

  constructor(worker: SpawnedWorker) {
    this.#worker = worker;
    this.#solver = Comlink.wrap<ComlinkSolver>(worker.endpoint);
    let markReady: () => void = () => undefined;
    this.#whenReady = new Promise((resolve) => {
      markReady = resolve;
    });
    worker.onMessage((message) => {
      if (!isWorkerNote(message)) return;
      if (message.type === "ready") {
        this.ready = true;
        this.onReady();
        markReady();
      } else {
        this.#onNote(message);
      }
    });
    worker.onDeath((reason) => {
      void this.end(reason);
    });
  }

  async run(task: SolveTask, hooks: RunHooks): Promise<SolveAnswer> {
    const onAbort = (): void => {
      void this.end(asError(hooks.signal.reason));
    };
    const death = new Promise<never>((_, reject) => {
      this.#failRun = reject;
    });
    this.#onNote = hooks.onNote;
    hooks.signal.addEventListener("abort", onAbort, { once: true });
    try {
      // A message posted before the worker's module has run to its end may find no listener there.
      await Promise.race([this.#whenReady, death]);
      return await Promise.race([this.#solver.solve(task), death]);
    } finally {
      hooks.signal.removeEventListener("abort", onAbort);
      this.#onNote = () => undefined;
      this.#failRun = () => undefined;
    }
  }

  /** Ends the worker, once: for good reasons of the caller's, or after its death. */
  async end(reason: Error): Promise<void> {
    if (this.dead) return;
    this.dead = true;
    this.#failRun(reason);
    this.onDeath();
    await this.#worker.terminate();
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
