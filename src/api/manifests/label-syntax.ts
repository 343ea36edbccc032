/** The syntax of names and labels, as the API server checks it. */
import { shortValue } from "../../domain/errors.ts";
import { failField, readStringMap, shown } from "./fields.ts";

const NAME_PART = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

const LABEL_KEY_HINT =
  "A key has at most 63 letters, digits, '-', '_' or '.', optionally after a DNS prefix and '/', e.g. example.com/team.";
const LABEL_VALUE_HINT =
  "A value has at most 63 letters, digits, '-', '_' or '.', and begins and ends with a letter or digit.";

/** A label, taint or topology key: an optional DNS prefix, a slash, a name. */
export function isLabelKey(key: string): boolean {
  const slash = key.indexOf("/");
  const name = slash < 0 ? key : key.slice(slash + 1);
  if (name.length === 0 || name.length > 63 || !NAME_PART.test(name)) return false;
  return slash < 0 || isSubdomain(key.slice(0, slash));
}

/** A label value; the empty one is allowed. */
export function isLabelValue(value: string): boolean {
  return value.length <= 63 && (value === "" || NAME_PART.test(value));
}

/** A DNS subdomain: the names of pods, nodes and most objects. */
export function isSubdomain(name: string): boolean {
  return name.length <= 253 && SUBDOMAIN.test(name);
}

/** A DNS label: the names of namespaces. */
export function isDnsLabel(name: string): boolean {
  return name.length <= 63 && DNS_LABEL.test(name);
}

/** @throws FieldError `BAD_LABEL_KEY` */
export function checkLabelKey(key: string, field: string): string {
  if (!isLabelKey(key)) failField(field, key, `${shown(key)} is not a label key`, LABEL_KEY_HINT, "BAD_LABEL_KEY");
  return key;
}

/** @throws FieldError `BAD_LABEL_VALUE` */
export function checkLabelValue(value: string, field: string): string {
  if (!isLabelValue(value))
    failField(field, value, `${shown(value)} is not a label value`, LABEL_VALUE_HINT, "BAD_LABEL_VALUE");
  return value;
}

/** A map of labels with both sides checked. */
export function readLabels(value: unknown, field: string): ReadonlyMap<string, string> {
  const labels = readStringMap(value, field);
  for (const [key, text] of labels) {
    if (!isLabelKey(key)) checkLabelKey(key, field);
    if (!isLabelValue(text)) checkLabelValue(text, `${field}["${shortValue(key)}"]`);
  }
  return labels;
}
