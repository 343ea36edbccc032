/** Taints and tolerations. */

export type TaintEffect = "NoSchedule" | "PreferNoSchedule" | "NoExecute";

export interface Taint {
  readonly key: string;
  readonly value: string;
  readonly effect: TaintEffect;
}

export interface Toleration {
  /** Absent key with operator Exists tolerates everything. */
  readonly key?: string;
  readonly operator: "Exists" | "Equal" | "Lt" | "Gt";
  readonly value: string;
  /** Absent: every effect. */
  readonly effect?: TaintEffect;
}
