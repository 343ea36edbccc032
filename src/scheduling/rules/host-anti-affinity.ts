/**
 * Required anti-affinity on hostname: a node that holds an owner of the term holds no other pod that the term means.
 *
 * It works both ways: the owner may run already and keep planned pods away.
 */
import { HOSTNAME_LABEL, canonicalKey } from "../../domain/requirement.ts";
import type { PodMatcher } from "../compile/pod-matchers.ts";
import { type NamedCap, type RuleContext, runningOwners } from "./rule-context.ts";

interface Term {
  readonly matcher: PodMatcher;
  /** Whether the owners are meant by their own term: then one of them fits on a node, and nothing else meant. */
  readonly self: boolean;
  readonly owners: Set<number>;
  readonly ownedNodes: Set<number>;
}

/** One cap for each distinct term, apart for owners that the term means and owners that it does not. */
export function hostAntiAffinityCaps(context: RuleContext): readonly NamedCap[] {
  const terms = new Map<string, Term>();
  const termOf = (matcher: PodMatcher, self: boolean): Term => {
    const key = `${matcher.text}\u0001${self}`;
    const known = terms.get(key);
    if (known !== undefined) return known;
    const made = { matcher, self, owners: new Set<number>(), ownedNodes: new Set<number>() };
    terms.set(key, made);
    return made;
  };
  context.classes.forEach((one, k) => {
    for (const matcher of one.apart) termOf(matcher, one.meant.includes(matcher.id)).owners.add(k);
  });
  for (const { pod, node } of runningOwners(context, (one) => one.podAntiAffinity.length > 0)) {
    const meant = context.matchers.meaning(pod);
    for (const term of pod.podAntiAffinity) {
      if (canonicalKey(term.topologyKey) !== HOSTNAME_LABEL) continue;
      const matcher = context.matchers.ofTerm(pod, term);
      termOf(matcher, meant.includes(matcher.id)).ownedNodes.add(node);
    }
  }
  return [...terms]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, term]) => {
      const counted = context.meantClasses[term.matcher.id]!;
      const running = context.running.get(term.matcher.id);
      // Nothing to keep apart: no owner is planned, or nobody is meant who is planned or runs.
      if (counted.length === 0 && (term.owners.size === 0 || running === undefined)) return [];
      return [capOf(context, term, counted, running)];
    });
}

function capOf(context: RuleContext, term: Term, counted: Int32Array, running: Int32Array | undefined): NamedCap {
  const nodeCount = context.site.places.nodes.length;
  const max = term.self ? 1 : 0;
  const binOwned = Uint8Array.from({ length: nodeCount }, (_, n) => (term.ownedNodes.has(n) ? 1 : 0));
  // Pods that run may break the rule already: the count says so, and nothing more may come.
  const binCounted = running ?? new Int32Array(nodeCount);
  return {
    cap: { owners: Int32Array.from([...term.owners].sort((a, b) => a - b)), counted, max, binCounted, binOwned },
    text: "anti-affinity on kubernetes.io/hostname",
  };
}
