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
  /**
   * Whether the label may also be missing. When not given: only if `complement` is false and `values` is empty, which
   * is DoesNotExist. NotIn says true (Kubernetes: a missing label is not in any list), a contradiction says false.
   */
  readonly absent?: boolean;
  readonly minValues?: number;
}

/** Key to allowed values; an absent key allows anything. */
export type Requirements = ReadonlyMap<string, ValueSet>;

const NO_VALUES: ReadonlySet<string> = new Set<string>();
const INTEGER = /^[+-]?\d{1,18}$/;

/** The whole number that a label value spells, as Gt and Lt read it; undefined when it is none. */
export function integerOf(value: string): number | undefined {
  return INTEGER.test(value) ? Number(value) : undefined;
}

/** Whether the set allows the label to be missing. */
export function mayBeAbsent(set: ValueSet): boolean {
  return set.absent ?? (!set.complement && set.values.size === 0);
}

/** Exactly one value, as a node's label is. */
export function singleValue(value: string): ValueSet {
  return { complement: false, values: new Set([value]) };
}

/**
 * The set that one requirement describes.
 *
 * Gt, Lt, Gte and Lte compare whole numbers: a value that spells none is outside, and so is a missing label. A bound
 * that spells none leaves nothing.
 */
export function valueSetOf(requirement: Requirement): ValueSet {
  const extra = requirement.minValues === undefined ? {} : { minValues: requirement.minValues };
  switch (requirement.operator) {
    case "In":
      return { complement: false, values: new Set(requirement.values), absent: false, ...extra };
    case "NotIn":
      return { complement: true, values: new Set(requirement.values), absent: true, ...extra };
    case "Exists":
      return { complement: true, values: NO_VALUES, absent: false, ...extra };
    case "DoesNotExist":
      return { complement: false, values: NO_VALUES, absent: true, ...extra };
    case "Gt":
    case "Gte":
    case "Lt":
    case "Lte":
      return { ...rangeOf(requirement.operator, requirement.values[0]), ...extra };
  }
}

function rangeOf(operator: "Gt" | "Gte" | "Lt" | "Lte", text: string | undefined): ValueSet {
  const bound = text === undefined ? undefined : integerOf(text);
  if (bound === undefined) return { complement: false, values: NO_VALUES, absent: false };
  const all = { complement: true, values: NO_VALUES, absent: false };
  switch (operator) {
    case "Gt":
      return { ...all, gte: bound + 1 };
    case "Gte":
      return { ...all, gte: bound };
    case "Lt":
      return { ...all, lte: bound - 1 };
    case "Lte":
      return { ...all, lte: bound };
  }
}

/** Whether the set contains the value; `undefined` asks whether the label may be missing. */
export function allows(set: ValueSet, value: string | undefined): boolean {
  if (value === undefined) return mayBeAbsent(set);
  if (set.values.has(value) === set.complement) return false;
  if (set.gte === undefined && set.lte === undefined) return true;
  const number = integerOf(value);
  return number !== undefined && number >= (set.gte ?? -Infinity) && number <= (set.lte ?? Infinity);
}

/** The values in both sets. Finite results carry no bounds: they are applied. */
export function intersectSets(a: ValueSet, b: ValueSet): ValueSet {
  const absent = mayBeAbsent(a) && mayBeAbsent(b);
  const minValues = maxDefined(a.minValues, b.minValues);
  const extra = minValues === undefined ? {} : { minValues };
  if (a.complement && b.complement) {
    const gte = maxDefined(a.gte, b.gte);
    const lte = minDefined(a.lte, b.lte);
    const values =
      a.values.size === 0 ? b.values : b.values.size === 0 ? a.values : new Set([...a.values, ...b.values]);
    if (gte !== undefined && lte !== undefined && rangeIsEmpty(gte, lte, values)) {
      return { complement: false, values: NO_VALUES, absent, ...extra };
    }
    const bounds = { ...(gte === undefined ? {} : { gte }), ...(lte === undefined ? {} : { lte }) };
    return { complement: true, values, absent, ...bounds, ...extra };
  }
  const finite = a.complement ? b : a;
  const other = a.complement ? a : b;
  const values = new Set<string>();
  for (const value of finite.values) if (allows(finite, value) && allows(other, value)) values.add(value);
  return { complement: false, values, absent, ...extra };
}

/** Whole numbers are told apart by value, so `05` does not keep a range open from which `5` is taken out. */
function rangeIsEmpty(gte: number, lte: number, except: ReadonlySet<string>): boolean {
  if (gte > lte) return true;
  if (lte - gte + 1 > except.size) return false;
  for (let number = gte; number <= lte; number++) if (!except.has(String(number))) return false;
  return true;
}

/** Whether nothing satisfies the set: no value, and the label may not be missing either. */
export function isImpossible(set: ValueSet): boolean {
  if (mayBeAbsent(set)) return false;
  if (!set.complement) {
    for (const value of set.values) if (allows(set, value)) return false;
    return true;
  }
  return set.gte !== undefined && set.lte !== undefined && rangeIsEmpty(set.gte, set.lte, set.values);
}

/** Whether some value, or the missing label, is in both sets. */
export function setsIntersect(a: ValueSet, b: ValueSet): boolean {
  return !isImpossible(intersectSets(a, b));
}

/** All requirements together, intersected key by key, under each key's own name (see {@link canonicalKey}). */
export function requirementsOf(list: Iterable<Requirement>): Requirements {
  const all = new Map<string, ValueSet>();
  for (const requirement of list) {
    const key = canonicalKey(requirement.key);
    const set = valueSetOf(requirement);
    const known = all.get(key);
    all.set(key, known === undefined ? set : intersectSets(known, set));
  }
  return all;
}

/** The requirements that a node with exactly these labels meets key by key. */
export function requirementsOfLabels(labels: Iterable<readonly [string, string]>): Requirements {
  const all = new Map<string, ValueSet>();
  for (const [key, value] of labels) all.set(canonicalKey(key), singleValue(value));
  return all;
}

/** Both together: what satisfies the result satisfies a and b. */
export function intersectRequirements(a: Requirements, b: Requirements): Requirements {
  if (b.size === 0) return a;
  if (a.size === 0) return b;
  const both = new Map(a);
  for (const [key, set] of b) {
    const known = both.get(key);
    both.set(key, known === undefined ? set : intersectSets(known, set));
  }
  return both;
}

/** The first key on which the two have nothing in common; undefined when they can hold together. */
export function conflictingKey(a: Requirements, b: Requirements): string | undefined {
  const [small, large] = a.size <= b.size ? [a, b] : [b, a];
  for (const [key, set] of small) {
    const other = large.get(key);
    if (other === undefined ? isImpossible(set) : !setsIntersect(set, other)) return key;
  }
  for (const [key, set] of large) if (!small.has(key) && isImpossible(set)) return key;
  return undefined;
}

/** Whether one node could satisfy both. */
export function intersects(a: Requirements, b: Requirements): boolean {
  return conflictingKey(a, b) === undefined;
}

/** Whether labels (with canonical keys) satisfy the requirements. */
export function allowsLabels(requirements: Requirements, labels: ReadonlyMap<string, string>): boolean {
  for (const [key, set] of requirements) if (!allows(set, labels.get(key))) return false;
  return true;
}

/** Older names of well-known labels and the name they have today. */
export const LABEL_ALIASES: ReadonlyMap<string, string> = new Map([
  ["beta.kubernetes.io/arch", "kubernetes.io/arch"],
  ["beta.kubernetes.io/os", "kubernetes.io/os"],
  ["beta.kubernetes.io/instance-type", "node.kubernetes.io/instance-type"],
  ["failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone"],
  ["failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region"],
  ["topology.ebs.csi.aws.com/zone", "topology.kubernetes.io/zone"],
]);

/** The name under which a label key is compared: today's name for an old well-known one, else itself. */
export function canonicalKey(key: string): string {
  return LABEL_ALIASES.get(key) ?? key;
}

/** Labels under their canonical keys; where both names are there, today's name decides. */
export function canonicalLabels(labels: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  let changed: Map<string, string> | undefined;
  for (const [key, value] of labels) {
    const today = LABEL_ALIASES.get(key);
    if (today !== undefined && !labels.has(today)) (changed ??= new Map(labels)).set(today, value);
  }
  return changed ?? labels;
}

export const ZONE_LABEL = "topology.kubernetes.io/zone";
export const REGION_LABEL = "topology.kubernetes.io/region";
export const HOSTNAME_LABEL = "kubernetes.io/hostname";
export const ARCH_LABEL = "kubernetes.io/arch";
export const OS_LABEL = "kubernetes.io/os";
export const INSTANCE_TYPE_LABEL = "node.kubernetes.io/instance-type";
export const CAPACITY_TYPE_LABEL = "karpenter.sh/capacity-type";
export const NODE_POOL_LABEL = "karpenter.sh/nodepool";
export const PROVISIONER_LABEL = "karpenter.sh/provisioner-name";
export const RESERVATION_LABEL = "karpenter.k8s.aws/capacity-reservation-id";

/** Prefix of the labels by which the AWS provider describes an instance type. */
const PROVIDER_PREFIX = "karpenter.k8s.aws/";

const WELL_KNOWN: ReadonlySet<string> = new Set([
  ZONE_LABEL,
  REGION_LABEL,
  HOSTNAME_LABEL,
  ARCH_LABEL,
  OS_LABEL,
  INSTANCE_TYPE_LABEL,
  CAPACITY_TYPE_LABEL,
  NODE_POOL_LABEL,
  PROVISIONER_LABEL,
  "topology.k8s.aws/zone-id",
  "node.kubernetes.io/windows-build",
]);

/** Whether machines or the platform decide the label, so that a NodePool cannot choose its value freely. */
export function isWellKnownKey(key: string): boolean {
  return WELL_KNOWN.has(key) || key.startsWith(PROVIDER_PREFIX);
}

/** A set in a few words for messages, e.g. `In [a, b]`, `NotIn [x]`, `Exists`, `>= 3`, `nothing`. */
export function formatValueSet(set: ValueSet): string {
  if (!set.complement) {
    if (set.values.size === 0) return mayBeAbsent(set) ? "DoesNotExist" : "nothing (the requirements contradict)";
    return `In [${shortList(set.values)}]`;
  }
  const parts: string[] = [];
  if (set.gte !== undefined) parts.push(`>= ${set.gte}`);
  if (set.lte !== undefined) parts.push(`<= ${set.lte}`);
  if (set.values.size > 0) parts.push(`NotIn [${shortList(set.values)}]`);
  return parts.length === 0 ? "Exists" : parts.join(" and ");
}

/** One key and its set: `key=value` for a single value, else `key In [a, b]`. */
export function formatRequirement(key: string, set: ValueSet): string {
  if (!set.complement && set.values.size === 1) return `${key}=${[...set.values].join("")}`;
  return `${key} ${formatValueSet(set)}`;
}

/** All of them, in the order of their keys, joined by `, `. */
export function formatRequirements(requirements: Requirements): string {
  return [...requirements]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, set]) => formatRequirement(key, set))
    .join(", ");
}

function shortList(values: ReadonlySet<string>): string {
  const sorted = [...values].sort();
  return sorted.length <= 6 ? sorted.join(", ") : `${sorted.slice(0, 5).join(", ")}, ... ${sorted.length - 5} more`;
}

function maxDefined(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.max(a, b);
}

function minDefined(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.min(a, b);
}
