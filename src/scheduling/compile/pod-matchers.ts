/** Who a selector means: every (namespaces, selector) pair of the snapshot once, and quick answers to "which mean this pod?". */
import {
  type LabelSelector,
  type LabelSelectorRequirement,
  selectorKeys,
  selectorMatches,
  selectorSignature,
} from "../../domain/label-selector.ts";
import type { Pod, PodAffinityTerm, TopologySpreadConstraint } from "../../domain/pod.ts";
import type { Snapshot } from "../../domain/snapshot.ts";

/** Pods of some namespaces that a selector matches. */
export interface PodMatcher {
  readonly id: number;
  readonly namespaces: ReadonlySet<string>;
  readonly selector: LabelSelector | undefined;
  /** The same in every run: fit to sort by. */
  readonly text: string;
}

/** A selector with the values that matchLabelKeys and mismatchLabelKeys take from the pod that owns the rule. */
function foldLabelKeys(
  selector: LabelSelector | undefined,
  owner: Pod,
  same: readonly string[],
  other: readonly string[],
): LabelSelector | undefined {
  if (selector === undefined || (same.length === 0 && other.length === 0)) return selector;
  const extra: LabelSelectorRequirement[] = [];
  for (const key of same) {
    const value = owner.labels.get(key);
    if (value !== undefined) extra.push({ key, operator: "In", values: [value] });
  }
  for (const key of other) {
    const value = owner.labels.get(key);
    if (value !== undefined) extra.push({ key, operator: "NotIn", values: [value] });
  }
  return { matchLabels: selector.matchLabels, matchExpressions: [...selector.matchExpressions, ...extra] };
}

/** The matchers of one snapshot. Register all first, then ask. */
export class PodMatchers {
  readonly all: PodMatcher[] = [];
  private readonly byText = new Map<string, PodMatcher>();
  private readonly namespaces: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Label keys that any selector looks at: pods that agree on these are alike to every rule. None: there is no rule. */
  private readonly keys: readonly string[] | undefined;
  private readonly byPair = new Map<string, PodMatcher[]>();
  private readonly withoutPair: PodMatcher[] = [];
  private readonly answers = new Map<string, readonly number[]>();

  /** @param keys  what {@link visibleKeys} says of the pods whose rules will be registered */
  constructor(snapshot: Snapshot, keys: readonly string[] | undefined) {
    this.keys = keys;
    this.namespaces = knownNamespaces(snapshot);
  }

  /** The pods that a spread constraint of `owner` counts. */
  ofSpread(owner: Pod, constraint: TopologySpreadConstraint): PodMatcher {
    const selector = foldLabelKeys(constraint.labelSelector, owner, constraint.matchLabelKeys, []);
    return this.register(new Set([owner.namespace]), selector);
  }

  /** The pods that an affinity term of `owner` means. */
  ofTerm(owner: Pod, term: PodAffinityTerm): PodMatcher {
    const selector = foldLabelKeys(term.labelSelector, owner, term.matchLabelKeys, term.mismatchLabelKeys);
    return this.register(namespacesOf(owner, term, this.namespaces), selector);
  }

  /** Text that two pods share only if no rule can tell their labels and namespaces apart. */
  visibleText(pod: Pick<Pod, "namespace" | "labels">): string {
    if (this.keys === undefined) return "";
    let text = pod.namespace;
    for (const key of this.keys) {
      const value = pod.labels.get(key);
      text += value === undefined ? "\u0001" : `\u0002${value}`;
    }
    return text;
  }

  /** Ids of the matchers that mean this pod, ascending. */
  meaning(pod: Pick<Pod, "namespace" | "labels">, text = this.visibleText(pod)): readonly number[] {
    const known = this.answers.get(text);
    if (known !== undefined) return known;
    const ids: number[] = [];
    const test = (matcher: PodMatcher): void => {
      if (matcher.namespaces.has(pod.namespace) && selectorMatches(matcher.selector, pod.labels)) ids.push(matcher.id);
    };
    this.withoutPair.forEach(test);
    for (const [key, value] of pod.labels) this.byPair.get(`${key}\u0001${value}`)?.forEach(test);
    ids.sort((a, b) => a - b);
    this.answers.set(text, ids);
    return ids;
  }

  private register(namespaces: ReadonlySet<string>, selector: LabelSelector | undefined): PodMatcher {
    const text = `${[...namespaces].sort().join(",")}\u0003${selectorSignature(selector)}`;
    const known = this.byText.get(text);
    if (known !== undefined) return known;
    const matcher: PodMatcher = { id: this.all.length, namespaces, selector, text };
    this.all.push(matcher);
    this.byText.set(text, matcher);
    if (selector !== undefined) {
      const pair = selector.matchLabels.entries().next();
      if (pair.done === true) this.withoutPair.push(matcher);
      else {
        const bucket = `${pair.value[0]}\u0001${pair.value[1]}`;
        const others = this.byPair.get(bucket);
        if (others === undefined) this.byPair.set(bucket, [matcher]);
        else others.push(matcher);
      }
    }
    return matcher;
  }
}

/**
 * The label keys that any rule of these pods looks at, sorted; undefined when they have no rules.
 *
 * @param pods  pods that own rules; give one pod for each distinct set of rules to be quick
 */
export function visibleKeys(pods: Iterable<Pod>): readonly string[] | undefined {
  const keys = new Set<string>();
  let rules = 0;
  const add = (selector: LabelSelector | undefined, ...more: (readonly string[])[]): void => {
    rules++;
    if (selector !== undefined) for (const key of selectorKeys(selector)) keys.add(key);
    for (const list of more) for (const key of list) keys.add(key);
  };
  for (const pod of pods) {
    for (const spread of pod.topologySpread) add(spread.labelSelector, spread.matchLabelKeys);
    for (const term of [...pod.podAntiAffinity, ...pod.podAffinity]) {
      add(term.labelSelector, term.matchLabelKeys, term.mismatchLabelKeys);
    }
  }
  return rules === 0 ? undefined : [...keys].sort();
}

/** Namespaces a term speaks of: the listed ones and those its selector matches; neither given: the owner's own. */
export function namespacesOf(
  owner: Pod,
  term: PodAffinityTerm,
  known: ReadonlyMap<string, ReadonlyMap<string, string>>,
): ReadonlySet<string> {
  if (term.namespaces.length === 0 && term.namespaceSelector === undefined) return new Set([owner.namespace]);
  const all = new Set(term.namespaces);
  if (term.namespaceSelector !== undefined) {
    for (const [name, labels] of known) if (selectorMatches(term.namespaceSelector, labels)) all.add(name);
  }
  return all;
}

const NAME_LABEL = "kubernetes.io/metadata.name";

/** Every namespace of the snapshot with its labels; one that only pods name has the label that Kubernetes gives to all. */
export function knownNamespaces(snapshot: Snapshot): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const all = new Map<string, ReadonlyMap<string, string>>();
  for (const [name, labels] of snapshot.namespaces) {
    all.set(name, labels.has(NAME_LABEL) ? labels : new Map([...labels, [NAME_LABEL, name]]));
  }
  const see = (namespace: string): void => {
    if (!all.has(namespace)) all.set(namespace, new Map([[NAME_LABEL, namespace]]));
  };
  for (const pod of snapshot.pods) see(pod.namespace);
  for (const node of snapshot.nodes) for (const pod of node.pods) see(pod.namespace);
  return all;
}
