/**
 * Hard spread over zones, capacity types and any other label but hostname.
 *
 * Domains are the values of the key at the places that the inclusion policies let in: shapes that could be bought and
 * nodes that exist. Elsewhere neither a place nor a pod on it counts.
 */
import type { DomainKey, Spread } from "../../../solver/problem.ts";
import { HOSTNAME_LABEL, type Requirements, canonicalKey } from "../../domain/requirement.ts";
import type { TopologySpreadConstraint } from "../../domain/pod.ts";
import type { PodClass } from "../compile/pod-classes.ts";
import type { PodMatcher } from "../compile/pod-matchers.ts";
import type { Places } from "../compile/places.ts";
import type { RuleContext } from "./rule-context.ts";

export interface DomainSpreads {
  readonly domainKeys: readonly DomainKey[];
  readonly spreads: readonly Spread[];
  readonly texts: readonly string[];
}

/** What the hard spreads of a class ask of its nodes: that they have the labels it spreads over. */
export function spreadRequirements(one: PodClass): Requirements {
  const keys = one.spreads.map(({ constraint }) => canonicalKey(constraint.topologyKey));
  return new Map(keys.filter((key) => key !== HOSTNAME_LABEL).map((key) => [key, EXISTS]));
}

const EXISTS = { complement: true, values: new Set<string>(), absent: false };

interface Rule {
  readonly key: number;
  readonly matcher: PodMatcher;
  readonly constraint: TopologySpreadConstraint;
  readonly owners: number[];
}

/** One Spread for each distinct (domains, counted pods, maxSkew, minDomains). */
export function domainSpreads(context: RuleContext): DomainSpreads {
  const keys = new DomainKeys(context.site.places);
  const rules = new Map<string, Rule>();
  context.classes.forEach((one, k) => {
    for (const { constraint, matcher } of one.spreads) {
      const label = canonicalKey(constraint.topologyKey);
      if (label === HOSTNAME_LABEL) continue;
      const key = keys.of(label, one, constraint);
      const text = [label, key, matcher.text, constraint.maxSkew, constraint.minDomains ?? 1].join("\u0001");
      const known = rules.get(text);
      if (known === undefined) rules.set(text, { key, matcher, constraint, owners: [k] });
      else if (known.owners.at(-1) !== k) known.owners.push(k);
    }
  });
  const made = [...rules].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, rule]) => rule);
  return {
    domainKeys: keys.all,
    spreads: made.map((rule) => spreadOf(context, rule, keys.all[rule.key]!)),
    texts: made.map(({ constraint }) => `spread over ${constraint.topologyKey} (maxSkew ${constraint.maxSkew})`),
  };
}

/** 1 at the places that count for the constraint: nodeAffinityPolicy and nodeTaintsPolicy decide. */
function includedPlaces(places: Places, one: PodClass, constraint: TopologySpreadConstraint): Uint8Array {
  const included = new Uint8Array(places.count).fill(1);
  const keepOnly = (bits: Uint8Array): void => {
    for (let i = 0; i < included.length; i++) included[i]! &= bits[i]!;
  };
  if (constraint.nodeAffinityPolicy === "Honor") keepOnly(places.meeting(one.constraint));
  if (constraint.nodeTaintsPolicy === "Honor") {
    keepOnly(places.tolerating(one.sample.tolerations, one.tolerationsText));
  }
  return included;
}

function spreadOf(context: RuleContext, rule: Rule, key: DomainKey): Spread {
  const initial = new Int32Array(key.domainCount);
  context.running.get(rule.matcher.id)?.forEach((pods, n) => {
    const domain = key.binDomain[n]!;
    if (domain >= 0) initial[domain]! += pods;
  });
  return {
    key: rule.key,
    owners: Int32Array.from(rule.owners),
    counted: context.meantClasses[rule.matcher.id]!.filter((k) => reaches(context.allowed[k]!, key)),
    maxSkew: rule.constraint.maxSkew,
    minDomains: rule.constraint.minDomains ?? 1,
    initial,
    // A domain exists because an included place is in it, so all take part.
    eligible: new Uint8Array(key.domainCount).fill(1),
  };
}

/** Whether a class may use a place in any domain; pods that cannot are never counted. */
function reaches(allowed: Uint8Array, key: DomainKey): boolean {
  const shapes = key.shapeDomain.length;
  for (let i = 0; i < allowed.length; i++) {
    if (allowed[i] === 1 && (i < shapes ? key.shapeDomain[i]! : key.binDomain[i - shapes]!) >= 0) return true;
  }
  return false;
}

/** Partitions of the places, each once. */
class DomainKeys {
  readonly all: DomainKey[] = [];
  private readonly places: Places;
  private readonly known = new Map<string, number>();
  /** Classes with the same rules ask the same question. */
  private readonly asked = new Map<string, number>();

  constructor(places: Places) {
    this.places = places;
  }

  /** The partition that a constraint of a class is about. */
  of(label: string, one: PodClass, constraint: TopologySpreadConstraint): number {
    const affinity = constraint.nodeAffinityPolicy === "Honor" ? one.constraintText : "";
    const taints = constraint.nodeTaintsPolicy === "Honor" ? `honor ${one.tolerationsText}` : "";
    const question = `${label}\u0001${affinity}\u0001${taints}`;
    const before = this.asked.get(question);
    if (before !== undefined) return before;
    const id = this.idOf(label, includedPlaces(this.places, one, constraint));
    this.asked.set(question, id);
    return id;
  }

  private idOf(label: string, included: Uint8Array): number {
    const { values, at } = this.places.column(label);
    const inUse = new Set<number>();
    for (let i = 0; i < at.length; i++) if (included[i] === 1 && at[i]! >= 0) inUse.add(at[i]!);
    const sorted = [...inUse].sort((a, b) => (values[a]! < values[b]! ? -1 : 1));
    const domainOf = new Map(sorted.map((value, domain) => [value, domain]));
    const domains = at.map((value, i) => (included[i] === 1 ? (domainOf.get(value) ?? -1) : -1));
    const text = `${label}\u0001${domains.join(",")}`;
    const before = this.known.get(text);
    if (before !== undefined) return before;
    const shapeCount = this.places.shapes.length;
    const id = this.all.length;
    this.all.push({
      domainCount: sorted.length,
      shapeDomain: domains.slice(0, shapeCount),
      binDomain: domains.slice(shapeCount),
    });
    this.known.set(text, id);
    return id;
  }
}
