/** Taints and tolerations of manifests, checked as the API server checks them. */
import type { Taint, TaintEffect, Toleration } from "../../domain/taint.ts";
import { failField, readList, readString, readWord, requireObject, requireString, shown } from "./fields.ts";
import { checkLabelKey, checkLabelValue } from "./label-syntax.ts";

const EFFECTS: readonly TaintEffect[] = ["NoSchedule", "PreferNoSchedule", "NoExecute"];
const OPERATORS = ["Equal", "Exists", "Lt", "Gt"] as const;

/** Taints of a node or a pool; key and effect must be there. */
export function readTaints(value: unknown, field: string): Taint[] {
  return readList(value, field).map((item, index) => {
    const at = `${field}[${String(index)}]`;
    const object = requireObject(item, at);
    const key = checkLabelKey(requireString(object.key, `${at}.key`), `${at}.key`);
    const text = checkLabelValue(readString(object.value, `${at}.value`) ?? "", `${at}.value`);
    const effect = readWord(object.effect, `${at}.effect`, EFFECTS);
    if (effect === undefined)
      failField(`${at}.effect`, object.effect, "it is missing", `Use one of ${EFFECTS.join(", ")}.`, "MISSING_FIELD");
    return { key, value: text, effect };
  });
}

const NO_TOLERATIONS: readonly Toleration[] = [];

/** Tolerations of a pod. */
export function readTolerations(value: unknown, field: string): readonly Toleration[] {
  const list = readList(value, field);
  if (list.length === 0) return NO_TOLERATIONS;
  return list.map((item, index) => readToleration(item, `${field}[${String(index)}]`));
}

function readToleration(item: unknown, at: string): Toleration {
  const object = requireObject(item, at);
  const key = readString(object.key, `${at}.key`) ?? "";
  const operator = readWord(object.operator, `${at}.operator`, OPERATORS) ?? "Equal";
  const value = readString(object.value, `${at}.value`) ?? "";
  const effect = readWord(object.effect, `${at}.effect`, EFFECTS);
  if (key !== "") checkLabelKey(key, `${at}.key`);
  else if (operator !== "Exists") {
    failField(
      `${at}.operator`,
      operator,
      "a toleration without a key needs the operator Exists",
      "Add the key, or use operator: Exists.",
      "BAD_TOLERATION",
    );
  }
  if (operator === "Exists" && value !== "") {
    failField(
      `${at}.value`,
      value,
      "the operator Exists takes no value",
      "Remove the value, or use operator: Equal.",
      "BAD_TOLERATION",
    );
  }
  if (operator === "Equal") checkLabelValue(value, `${at}.value`);
  if ((operator === "Lt" || operator === "Gt") && !/^-?\d{1,18}$/.test(value)) {
    failField(
      `${at}.value`,
      value,
      `${operator} needs a whole number, not ${shown(value)}`,
      "Write digits in quotes.",
      "BAD_TOLERATION",
    );
  }
  if (object.tolerationSeconds !== undefined && object.tolerationSeconds !== null && effect !== "NoExecute") {
    failField(
      `${at}.effect`,
      object.effect,
      "tolerationSeconds needs the effect NoExecute",
      "Set effect: NoExecute.",
      "BAD_TOLERATION",
    );
  }
  return { ...(key === "" ? {} : { key }), operator, value, ...(effect === undefined ? {} : { effect }) };
}
