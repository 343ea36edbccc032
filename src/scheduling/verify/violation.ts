/** What a check of a plan can find. */

export type ViolationCode =
  | "UNKNOWN_POD"
  | "PLACED_TWICE"
  | "LOST_POD"
  | "NO_REASON"
  | "UNKNOWN_NODE"
  | "NOT_OFFERED"
  | "WRONG_PRICE"
  | "WRONG_LABELS"
  | "POOL_REQUIREMENT"
  | "OVERCOMMITTED"
  | "NODE_SELECTOR"
  | "NODE_AFFINITY"
  | "TAINT"
  | "UNSCHEDULABLE_NODE"
  | "AFFINITY"
  | "ANTI_AFFINITY"
  | "HOST_PORT"
  | "SPREAD"
  | "VOLUME"
  | "UNSUPPORTED_RULE"
  | "POOL_LIMIT"
  | "RESERVATION"
  | "WRONG_COST"
  | "WRONG_BOUND"
  | "BAD_ALTERNATE";

/** One thing that is wrong with a plan. */
export interface Violation {
  readonly code: ViolationCode;
  readonly message: string;
}

/** Told to a check when it finds something. */
export type Report = (code: ViolationCode, message: string) => void;
