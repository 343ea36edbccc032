/** What Piscina's threads load in the contract suite. */
import { servePiscina } from "../../../workers/piscina/serve.ts";
import { startSolver } from "../../../workers/solve-task.ts";
import { faultyCore } from "./faulty-core.ts";

export const solve = servePiscina(await startSolver(faultyCore));
