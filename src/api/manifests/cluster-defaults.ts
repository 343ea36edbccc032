/** Objects that only change how pods are read: PriorityClass, RuntimeClass, LimitRange. */
import type { Resources } from "../../domain/resources.ts";
import { failField, readBoolean, readInteger, readList, readObject, readString, requireObject } from "./fields.ts";
import type { Fields } from "./fields.ts";
import { readLabels } from "./label-syntax.ts";
import type { LimitDefaults } from "./pod-requests.ts";
import type { RuntimeClass } from "./pod-spec.ts";
import { readResources } from "./quantities.ts";
import type { QuantityCache } from "./quantities.ts";
import { readTolerations } from "./taints.ts";

/** @throws FieldError */
export function readPriorityClass(object: Fields): { readonly value: number; readonly isDefault: boolean } {
  const value = readInteger(object.value, "value", -2_147_483_648, 2_147_483_647);
  if (value === undefined) failField("value", object.value, "it is missing", "Write a whole number.", "MISSING_FIELD");
  return { value, isDefault: readBoolean(object.globalDefault, "globalDefault") };
}

/** @throws FieldError */
export function readRuntimeClass(object: Fields, cache: QuantityCache): RuntimeClass {
  const overhead = readObject(object.overhead, "overhead");
  const scheduling = readObject(object.scheduling, "scheduling");
  return {
    overhead: readResources(overhead?.podFixed, "overhead.podFixed", "request", cache),
    nodeSelector: readLabels(scheduling?.nodeSelector, "scheduling.nodeSelector"),
    tolerations: readTolerations(scheduling?.tolerations, "scheduling.tolerations"),
  };
}

/** Defaults for containers; undefined when it has none. Minima, maxima and ratios admit pods, they do not place them. */
export function readLimitRange(object: Fields, cache: QuantityCache): LimitDefaults | undefined {
  const spec = requireObject(object.spec, "spec");
  let found: LimitDefaults | undefined;
  for (const [index, item] of readList(spec.limits, "spec.limits").entries()) {
    const at = `spec.limits[${String(index)}]`;
    const limit = requireObject(item, at);
    if (readString(limit.type, `${at}.type`) !== "Container") continue;
    const max = readResources(limit.max, `${at}.max`, "request", cache);
    const min = readResources(limit.min, `${at}.min`, "request", cache);
    // The API server completes them in this order: default from max, defaultRequest from default, then from min.
    const limits = overlay(max, readResources(limit.default, `${at}.default`, "request", cache));
    const requests = overlay(
      overlay(min, limits),
      readResources(limit.defaultRequest, `${at}.defaultRequest`, "request", cache),
    );
    found = mergeDefaults(found, { limits, requests });
  }
  return found;
}

function overlay(below: Resources, above: Resources): Resources {
  return above.size === 0 ? below : new Map([...below, ...above]);
}

/** Of two LimitRanges in one namespace the first wins, name by name. */
export function mergeDefaults(first: LimitDefaults | undefined, second: LimitDefaults): LimitDefaults {
  if (first === undefined) return second;
  return { limits: overlay(second.limits, first.limits), requests: overlay(second.requests, first.requests) };
}
