/** What all planned nodes of a pool may take together, and reservations. */
import type { InstanceType } from "../../domain/instance-type.ts";
import type { Plan } from "../../domain/plan.ts";
import { amountOf } from "../../domain/resources.ts";
import type { Snapshot } from "../../domain/snapshot.ts";
import type { Report } from "./violation.ts";
import { offeringsOf } from "./hosts.ts";

/** Limits of NodePools with what is in use now, and instances left in reservations. */
export function checkNodeLimits(snapshot: Snapshot, plan: Plan, report: Report): void {
  const reserved = new Map<string, { count: number; remaining: number }>();
  for (const pool of snapshot.nodePools) {
    const nodes = plan.nodes.filter((node) => node.nodePool === pool.name);
    if (nodes.length === 0) continue;
    const types = new Map((snapshot.instanceTypes.get(pool.name) ?? []).map((type) => [type.name, type]));
    const machines = nodes.map((node) => types.get(node.instanceType));
    for (const [name, limit] of pool.limits) {
      const used = machines.reduce((sum, type) => sum + usesOf(type, name), amountOf(pool.inUse, name));
      const planned = used - amountOf(pool.inUse, name);
      if (planned > 0 && used > limit) {
        report("POOL_LIMIT", `NodePool ${pool.name}: ${name} ${used} of ${limit} with what is in use`);
      }
    }
    nodes.forEach((node, i) => {
      const type = machines[i];
      if (type === undefined) return;
      const offerings = offeringsOf(type, node);
      if (offerings.length === 0 || offerings.some((one) => one.remaining === undefined)) return;
      const key = `${node.instanceType} ${node.capacityType} in ${node.zone}`;
      const remaining = offerings.reduce((sum, one) => sum + (one.remaining ?? 0), 0);
      reserved.set(key, { count: (reserved.get(key)?.count ?? 0) + 1, remaining });
    });
  }
  for (const [key, { count, remaining }] of reserved) {
    if (count > remaining) report("RESERVATION", `${count} nodes of ${key}, but ${remaining} are left`);
  }
}

function usesOf(type: InstanceType | undefined, name: string): number {
  if (type === undefined) return 0;
  return name === "nodes" ? 1 : amountOf(type.capacity, name);
}
