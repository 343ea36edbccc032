/** The file that Piscina loads in each thread; the thread counts as ready when this module has loaded, GLPK included. */
import { productCore } from "../product-core.ts";
import { startSolver } from "../solve-task.ts";
import { servePiscina } from "./serve.ts";

/** Called once for each task. */
export const solve = servePiscina(await startSolver(productCore));
