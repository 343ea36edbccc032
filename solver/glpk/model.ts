/** From typed arrays to the object that glpk.js reads, checked before GLPK can choke on it. */
import type { GLPK, LP } from "glpk.js/node";
import type { LinearProgram } from "../linear-program.ts";

export const columnName = (j: number): string => `x${String(j)}`;
export const rowName = (i: number): string => `r${String(i)}`;

/**
 * The glpk.js model of a program.
 *
 * Integers are `generals` with bounds, since `binaries` would overwrite the bounds.
 * @throws RangeError on a value that is not finite (GLPK takes NaN in silence) or a column twice in a row (it aborts)
 */
export function toGlpkModel(glpk: GLPK, program: LinearProgram): LP {
  refuseBadNumbers(program);
  const names = Array.from({ length: program.columnCount }, (_, j) => columnName(j));
  const bounds: NonNullable<LP["bounds"]> = [];
  const generals: string[] = [];
  names.forEach((name, j) => {
    const lower = program.columnLower[j] ?? 0;
    const upper = program.columnUpper[j] ?? Infinity;
    if (lower !== 0 || upper !== Infinity) bounds.push({ name, ...toBounds(glpk, lower, upper) });
    if (program.integer[j] === 1) generals.push(name);
  });
  const subjectTo = Array.from({ length: program.rowCount }, (_, i) => ({
    name: rowName(i),
    vars: rowEntries(program, i, names),
    bnds: toBounds(glpk, program.rowLower[i] ?? -Infinity, program.rowUpper[i] ?? Infinity),
  }));
  const vars = names.map((name, j) => ({ name, coef: program.objective[j] ?? 0 }));
  return { name: "plimsoll", objective: { direction: glpk.GLP_MIN, name: "cost", vars }, subjectTo, bounds, generals };
}

function rowEntries(program: LinearProgram, i: number, names: readonly string[]): { name: string; coef: number }[] {
  const entries: { name: string; coef: number }[] = [];
  const end = program.rowOffsets[i + 1] ?? 0;
  for (let e = program.rowOffsets[i] ?? 0; e < end; e++) {
    const column = program.rowColumns[e] ?? -1;
    entries.push({ name: names[column] ?? columnName(column), coef: program.rowValues[e] ?? 0 });
  }
  return entries;
}

function toBounds(glpk: GLPK, lower: number, upper: number): { type: number; lb: number; ub: number } {
  if (lower === upper) return { type: glpk.GLP_FX, lb: lower, ub: upper };
  if (lower === -Infinity && upper === Infinity) return { type: glpk.GLP_FR, lb: 0, ub: 0 };
  if (lower === -Infinity) return { type: glpk.GLP_UP, lb: 0, ub: upper };
  return upper === Infinity ? { type: glpk.GLP_LO, lb: lower, ub: 0 } : { type: glpk.GLP_DB, lb: lower, ub: upper };
}

function refuseBadNumbers(program: LinearProgram): void {
  for (const list of [program.objective, program.rowValues]) {
    const bad = list.find((value) => !Number.isFinite(value));
    if (bad !== undefined) throw new RangeError(`linear program holds the coefficient ${String(bad)}`);
  }
  const seenInRow = new Int32Array(program.columnCount).fill(-1);
  for (let i = 0; i < program.rowCount; i++) {
    const end = program.rowOffsets[i + 1] ?? 0;
    for (let e = program.rowOffsets[i] ?? 0; e < end; e++) {
      const column = program.rowColumns[e] ?? -1;
      if (seenInRow[column] === i) throw new RangeError(`column ${String(column)} is twice in row ${String(i)}`);
      if (column < 0 || column >= program.columnCount)
        throw new RangeError(`row ${String(i)} has no column ${String(column)}`);
      seenInRow[column] = i;
    }
  }
}
