/**
 * Hard spread over hostname: a node that holds an owner holds at most maxSkew of the counted pods.
 *
 * The least over all nodes is 0, as a new node is always possible and empty.
 */
import { HOSTNAME_LABEL, canonicalKey } from "../../domain/requirement.ts";
import type { PodMatcher } from "../compile/pod-matchers.ts";
import type { NamedCap, RuleContext } from "./rule-context.ts";

/** One cap for each distinct (counted pods, maxSkew). */
export function hostSpreadCaps(context: RuleContext): readonly NamedCap[] {
  const rules = new Map<string, { matcher: PodMatcher; max: number; owners: Set<number> }>();
  context.classes.forEach((one, k) => {
    for (const { constraint, matcher } of one.spreads) {
      if (canonicalKey(constraint.topologyKey) !== HOSTNAME_LABEL) continue;
      const key = `${matcher.text}\u0001${constraint.maxSkew}`;
      const known = rules.get(key);
      if (known === undefined) rules.set(key, { matcher, max: constraint.maxSkew, owners: new Set([k]) });
      else known.owners.add(k);
    }
  });
  const nodeCount = context.site.places.nodes.length;
  return [...rules]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, { matcher, max, owners }]) => {
      const counted = context.meantClasses[matcher.id]!;
      const running = context.running.get(matcher.id);
      if (counted.length === 0 && running === undefined) return [];
      const cap = {
        owners: Int32Array.from([...owners].sort((a, b) => a - b)),
        counted,
        max,
        binCounted: running ?? new Int32Array(nodeCount),
        // A spread binds when its owner is placed; one that runs keeps nobody away.
        binOwned: new Uint8Array(nodeCount),
      };
      return [{ cap, text: `spread over kubernetes.io/hostname (maxSkew ${max})` }];
    });
}
