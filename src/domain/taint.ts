/** Taints and tolerations. */
import { integerOf } from "./requirement.ts";

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

/** Whether this toleration covers this taint, whatever the taint's effect means. */
export function tolerationCovers(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect !== undefined && toleration.effect !== taint.effect) return false;
  const anyKey = toleration.key === undefined || toleration.key === "";
  if (anyKey) return toleration.operator === "Exists";
  if (toleration.key !== taint.key) return false;
  switch (toleration.operator) {
    case "Exists":
      return true;
    case "Equal":
      return toleration.value === taint.value;
    case "Lt":
    case "Gt": {
      const offered = integerOf(taint.value);
      const bound = integerOf(toleration.value);
      if (offered === undefined || bound === undefined) return false;
      return toleration.operator === "Lt" ? offered < bound : offered > bound;
    }
  }
}

/** Whether the taint keeps pods away; PreferNoSchedule only asks. */
export function isHardTaint(taint: Taint): boolean {
  return taint.effect !== "PreferNoSchedule";
}

/** The first hard taint that no toleration covers; undefined when the pod may run there. */
export function untoleratedTaint(taints: readonly Taint[], tolerations: readonly Toleration[]): Taint | undefined {
  return taints.find(
    (taint) => isHardTaint(taint) && !tolerations.some((toleration) => tolerationCovers(toleration, taint)),
  );
}

/** Whether a pod with these tolerations may run beside these taints (NoSchedule and NoExecute count). */
export function tolerates(taints: readonly Taint[], tolerations: readonly Toleration[]): boolean {
  return untoleratedTaint(taints, tolerations) === undefined;
}

/** `key=value:Effect`, as kubectl writes it. */
export function formatTaint(taint: Taint): string {
  return `${taint.key}${taint.value === "" ? "" : `=${taint.value}`}:${taint.effect}`;
}
