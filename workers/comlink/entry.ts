/** The file that each of Comlink's workers loads; it says ready when GLPK is warm. */
import { productCore } from "../product-core.ts";
import { startSolver } from "../solve-task.ts";
import { serveComlink, workerScope } from "./serve.ts";

serveComlink(await startSolver(productCore), await workerScope());
