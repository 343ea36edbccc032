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
import type { DomainKeys } from "./domain-keys.ts";
import type { RuleContext } from "./rule-context.ts";

export interface DomainSpreads {
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
export function domainSpreads(context: RuleContext, keys: DomainKeys): DomainSpreads {
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
    spreads: made.map((rule) => spreadOf(context, rule, keys.all[rule.key]!)),
    texts: made.map(({ constraint }) => `spread over ${constraint.topologyKey} (maxSkew ${constraint.maxSkew})`),
  };
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
