/** What every rule family reads: the site, the classes that take part, and whom the selectors mean. */
import type { NodeCap } from "../../../solver/problem.ts";
import type { Pod } from "../../domain/pod.ts";
import type { PodClass } from "../compile/pod-classes.ts";
import type { PodMatchers } from "../compile/pod-matchers.ts";
import type { Site } from "../compiled.ts";

export interface RuleContext {
  readonly site: Site;
  readonly classes: readonly PodClass[];
  /** By class: 1 at the places that it may use. */
  readonly allowed: readonly Uint8Array[];
  readonly matchers: PodMatchers;
  /** By matcher id: the classes it means, ascending. */
  readonly meantClasses: readonly Int32Array[];
  /** By matcher id: the running pods it means on each node; absent where there are none anywhere. */
  readonly running: ReadonlyMap<number, Int32Array>;
}

/** A cap and the rule it stands for, in words. */
export interface NamedCap {
  readonly cap: NodeCap;
  readonly text: string;
}

/** Builds the context; classes are those that stay in the Problem. */
export function ruleContext(
  site: Site,
  classes: readonly PodClass[],
  allowed: readonly Uint8Array[],
  matchers: PodMatchers,
): RuleContext {
  const meant: number[][] = matchers.all.map(() => []);
  classes.forEach((one, k) => one.meant.forEach((id) => meant[id]!.push(k)));
  return {
    site,
    classes,
    allowed,
    matchers,
    meantClasses: meant.map((list) => Int32Array.from(list)),
    running: runningCounts(site, matchers),
  };
}

function runningCounts(site: Site, matchers: PodMatchers): ReadonlyMap<number, Int32Array> {
  const counts = new Map<number, Int32Array>();
  if (matchers.all.length === 0) return counts;
  const { nodes } = site.places;
  nodes.forEach((node, n) => {
    for (const pod of node.pods) {
      for (const id of matchers.meaning(pod)) {
        let row = counts.get(id);
        if (row === undefined) counts.set(id, (row = new Int32Array(nodes.length)));
        row[n]!++;
      }
    }
  });
  return counts;
}

/** Running pods by node that own a rule. */
export function runningOwners(
  context: RuleContext,
  owns: (pod: Pod) => boolean,
): readonly { readonly pod: Pod; readonly node: number }[] {
  return context.site.places.nodes.flatMap((node, n) => node.pods.filter(owns).map((pod) => ({ pod, node: n })));
}
