/** Pods told by the workload they belong to: `Deployment/web` says more than 40 generated names. */
import type { PlanResponse } from "../../api/plan-response.ts";
import { count } from "./money.ts";
import type { Style } from "./style.ts";

/** Pod key to `namespace/name` of its workload; the pod itself where it has none. */
export function podOwners(plan: PlanResponse): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  for (const { namespace, owner, pods } of plan.workloads ?? []) {
    const [kind, name = ""] = owner.split("/", 2);
    // Bare pods are each their own; numbered siblings read better together, as in `exec ×36`.
    if (kind === "Pod") continue;
    const label = namespace === "default" ? name : `${namespace}/${name}`;
    for (const pod of pods) owners.set(pod, label);
  }
  return owners;
}

/** The workload of a pod, or what it is called without its number. */
export function ownerOf(pod: string, owners: ReadonlyMap<string, string>): string {
  return owners.get(pod) ?? pod.replace(/^default\//, "").replace(/-\d+$/, "");
}

/** `web ×12, shop/api ×3, ...`: most pods first. */
export function workloadSummary(
  nodes: readonly { readonly pods: readonly string[] }[],
  owners: ReadonlyMap<string, string>,
  style: Style,
  most = 12,
): string {
  const counts = new Map<string, number>();
  for (const node of nodes) {
    for (const pod of node.pods) {
      const owner = ownerOf(pod, owners);
      counts.set(owner, (counts.get(owner) ?? 0) + 1);
    }
  }
  const sorted = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const shown = sorted
    .slice(0, most)
    .map(([owner, amount]) => (amount === 1 ? owner : `${owner} ${style.times}${count(amount)}`));
  const more = sorted.length - shown.length;
  return `${shown.join(", ")}${more > 0 ? `, ${count(more)} more` : ""}`;
}
