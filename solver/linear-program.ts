/** The port to an exact LP and ILP solver; `solver/glpk` implements it. */

/** Row or column bounds; -Infinity and Infinity for none. Columns are >= 0 unless told otherwise. */
export interface LinearProgram {
  readonly columnCount: number;
  /** Minimised. */
  readonly objective: Float64Array;
  readonly columnLower: Float64Array;
  readonly columnUpper: Float64Array;
  /** 1 where the column must be whole. */
  readonly integer: Uint8Array;
  readonly rowCount: number;
  /** Rows in compressed form: entries of row i are at rowOffsets[i] .. rowOffsets[i+1]; a column at most once in a row. */
  readonly rowOffsets: Int32Array;
  readonly rowColumns: Int32Array;
  readonly rowValues: Float64Array;
  readonly rowLower: Float64Array;
  readonly rowUpper: Float64Array;
}

/**
 * "It ran" and "it is infeasible" are two facts. `bound` is proven: no feasible point has a lower objective.
 * `unknown` says nothing about the model.
 */
export type LinearOutcome =
  | {
      readonly status: "optimal" | "feasible";
      readonly values: Float64Array;
      readonly objective: number;
      readonly bound: number;
      /** Row duals; for an LP only. */
      readonly duals?: Float64Array;
    }
  | { readonly status: "infeasible" | "unbounded" }
  | { readonly status: "unknown"; readonly bound?: number };

export interface LinearOptions {
  /** Relative gap at which an ILP may stop. */
  readonly mipGap: number;
  readonly timeLimitMs: number;
}

export interface LinearSolver {
  solve(program: LinearProgram, options: LinearOptions): LinearOutcome;
}
