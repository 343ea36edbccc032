/** What Comlink's workers load in the contract suite. */
import { serveComlink, workerScope } from "../../../workers/comlink/serve.ts";
import { startSolver } from "../../../workers/solve-task.ts";
import { faultyCore } from "./faulty-core.ts";

serveComlink(await startSolver(faultyCore), await workerScope());
