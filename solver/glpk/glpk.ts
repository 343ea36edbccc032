/** GLPK behind the LinearSolver port: the only code that knows glpk.js and its traps. */
import createModule from "glpk.js/node";
import type { GLPK, Options } from "glpk.js/node";
import type { LinearOptions, LinearOutcome, LinearProgram, LinearSolver } from "../linear-program.ts";
import { columnName, rowName, toGlpkModel } from "./model.ts";
import { captureConsole } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Makes a solver of its own WASM instance. Solving is synchronous: call it in a worker.
 *
 * glpk.js 5.0.0 drops the return code of `glp_intopt`, so a stop at the gap, a stop at the time limit and a search that
 * ended all look alike, and the bound of the search tree is nowhere in the result. GLPK's own terminal output says all
 * of it; {@link captureConsole} keeps it, and the outcome is read from there. What it does not say is not claimed.
 */
export async function createGlpk(): Promise<LinearSolver> {
  const { value: glpk, terminal } = await captureConsole(() => createModule());
  return {
    solve(program, options) {
      if (program.columnCount === 0) return solveEmpty(program);
      return program.integer.includes(1)
        ? solveMip(glpk, terminal, program, options)
        : solveLp(glpk, terminal, program);
    },
  };
}

/** GLPK aborts on a program without columns; its rows read `lower <= 0 <= upper`. */
function solveEmpty(program: LinearProgram): LinearOutcome {
  if (program.rowLower.some((lower) => lower > 0) || program.rowUpper.some((upper) => upper < 0)) {
    return { status: "infeasible" };
  }
  const duals = new Float64Array(program.rowCount);
  return { status: "optimal", values: new Float64Array(0), objective: 0, bound: 0, duals };
}

/** Without presol: with it an infeasible LP looks undefined, and these LPs have few rows. */
function solveLp(glpk: GLPK, terminal: Terminal, program: LinearProgram): LinearOutcome {
  const model = toGlpkModel(glpk, program);
  const { result } = terminal.record(() => glpk.solve(model, { msglev: glpk.GLP_MSG_OFF, presol: false })).value;
  if (result.status === glpk.GLP_NOFEAS || result.status === glpk.GLP_INFEAS) return { status: "infeasible" };
  if (result.status === glpk.GLP_UNBND) return { status: "unbounded" };
  if (result.status !== glpk.GLP_OPT) return { status: "unknown" };
  const duals = Float64Array.from({ length: program.rowCount }, (_, i) => result.dual?.[rowName(i)] ?? 0);
  const values = columnValues(program, result.vars);
  return { status: "optimal", values, objective: result.z, bound: result.z, duals };
}

function solveMip(glpk: GLPK, terminal: Terminal, program: LinearProgram, options: LinearOptions): LinearOutcome {
  const settings: Options = { msglev: glpk.GLP_MSG_ALL, presol: true, mipgap: options.mipGap };
  if (Number.isFinite(options.timeLimitMs)) settings.tmlim = Math.max(1, options.timeLimitMs) / 1000;
  const model = toGlpkModel(glpk, program);
  const { value, lines } = terminal.record(() => glpk.solve(model, settings));
  const { result } = value;
  if (result.status === glpk.GLP_NOFEAS || lines.some((line) => NO_SOLUTION.test(line)))
    return { status: "infeasible" };
  if (result.status === glpk.GLP_UNBND) return { status: "unbounded" };
  const treeBound = lastTreeBound(lines);
  if (result.status !== glpk.GLP_OPT && result.status !== glpk.GLP_FEAS) {
    return treeBound === undefined ? { status: "unknown" } : { status: "unknown", bound: treeBound };
  }
  const values = columnValues(program, result.vars);
  if (result.status === glpk.GLP_OPT) return { status: "optimal", values, objective: result.z, bound: result.z };
  return { status: "feasible", values, objective: result.z, bound: treeBound ?? Number.NEGATIVE_INFINITY };
}

const NO_SOLUTION = /HAS NO (PRIMAL|INTEGER) FEASIBLE SOLUTION|HAS NO FEASIBLE SOLUTION/;
const TREE_BOUND = /mip =\s+(?:\S+|not found yet) >=\s+([-+.\de]+)\s/;

/**
 * The best bound of GLPK's last progress line, e.g. `+ 475: mip = 7.039222545e+01 >= 7.038677141e+01 < 0.1% (3; 154)`.
 *
 * It is printed with ten digits, so the value may be rounded up: it is lowered by one unit of the last digit.
 */
function lastTreeBound(lines: readonly string[]): number | undefined {
  for (let i = lines.length - 1; i >= 0; i--) {
    const match = TREE_BOUND.exec(lines[i] ?? "");
    if (match === null) continue;
    const bound = Number(match[1]);
    return Number.isFinite(bound) ? bound - Math.abs(bound) * 1e-9 : undefined;
  }
  return undefined;
}

function columnValues(program: LinearProgram, vars: Record<string, number>): Float64Array {
  return Float64Array.from({ length: program.columnCount }, (_, j) => {
    const value = vars[columnName(j)] ?? 0;
    return program.integer[j] === 1 ? Math.round(value) : value;
  });
}
