/** The worker's side under Piscina: a task handler around a task runner. */
import type { MessagePort } from "node:worker_threads";
import type { SolveAnswer, SolveTask } from "../protocol.ts";
import type { TaskRunner } from "../solve-task.ts";

/** What the executor posts: the task, and a port of its own for the notes. */
export interface PiscinaTask {
  readonly task: SolveTask;
  readonly notes: MessagePort;
}

/** The function that Piscina calls. A runner that throws takes the whole thread down: its WASM is unfit for use. */
export function servePiscina(run: TaskRunner): (message: PiscinaTask) => Promise<SolveAnswer> {
  return ({ task, notes }) => {
    try {
      const answer = run(task, (note) => {
        notes.postMessage(note);
      });
      notes.close();
      return Promise.resolve(answer);
    } catch (error) {
      setTimeout(() => {
        throw error;
      });
      return new Promise(() => undefined);
    }
  };
}
