/** The requirement algebra: what values a label may take, and how such sets meet. */

export type Operator = "In" | "NotIn" | "Exists" | "DoesNotExist" | "Gt" | "Lt" | "Gte" | "Lte";

/** As written in a manifest. */
export interface Requirement {
  readonly key: string;
  readonly operator: Operator;
  readonly values: readonly string[];
  readonly minValues?: number;
}

/**
 * The set of values that one label key may take.
 *
 * `complement` false: exactly `values` (none: the label must be absent). `complement` true: every value but `values`.
 * `gte`, `lte` narrow both to whole numbers in a range.
 */
export interface ValueSet {
  readonly complement: boolean;
  readonly values: ReadonlySet<string>;
  readonly gte?: number;
  readonly lte?: number;
  readonly minValues?: number;
}

/** Key to allowed values; an absent key allows anything. */
export type Requirements = ReadonlyMap<string, ValueSet>;
