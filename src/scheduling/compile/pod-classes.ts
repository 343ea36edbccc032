/** From pods to classes of interchangeable pods: one pass that looks at each pod's parts by identity first. */
import type { Pod, TopologySpreadConstraint } from "../../domain/pod.ts";
import { HOSTNAME_LABEL, canonicalKey } from "../../domain/requirement.ts";
import type { Resources } from "../../domain/resources.ts";
import type { Snapshot } from "../../domain/snapshot.ts";
import { selectorSignature } from "../../domain/label-selector.ts";
import { NOT_YET_SUPPORTED, notYetSupported, preferencesOf } from "../rules/not-yet.ts";
import { Interner, mapText, quickMapText } from "./interner.ts";
import { type NodeConstraint, constraintText, nodeConstraintOf } from "./node-constraint.ts";
import { type PodMatcher, PodMatchers, visibleKeys } from "./pod-matchers.ts";

/** Pods that are interchangeable for placement: same needs, same rules, and alike to every rule of other pods. */
export interface PodClass {
  /** By namespace and name. */
  readonly pods: readonly Pod[];
  /** Any of them: they differ in nothing that matters. */
  readonly sample: Pod;
  readonly requests: Resources;
  readonly constraint: NodeConstraint;
  readonly constraintText: string;
  readonly tolerationsText: string;
  /** Ids of the matchers that mean these pods, ascending. */
  readonly meant: readonly number[];
  /** Hard spread constraints and whom they count. */
  readonly spreads: readonly { readonly constraint: TopologySpreadConstraint; readonly matcher: PodMatcher }[];
  /** Required hostname anti-affinity: whom these pods do not share a node with. */
  readonly apart: readonly PodMatcher[];
  /** Required anti-affinity over other keys: whom these pods do not share a domain with. */
  readonly domainApart: readonly AffinityRule[];
  /** Required affinity: with whom these pods share a domain, or a node. */
  readonly together: readonly AffinityRule[];
  /** Equal in every run for the same class, so fit to sort by. */
  readonly text: string;
}

/** A term of affinity or anti-affinity: the canonical key it is about, and whom it means. */
export interface AffinityRule {
  readonly key: string;
  readonly matcher: PodMatcher;
}

export interface RefusedPods {
  readonly pods: readonly Pod[];
  readonly code: string;
  readonly reason: string;
}

export interface Classified {
  readonly classes: readonly PodClass[];
  readonly matchers: PodMatchers;
  /** Pods with rules that the model does not know. */
  readonly refused: readonly RefusedPods[];
  /** Kind of preference to the number of pods that have it; not weighed yet. */
  readonly preferences: ReadonlyMap<string, number>;
}

/** The canonical texts of one distinct combination of parts. */
interface Profile {
  readonly sample: Pod;
  readonly text: string;
  readonly constraint: NodeConstraint;
  readonly constraintText: string;
  readonly tolerationsText: string;
}

const SEPARATOR = "\u0006";

/**
 * Sorts the pending pods into classes.
 *
 * The order of the pods changes nothing: classes are ordered by what they are, pods in a class by name.
 */
export function classifyPods(snapshot: Snapshot): Classified {
  const refused = new Map<string, Pod[]>();
  const preferences = new Map<string, number>();
  const profiles = new ProfileTable();
  const pods: Pod[] = [];
  const profileOf: number[] = [];

  for (const pod of snapshot.pods) {
    const reason = notYetSupported(pod);
    if (reason !== undefined) {
      const others = refused.get(reason);
      if (others === undefined) refused.set(reason, [pod]);
      else others.push(pod);
      continue;
    }
    for (const kind of preferencesOf(pod)) preferences.set(kind, (preferences.get(kind) ?? 0) + 1);
    pods.push(pod);
    profileOf.push(profiles.idOf(pod));
  }

  const running = snapshot.nodes.flatMap((node) => node.pods.filter((pod) => pod.podAntiAffinity.length > 0));
  const owners = [...profiles.all.map((profile) => profile.sample), ...running];
  const matchers = new PodMatchers(snapshot, visibleKeys(owners));
  const groups = groupByVisibility(pods, profileOf, matchers);
  const ruled = groups.map((group) => {
    const profile = profiles.all[group.profile]!;
    return { group, profile, ...rulesOf(group.pods[0]!, matchers) };
  });
  // Running pods keep others away too; their matchers must be known before anyone asks who is meant.
  for (const pod of running) for (const term of pod.podAntiAffinity) matchers.ofTerm(pod, term);

  const classes = new Map<string, { pods: Pod[]; made: Omit<PodClass, "pods"> }>();
  for (const { group, profile, ...rules } of ruled) {
    const sample = group.pods[0]!;
    const meant = matchers.meaning(sample, group.visible);
    const text = [
      profile.text,
      ...rules.spreads.map((rule) => rule.matcher.text),
      ...rules.apart.map((matcher) => matcher.text),
      ...rules.domainApart.map((rule) => rule.matcher.text),
      ...rules.together.map((rule) => rule.matcher.text),
      "meant",
      ...meant.map((id) => matchers.all[id]!.text).sort(),
    ].join(SEPARATOR);
    const known = classes.get(text);
    if (known !== undefined) {
      for (const pod of group.pods) known.pods.push(pod);
      continue;
    }
    const { constraint, constraintText: where, tolerationsText } = profile;
    const made = { sample, requests: sample.requests, constraint, constraintText: where, tolerationsText };
    classes.set(text, { pods: group.pods, made: { ...made, meant, ...rules, text } });
  }

  return {
    classes: [...classes.values()]
      .sort((a, b) => (a.made.text < b.made.text ? -1 : 1))
      .map(({ pods: members, made }) => ({ ...made, pods: sortedByName(members) })),
    matchers,
    refused: [...refused]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([reason, members]) => ({ pods: sortedByName(members), code: NOT_YET_SUPPORTED, reason })),
    preferences,
  };
}

/** Splits the pods of a profile by what the rules of others can see of them. */
function groupByVisibility(
  pods: readonly Pod[],
  profileOf: readonly number[],
  matchers: PodMatchers,
): { readonly profile: number; readonly visible: string; readonly pods: Pod[] }[] {
  const groups: { profile: number; visible: string; pods: Pod[] }[] = [];
  const byProfile: Map<string, Pod[]>[] = [];
  for (let i = 0; i < pods.length; i++) {
    const pod = pods[i]!;
    const profile = profileOf[i]!;
    const visible = matchers.visibleText(pod);
    const known = (byProfile[profile] ??= new Map<string, Pod[]>());
    const members = known.get(visible);
    if (members !== undefined) {
      members.push(pod);
      continue;
    }
    const started = [pod];
    known.set(visible, started);
    groups.push({ profile, visible, pods: started });
  }
  return groups;
}

/** The hard rules that a pod owns, with label keys folded in. */
function rulesOf(pod: Pod, matchers: PodMatchers): Pick<PodClass, "spreads" | "apart" | "domainApart" | "together"> {
  const termsOf = (terms: Pod["podAffinity"]): AffinityRule[] =>
    terms.map((term) => ({ key: canonicalKey(term.topologyKey), matcher: matchers.ofTerm(pod, term) }));
  const apart = termsOf(pod.podAntiAffinity);
  return {
    spreads: pod.topologySpread
      .filter((constraint) => constraint.whenUnsatisfiable === "DoNotSchedule")
      .map((constraint) => ({ constraint, matcher: matchers.ofSpread(pod, constraint) })),
    apart: apart.filter(({ key }) => key === HOSTNAME_LABEL).map(({ matcher }) => matcher),
    domainApart: apart.filter(({ key }) => key !== HOSTNAME_LABEL),
    together: termsOf(pod.podAffinity),
  };
}

/** Numbers for the distinct combinations of everything that matters of a pod but its labels. */
class ProfileTable {
  readonly all: Profile[] = [];
  private readonly byKey = new Map<string, number>();
  private readonly requests = new Interner<Resources>(mapText, quickMapText);
  private readonly selectors = new Interner<ReadonlyMap<string, string>>(mapText, quickMapText);
  private readonly terms = new Interner<Pod["requiredNodeTerms"]>(termsText);
  private readonly volumes = new Interner<Pod["requiredNodeTerms"]>(termsText);
  private readonly tolerations = new Interner<Pod["tolerations"]>(tolerationsTextOf);
  private readonly spreads = new Interner<Pod["topologySpread"]>(spreadsText);
  private readonly apart = new Interner<Pod["podAntiAffinity"]>(affinityText);
  private readonly together = new Interner<Pod["podAffinity"]>(affinityText);
  private readonly ports = new Interner<Pod["hostPorts"]>(portsText);
  private previous: Pod | undefined;
  private previousId = -1;

  idOf(pod: Pod): number {
    if (this.previous !== undefined && sharesParts(pod, this.previous)) return this.previousId;
    this.previous = pod;
    this.previousId = this.lookUp(pod);
    return this.previousId;
  }

  private lookUp(pod: Pod): number {
    const requests = this.requests.id(pod.requests);
    const selector = pod.nodeSelector.size === 0 ? 0 : this.selectors.id(pod.nodeSelector);
    const terms = pod.requiredNodeTerms.length === 0 ? 0 : this.terms.id(pod.requiredNodeTerms);
    const tolerations = pod.tolerations.length === 0 ? 0 : this.tolerations.id(pod.tolerations);
    const spreads = pod.topologySpread.length === 0 ? 0 : this.spreads.id(pod.topologySpread);
    const apart = pod.podAntiAffinity.length === 0 ? 0 : this.apart.id(pod.podAntiAffinity);
    const together = pod.podAffinity.length === 0 ? 0 : this.together.id(pod.podAffinity);
    const ports = pod.hostPorts.length === 0 ? 0 : this.ports.id(pod.hostPorts);
    // A rule without namespaces speaks of the owner's own.
    const namespace = spreads === 0 && apart === 0 && together === 0 ? "" : pod.namespace;
    const volumes = pod.volumeTerms === undefined ? 0 : this.volumes.id(pod.volumeTerms);
    const key = `${volumes},${requests},${selector},${terms},${tolerations},${spreads},${apart},${together},${ports},${pod.priority},${namespace}`;
    const known = this.byKey.get(key);
    if (known !== undefined) return known;
    const id = this.all.length;
    this.byKey.set(key, id);
    const constraint = nodeConstraintOf(pod);
    const where = constraintText(constraint);
    const tolerationsText = this.tolerations.text(tolerations);
    const text = [
      this.volumes.text(volumes),
      this.requests.text(requests),
      where,
      tolerationsText,
      this.spreads.text(spreads),
      this.apart.text(apart),
      this.together.text(together),
      this.ports.text(ports),
      pod.priority,
      namespace,
    ].join(SEPARATOR);
    this.all.push({ sample: pod, text, constraint, constraintText: where, tolerationsText });
    return id;
  }
}

/** Replicas of one workload share their parts: nothing needs to be looked up again. */
function sharesParts(a: Pod, b: Pod): boolean {
  return (
    a.requests === b.requests &&
    a.nodeSelector === b.nodeSelector &&
    a.requiredNodeTerms === b.requiredNodeTerms &&
    a.volumeTerms === b.volumeTerms &&
    a.tolerations === b.tolerations &&
    a.topologySpread === b.topologySpread &&
    a.podAntiAffinity === b.podAntiAffinity &&
    a.podAffinity === b.podAffinity &&
    a.hostPorts === b.hostPorts &&
    a.priority === b.priority &&
    a.namespace === b.namespace
  );
}

function termsText(terms: Pod["requiredNodeTerms"]): string {
  return JSON.stringify(terms);
}

function tolerationsTextOf(tolerations: Pod["tolerations"]): string {
  const texts = tolerations.map((one) => JSON.stringify([one.key ?? "", one.operator, one.value, one.effect ?? ""]));
  return [...new Set(texts)].sort().join("");
}

function spreadsText(spreads: Pod["topologySpread"]): string {
  const texts = spreads
    .filter((one) => one.whenUnsatisfiable === "DoNotSchedule")
    .map((one) =>
      JSON.stringify([
        canonicalKey(one.topologyKey),
        one.maxSkew,
        one.minDomains ?? 1,
        one.nodeAffinityPolicy,
        one.nodeTaintsPolicy,
        selectorSignature(one.labelSelector),
        [...one.matchLabelKeys].sort(),
      ]),
    );
  return texts.join("");
}

function affinityText(terms: Pod["podAntiAffinity"]): string {
  const texts = terms.map((one) =>
    JSON.stringify([
      canonicalKey(one.topologyKey),
      selectorSignature(one.labelSelector),
      [...one.namespaces].sort(),
      selectorSignature(one.namespaceSelector),
      [...one.matchLabelKeys].sort(),
      [...one.mismatchLabelKeys].sort(),
    ]),
  );
  return texts.join("");
}

function portsText(ports: Pod["hostPorts"]): string {
  return ports
    .map((one) => `${one.protocol}/${one.hostIp}/${one.port};`)
    .sort()
    .join("");
}

function byName(a: Pod, b: Pod): number {
  if (a.namespace !== b.namespace) return a.namespace < b.namespace ? -1 : 1;
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

function sortedByName(pods: Pod[]): readonly Pod[] {
  for (let i = 1; i < pods.length; i++) if (byName(pods[i - 1]!, pods[i]!) > 0) return [...pods].sort(byName);
  return pods;
}
