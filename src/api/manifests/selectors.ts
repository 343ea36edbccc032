/** Requirements and selectors of manifests, checked as the API server checks them. */
import type { LabelSelector, LabelSelectorRequirement } from "../../domain/label-selector.ts";
import type { Operator, Requirement } from "../../domain/requirement.ts";
import {
  failField,
  readInteger,
  readList,
  readObject,
  readStrings,
  requireObject,
  requireString,
  shown,
} from "./fields.ts";
import type { Fields } from "./fields.ts";
import { checkLabelKey, checkLabelValue, readLabels } from "./label-syntax.ts";

/** Operators of node affinity, and of NodePools (Gte and Lte come with newer ones). */
export const NODE_OPERATORS: readonly Operator[] = ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"];
export const POOL_OPERATORS: readonly Operator[] = [...NODE_OPERATORS, "Gte", "Lte"];
const SELECTOR_OPERATORS: readonly Operator[] = ["In", "NotIn", "Exists", "DoesNotExist"];

/** An operator. @throws FieldError `UNKNOWN_OPERATOR` */
function readOperator(value: unknown, field: string, operators: readonly Operator[]): Operator {
  const text = requireString(value, field);
  const operator = operators.find((known) => known === text);
  return (
    operator ??
    failField(
      field,
      text,
      `${shown(text)} is not an operator`,
      `Use one of ${operators.join(", ")}.`,
      "UNKNOWN_OPERATOR",
    )
  );
}

/** The values must suit the operator. @throws FieldError `BAD_VALUES` */
function checkValues(operator: Operator, values: readonly string[], field: string): void {
  switch (operator) {
    case "In":
    case "NotIn":
      if (values.length === 0)
        failField(field, "(none)", `${operator} needs at least one value`, "Add one, or use Exists.", "BAD_VALUES");
      return;
    case "Exists":
    case "DoesNotExist":
      if (values.length > 0)
        failField(field, values.join(", "), `${operator} takes no values`, "Remove them, or use In.", "BAD_VALUES");
      return;
    case "Gt":
    case "Lt":
    case "Gte":
    case "Lte": {
      const value = values[0];
      if (values.length !== 1 || value === undefined || !/^[+-]?\d{1,18}$/.test(value)) {
        failField(
          field,
          values.join(", "),
          `${operator} needs exactly one whole number`,
          `Write it as values: ["4"].`,
          "BAD_VALUES",
        );
      }
      return;
    }
    default:
      operator satisfies never;
  }
}

/** One requirement on node labels. */
export function readRequirement(value: unknown, field: string, operators: readonly Operator[]): Requirement {
  const object = requireObject(value, field);
  const key = checkLabelKey(requireString(object.key, `${field}.key`), `${field}.key`);
  const operator = readOperator(object.operator, `${field}.operator`, operators);
  const values = readStrings(object.values, `${field}.values`);
  checkValues(operator, values, `${field}.values`);
  const minValues = readInteger(object.minValues, `${field}.minValues`, 1, 50);
  if (minValues === undefined) return { key, operator, values };
  if (operator === "In" && values.length < minValues) {
    failField(
      `${field}.minValues`,
      minValues,
      `minValues is ${String(minValues)} but there are ${String(values.length)} values`,
      "List more values or lower minValues.",
      "BAD_VALUES",
    );
  }
  return { key, operator, values, minValues };
}

/** All requirements of a list. */
export function readRequirements(value: unknown, field: string, operators: readonly Operator[]): Requirement[] {
  return readList(value, field).map((item, index) => readRequirement(item, `${field}[${String(index)}]`, operators));
}

/** A label selector; undefined when absent or null, which selects nothing. */
export function readLabelSelector(value: unknown, field: string): LabelSelector | undefined {
  const object = readObject(value, field);
  if (object === undefined) return undefined;
  checkSelectorKeys(object, field);
  const matchLabels = readLabels(object.matchLabels, `${field}.matchLabels`);
  const matchExpressions = readList(object.matchExpressions, `${field}.matchExpressions`).map((item, index) =>
    readSelectorRequirement(item, `${field}.matchExpressions[${String(index)}]`),
  );
  return { matchLabels, matchExpressions };
}

/** `app: web` where `matchLabels: {app: web}` is meant would select everything. */
function checkSelectorKeys(object: Fields, field: string): void {
  for (const key of Object.keys(object)) {
    if (key === "matchLabels" || key === "matchExpressions") continue;
    failField(
      `${field}.${key}`,
      object[key],
      `${shown(key)} does not belong in a label selector`,
      "Put labels under matchLabels.",
      "UNKNOWN_FIELD",
    );
  }
}

function readSelectorRequirement(value: unknown, field: string): LabelSelectorRequirement {
  const object = requireObject(value, field);
  const key = checkLabelKey(requireString(object.key, `${field}.key`), `${field}.key`);
  const operator = readOperator(
    object.operator,
    `${field}.operator`,
    SELECTOR_OPERATORS,
  ) as LabelSelectorRequirement["operator"];
  const values = readStrings(object.values, `${field}.values`);
  checkValues(operator, values, `${field}.values`);
  for (const [index, item] of values.entries()) checkLabelValue(item, `${field}.values[${String(index)}]`);
  return { key, operator, values };
}

/** A topology key: a label key that must be there. */
export function readTopologyKey(value: unknown, field: string): string {
  return checkLabelKey(requireString(value, field), field);
}
