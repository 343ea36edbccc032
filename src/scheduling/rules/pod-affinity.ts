/**
 * Required pod affinity over any key, and required anti-affinity over every key but hostname.
 *
 * Affinity pulls its owner to a domain (or node) that holds a pod it means. A pod that its own term means may be the
 * first, where no such pod runs anywhere: kube-scheduler's exception for groups that start together. Anti-affinity of
 * pods that run already is settled before, see running-anti-affinity.ts.
 */
import type { DomainCap, DomainKey, DomainNeed, NodeNeed } from "../../../solver/problem.ts";
import { HOSTNAME_LABEL, type Requirements } from "../../domain/requirement.ts";
import type { AffinityRule, PodClass } from "../compile/pod-classes.ts";
import type { PodMatcher } from "../compile/pod-matchers.ts";
import type { DomainKeys } from "./domain-keys.ts";
import type { RuleContext } from "./rule-context.ts";

/** What required affinity asks of the node itself: that it has the label it is about. */
export function affinityRequirements(one: PodClass): Requirements {
  const keys = one.together.map(({ key }) => key).filter((key) => key !== HOSTNAME_LABEL);
  return new Map(keys.map((key) => [key, { complement: true, values: new Set<string>(), absent: false }]));
}

/** Owners of one term, apart for those that it means themselves. */
interface Term {
  readonly key: string;
  readonly matcher: PodMatcher;
  readonly self: boolean;
  readonly owners: number[];
}

/** Each distinct term of the classes once, in an order that does not depend on the input's. */
function termsOf(context: RuleContext, rulesOf: (one: PodClass) => readonly AffinityRule[]): readonly Term[] {
  const terms = new Map<string, Term>();
  context.classes.forEach((one, k) => {
    for (const { key, matcher } of rulesOf(one)) {
      const self = one.meant.includes(matcher.id);
      const text = `${key}\u0001${matcher.text}\u0001${String(self)}`;
      const known = terms.get(text);
      if (known === undefined) terms.set(text, { key, matcher, self, owners: [k] });
      else if (known.owners.at(-1) !== k) known.owners.push(k);
    }
  });
  return [...terms].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, term]) => term);
}

export interface Pulls {
  readonly domainNeeds: readonly DomainNeed[];
  readonly nodeNeeds: readonly NodeNeed[];
}

/** Required affinity as pulls: over domains, or within a node for hostname. */
export function affinityPulls(context: RuleContext, keys: DomainKeys): Pulls {
  const domainNeeds: DomainNeed[] = [];
  const nodeNeeds: NodeNeed[] = [];
  const nodeCount = context.site.places.nodes.length;
  for (const { key, matcher, owners, self } of termsOf(context, (one) => one.together)) {
    const running = context.running.get(matcher.id);
    const rule = {
      owners: Int32Array.from(owners),
      counted: context.meantClasses[matcher.id]!,
      mayStart: self && running === undefined,
    };
    if (key === HOSTNAME_LABEL) nodeNeeds.push({ ...rule, binCounted: running ?? new Int32Array(nodeCount) });
    else {
      const id = keys.ofAll(key);
      domainNeeds.push({ key: id, ...rule, initial: perDomain(keys.all[id]!, running) });
    }
  }
  return { domainNeeds, nodeNeeds };
}

/** Required anti-affinity over domains: one of those that a term means where the owner is one of them, else none. */
export function domainAntiAffinityCaps(context: RuleContext, keys: DomainKeys): readonly DomainCap[] {
  return termsOf(context, (one) => one.domainApart).map(({ key, matcher, owners, self }): DomainCap => {
    const id = keys.ofAll(key);
    const domains = keys.all[id]!;
    return {
      key: id,
      owners: Int32Array.from(owners),
      counted: context.meantClasses[matcher.id]!,
      max: self ? 1 : 0,
      domainCounted: perDomain(domains, context.running.get(matcher.id)),
      domainOwned: new Uint8Array(domains.domainCount),
    };
  });
}

/** Running pods of each domain, from those of each node. */
function perDomain(key: DomainKey, running: Int32Array | undefined): Int32Array {
  const counts = new Int32Array(key.domainCount);
  running?.forEach((pods, n) => {
    const domain = key.binDomain[n]!;
    if (domain >= 0) counts[domain]! += pods;
  });
  return counts;
}
