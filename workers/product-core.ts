/** The parts a real worker is made of. Imported by worker entries only: it loads GLPK. */
import { certifySolution } from "../solver/certify.ts";
import { createGlpk } from "../solver/glpk/glpk.ts";
import { solveProblem } from "../solver/solve.ts";
import { warmUpSolver } from "../solver/warm-up.ts";
import type { SolverCore } from "./solve-task.ts";

/** GLPK, the solver, its checker and its first solve. */
export const productCore: SolverCore = {
  createLinear: createGlpk,
  solve: solveProblem,
  certify: certifySolution,
  warmUp: warmUpSolver,
};
