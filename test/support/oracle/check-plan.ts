/** Asks whether some order of binding makes every placed pod of a plan pass kube-scheduler's filters. */
import { filterVerdict } from "./filter.ts";
import type { Verdict } from "./filter.ts";
import type { Cluster, Node, Pod } from "./objects.ts";

/** What a plan does, as objects: nodes that join, and a node's name for each pod that is placed. */
export interface PlacedPlan {
  readonly newNodes: readonly Node[];
  readonly placements: readonly { readonly pod: Pod; readonly nodeName: string }[];
}

/** A pod that no order tried could bind, with the last verdict on it. */
export interface PlanViolation extends Verdict {
  readonly pod: Pod;
  readonly nodeName: string;
}

/**
 * Binds, pass after pass, any pod that passes at its planned node, until a pass binds none. An approximation: a
 * binding that passes is never undone, so a plan that is reachable only by holding a pod back would be called invalid.
 * The other way it is exact: with no violation, the order found is a proof. The volumes that a bound claim takes
 * are not marked as taken between bindings.
 *
 * @returns the pods that stay unbound
 */
export function checkPlan(cluster: Cluster, plan: PlacedPlan): PlanViolation[] {
  const pods = [...cluster.pods];
  const state: Cluster = { ...cluster, nodes: [...cluster.nodes, ...plan.newNodes], pods };
  let waiting = [...plan.placements];
  let refused: PlanViolation[] = [];
  let isMoving = true;
  while (isMoving && waiting.length > 0) {
    refused = [];
    const later: typeof waiting = [];
    for (const placement of waiting) {
      const { pod, nodeName } = placement;
      const verdict = filterVerdict(state, pod, nodeName);
      if (verdict.fits) pods.push({ ...pod, spec: { ...pod.spec, nodeName } });
      else {
        refused.push({ ...verdict, pod, nodeName });
        later.push(placement);
      }
    }
    isMoving = later.length < waiting.length;
    waiting = later;
  }
  return refused;
}
