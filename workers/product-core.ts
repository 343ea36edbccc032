/** The parts a real worker is made of. Imported by worker entries only: it loads GLPK. */
import { certifySolution } from "../solver/certify.ts";
import { createGlpk } from "../solver/glpk/glpk.ts";
import { solveProblem } from "../solver/solve.ts";
import type { SolverCore } from "./solve-task.ts";

/** GLPK, the solver and its checker. */
export const productCore: SolverCore = { createLinear: createGlpk, solve: solveProblem, certify: certifySolution };
