/** Affinity and topology spread of manifests; what is not understood is kept as a sentence, never dropped. */
import type { NodeSelectorTerm, PodAffinityTerm, TopologySpreadConstraint, Weighted } from "../../domain/pod.ts";
import {
  failField,
  readInteger,
  readList,
  readObject,
  readStrings,
  readWord,
  requireObject,
  requireString,
  unknownKeys,
} from "./fields.ts";
import type { Fields } from "./fields.ts";
import { checkLabelKey } from "./label-syntax.ts";
import { NODE_OPERATORS, readLabelSelector, readRequirements, readTopologyKey } from "./selectors.ts";

/** The parts of a Pod that affinity makes. */
export interface AffinityParts {
  readonly requiredNodeTerms: readonly NodeSelectorTerm[];
  readonly preferredNodeTerms: readonly Weighted<NodeSelectorTerm>[];
  readonly podAffinity: readonly PodAffinityTerm[];
  readonly podAntiAffinity: readonly PodAffinityTerm[];
  readonly preferredPodAffinity: readonly Weighted<PodAffinityTerm>[];
  readonly preferredPodAntiAffinity: readonly Weighted<PodAffinityTerm>[];
}

const NONE: readonly never[] = [];

/** Shared by all pods without affinity. */
export const NO_AFFINITY: AffinityParts = {
  requiredNodeTerms: NONE,
  preferredNodeTerms: NONE,
  podAffinity: NONE,
  podAntiAffinity: NONE,
  preferredPodAffinity: NONE,
  preferredPodAntiAffinity: NONE,
};

const REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";
const AFFINITY_KEYS = new Set(["nodeAffinity", "podAffinity", "podAntiAffinity"]);
const RULE_KEYS = new Set([REQUIRED, PREFERRED]);
const TERM_KEYS = new Set([
  "topologyKey",
  "labelSelector",
  "namespaces",
  "namespaceSelector",
  "matchLabelKeys",
  "mismatchLabelKeys",
]);
const NODE_TERM_KEYS = new Set(["matchExpressions", "matchFields"]);

/** Adds a sentence for each key that is not known. */
export function reportUnknown(object: Fields, known: ReadonlySet<string>, field: string, unsupported: string[]): void {
  for (const key of unknownKeys(object, known)) {
    unsupported.push(`${field}.${key} is not a field that Plimsoll knows, so its effect on placement is not known`);
  }
}

/** @param unsupported  gets a sentence for each rule that cannot be expressed */
export function readAffinity(value: unknown, field: string, unsupported: string[]): AffinityParts {
  const affinity = readObject(value, field);
  if (affinity === undefined) return NO_AFFINITY;
  reportUnknown(affinity, AFFINITY_KEYS, field, unsupported);
  const node = rules(affinity.nodeAffinity, `${field}.nodeAffinity`, unsupported);
  const near = rules(affinity.podAffinity, `${field}.podAffinity`, unsupported);
  const apart = rules(affinity.podAntiAffinity, `${field}.podAntiAffinity`, unsupported);
  return {
    requiredNodeTerms: readRequiredNodeTerms(node?.object[REQUIRED], `${field}.nodeAffinity.${REQUIRED}`, unsupported),
    preferredNodeTerms: readWeighted(node, "preference", (item, at) => readNodeTerm(item, at, unsupported) ?? []),
    podAffinity: readTerms(near, unsupported),
    podAntiAffinity: readTerms(apart, unsupported),
    preferredPodAffinity: readWeighted(near, "podAffinityTerm", (item, at) => readPodTerm(item, at, unsupported)),
    preferredPodAntiAffinity: readWeighted(apart, "podAffinityTerm", (item, at) => readPodTerm(item, at, unsupported)),
  };
}

interface Rules {
  readonly object: Fields;
  readonly field: string;
}

function rules(value: unknown, field: string, unsupported: string[]): Rules | undefined {
  const object = readObject(value, field);
  if (object === undefined) return undefined;
  reportUnknown(object, RULE_KEYS, field, unsupported);
  return { object, field };
}

/** Terms are alternatives; an empty term matches no node and so drops out. */
function readRequiredNodeTerms(value: unknown, field: string, unsupported: string[]): readonly NodeSelectorTerm[] {
  const object = readObject(value, field);
  if (object === undefined) return NONE;
  const at = `${field}.nodeSelectorTerms`;
  const list = readList(object.nodeSelectorTerms, at);
  if (list.length === 0)
    failField(
      at,
      object.nodeSelectorTerms,
      "it needs at least one term",
      "Add one, or remove the affinity.",
      "MISSING_FIELD",
    );
  reportUnknown(object, new Set(["nodeSelectorTerms"]), field, unsupported);
  const terms: NodeSelectorTerm[] = [];
  for (const [index, item] of list.entries()) {
    const term = readNodeTerm(item, `${at}[${String(index)}]`, unsupported);
    if (term !== undefined) terms.push(term);
  }
  if (terms.length === 0) unsupported.push(`${at} has only empty terms, which match no node`);
  return terms;
}

/** undefined for an empty term. */
function readNodeTerm(value: unknown, field: string, unsupported: string[]): NodeSelectorTerm | undefined {
  const object = readObject(value, field);
  if (object === undefined) return undefined;
  reportUnknown(object, NODE_TERM_KEYS, field, unsupported);
  const requirements = readRequirements(object.matchExpressions, `${field}.matchExpressions`, NODE_OPERATORS);
  if (readList(object.matchFields, `${field}.matchFields`).length > 0) {
    unsupported.push(`${field}.matchFields binds the pod to one node by name`);
    return requirements;
  }
  return requirements.length === 0 ? undefined : requirements;
}

function readTerms(from: Rules | undefined, unsupported: string[]): readonly PodAffinityTerm[] {
  if (from === undefined) return NONE;
  const field = `${from.field}.${REQUIRED}`;
  return readList(from.object[REQUIRED], field).map((item, index) =>
    readPodTerm(item, `${field}[${String(index)}]`, unsupported),
  );
}

function readWeighted<T>(
  from: Rules | undefined,
  key: string,
  read: (item: unknown, field: string) => T,
): readonly Weighted<T>[] {
  if (from === undefined) return NONE;
  const field = `${from.field}.${PREFERRED}`;
  return readList(from.object[PREFERRED], field).map((item, index) => {
    const at = `${field}[${String(index)}]`;
    const object = requireObject(item, at);
    const weight = readInteger(object.weight, `${at}.weight`, 1, 100);
    if (weight === undefined)
      failField(`${at}.weight`, object.weight, "it is missing", "Use 1 to 100.", "MISSING_FIELD");
    return { weight, term: read(requireObject(object[key], `${at}.${key}`), `${at}.${key}`) };
  });
}

function readPodTerm(value: unknown, field: string, unsupported: string[]): PodAffinityTerm {
  const object = requireObject(value, field);
  reportUnknown(object, TERM_KEYS, field, unsupported);
  return {
    topologyKey: readTopologyKey(object.topologyKey, `${field}.topologyKey`),
    labelSelector: readLabelSelector(object.labelSelector, `${field}.labelSelector`),
    namespaces: readStrings(object.namespaces, `${field}.namespaces`),
    namespaceSelector: readLabelSelector(object.namespaceSelector, `${field}.namespaceSelector`),
    matchLabelKeys: readLabelKeys(object.matchLabelKeys, `${field}.matchLabelKeys`),
    mismatchLabelKeys: readLabelKeys(object.mismatchLabelKeys, `${field}.mismatchLabelKeys`),
  };
}

function readLabelKeys(value: unknown, field: string): readonly string[] {
  return readStrings(value, field).map((key, index) => checkLabelKey(key, `${field}[${String(index)}]`));
}

const SPREAD_KEYS = new Set([
  "topologyKey",
  "maxSkew",
  "whenUnsatisfiable",
  "labelSelector",
  "minDomains",
  "nodeAffinityPolicy",
  "nodeTaintsPolicy",
  "matchLabelKeys",
]);
const POLICIES = ["Honor", "Ignore"] as const;
const MAX_INT32 = 2_147_483_647;

/** Topology spread constraints; defaults as the API server sets them. */
export function readTopologySpread(
  value: unknown,
  field: string,
  unsupported: string[],
): readonly TopologySpreadConstraint[] {
  const list = readList(value, field);
  if (list.length === 0) return NONE;
  const seen = new Set<string>();
  return list.map((item, index) => {
    const at = `${field}[${String(index)}]`;
    const object = requireObject(item, at);
    reportUnknown(object, SPREAD_KEYS, at, unsupported);
    const topologyKey = readTopologyKey(object.topologyKey, `${at}.topologyKey`);
    const maxSkew = readInteger(object.maxSkew, `${at}.maxSkew`, 1, MAX_INT32);
    if (maxSkew === undefined)
      failField(`${at}.maxSkew`, object.maxSkew, "it is missing", "Use 1 or more.", "MISSING_FIELD");
    const when = readWord(
      requireString(object.whenUnsatisfiable, `${at}.whenUnsatisfiable`),
      `${at}.whenUnsatisfiable`,
      ["DoNotSchedule", "ScheduleAnyway"] as const,
    );
    const whenUnsatisfiable = when ?? "DoNotSchedule";
    const minDomains = readInteger(object.minDomains, `${at}.minDomains`, 1, MAX_INT32);
    if (minDomains !== undefined && whenUnsatisfiable === "ScheduleAnyway") {
      failField(
        `${at}.minDomains`,
        minDomains,
        "minDomains needs whenUnsatisfiable: DoNotSchedule",
        "Remove minDomains, or use DoNotSchedule.",
        "BAD_TOPOLOGY_SPREAD",
      );
    }
    const pair = `${topologyKey} ${whenUnsatisfiable}`;
    if (seen.has(pair)) {
      failField(
        at,
        pair,
        "topologyKey and whenUnsatisfiable appear together twice",
        "Keep one constraint for each pair.",
        "BAD_TOPOLOGY_SPREAD",
      );
    }
    seen.add(pair);
    const matchLabelKeys = readLabelKeys(object.matchLabelKeys, `${at}.matchLabelKeys`);
    const labelSelector = readLabelSelector(object.labelSelector, `${at}.labelSelector`);
    if (matchLabelKeys.length > 0 && labelSelector === undefined) {
      failField(
        `${at}.matchLabelKeys`,
        matchLabelKeys.join(", "),
        "matchLabelKeys needs a labelSelector",
        "Add one.",
        "BAD_TOPOLOGY_SPREAD",
      );
    }
    return {
      topologyKey,
      maxSkew,
      whenUnsatisfiable,
      labelSelector,
      ...(minDomains === undefined ? {} : { minDomains }),
      nodeAffinityPolicy: readWord(object.nodeAffinityPolicy, `${at}.nodeAffinityPolicy`, POLICIES) ?? "Honor",
      nodeTaintsPolicy: readWord(object.nodeTaintsPolicy, `${at}.nodeTaintsPolicy`, POLICIES) ?? "Ignore",
      matchLabelKeys,
    };
  });
}
