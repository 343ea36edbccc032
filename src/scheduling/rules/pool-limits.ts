/** Limits of NodePools: what all nodes of a pool together may have of a resource, less what its nodes have now. */
import type { ShapeRow } from "../../../solver/problem.ts";
import { formatQuantity } from "../../domain/quantity.ts";
import { amountOf } from "../../domain/resources.ts";
import type { Site } from "../compiled.ts";

export interface NamedRow {
  readonly row: ShapeRow;
  readonly text: string;
}

/** `sum of capacity over the pool's new nodes <= limit - in use`, for each limited resource; `nodes` counts 1 a node. */
export function poolLimitRows(site: Site): readonly NamedRow[] {
  const rows: NamedRow[] = [];
  const pools = new Map<string, number[]>();
  site.places.shapes.forEach((shape, s) => {
    const { name } = shape.kind.nodePool;
    if (site.bars[s] !== undefined) return;
    const known = pools.get(name);
    if (known === undefined) pools.set(name, [s]);
    else known.push(s);
  });
  for (const [name, members] of [...pools].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const { nodePool } = site.places.shapes[members[0]!]!.kind;
    for (const [resource, limit] of [...nodePool.limits].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const shapes: number[] = [];
      const coefficients: number[] = [];
      for (const s of members) {
        const each = resource === "nodes" ? 1 : amountOf(site.places.shapes[s]!.kind.instanceType.capacity, resource);
        if (each <= 0) continue;
        shapes.push(s);
        coefficients.push(each);
      }
      if (shapes.length === 0) continue;
      const left = Math.max(0, limit - amountOf(nodePool.inUse, resource));
      rows.push({
        row: { shapes: Int32Array.from(shapes), coefficients: Float64Array.from(coefficients), limit: left },
        text: `limits.${resource} of ${nodePool.kind} ${name} (${formatQuantity(resource, limit)})`,
      });
    }
  }
  return rows;
}

/** Reservations hold a number of instances: shapes of one reservation share it when labels split it into several. */
export function reservationRows(site: Site): readonly NamedRow[] {
  const reservations = new Map<string, { shapes: number[]; remaining: number }>();
  site.places.shapes.forEach((shape, s) => {
    const { remaining, reservationId, zone } = shape.offering;
    if (remaining === undefined) return;
    const key = reservationId ?? `${shape.kind.instanceType.name} in ${zone}`;
    const known = reservations.get(key);
    if (known === undefined) reservations.set(key, { shapes: [s], remaining });
    else known.shapes.push(s);
  });
  return [...reservations]
    .filter(([, { shapes }]) => shapes.length > 1)
    .map(([key, { shapes, remaining }]) => ({
      row: {
        shapes: Int32Array.from(shapes),
        coefficients: new Float64Array(shapes.length).fill(1),
        limit: remaining,
      },
      text: `the capacity reservation ${key} (${remaining} left)`,
    }));
}
