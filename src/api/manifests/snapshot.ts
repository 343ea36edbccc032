/** What was read, with a catalogue and a time, makes the Snapshot that one decision is taken on. */
import type { InstanceType } from "../../domain/instance-type.ts";
import type { Node } from "../../domain/node.ts";
import type { NodePool, NodeSizing } from "../../domain/node-pool.ts";
import type { Pod } from "../../domain/pod.ts";
import { NO_RESOURCES } from "../../domain/resources.ts";
import type { Resources } from "../../domain/resources.ts";
import type { Snapshot } from "../../domain/snapshot.ts";
import type { Catalog } from "../../ports/catalog.ts";
import type { ReadResult } from "./read-result.ts";

/**
 * Sizes the instance types of each pool by its node class, attaches running pods to their nodes, and counts what each
 * pool's nodes use of its limits. Pools of equal sizing share one list of types.
 */
export function buildSnapshot(read: ReadResult, catalog: Catalog, timeMs: number): Snapshot {
  const nodes = attachPods(read.nodes, read.boundPods);
  const bySizing = new Map<string, readonly InstanceType[]>();
  const instanceTypes = new Map<string, readonly InstanceType[]>();
  for (const pool of read.nodePools) {
    const key = sizingKey(pool.sizing);
    let types = bySizing.get(key);
    if (types === undefined) {
      types = catalog.instanceTypes(pool.sizing);
      bySizing.set(key, types);
    }
    instanceTypes.set(pool.name, types);
  }
  return {
    timeMs,
    pods: read.pods,
    nodePools: read.nodePools.map((pool) => ({ ...pool, inUse: poolUse(pool, nodes) })),
    nodes,
    daemonSets: read.daemonSets,
    instanceTypes,
    namespaces: read.namespaces,
    storage: read.storage,
    rejected: read.rejected,
    ignored: read.ignored,
    notes: [...read.notes, ...zoneNotes(read.nodePools, instanceTypes, catalog)],
  };
}

function attachPods(nodes: readonly Node[], pods: readonly Pod[]): readonly Node[] {
  const byNode = new Map<string, Pod[]>();
  for (const pod of pods) {
    if (pod.nodeName === undefined) continue;
    const list = byNode.get(pod.nodeName);
    if (list === undefined) byNode.set(pod.nodeName, [pod]);
    else list.push(pod);
  }
  return nodes.map((node) => ({ ...node, pods: byNode.get(node.name) ?? [] }));
}

/** Limits count whole machines (capacity, not allocatable), and the machines themselves as `nodes`. */
function poolUse(pool: NodePool, nodes: readonly Node[]): Resources {
  const sum = new Map<string, number>();
  let count = 0;
  for (const node of nodes) {
    if (node.nodePool !== pool.name) continue;
    count++;
    for (const [name, amount] of node.capacity) sum.set(name, (sum.get(name) ?? 0) + amount);
  }
  if (count === 0) return NO_RESOURCES;
  sum.set("nodes", count);
  return sum;
}

/** Equal texts for equal sizings. */
function sizingKey(sizing: NodeSizing): string {
  const plain = (value: unknown): unknown => {
    if (value instanceof Map)
      return [...(value as Map<string, unknown>)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => [k, plain(v)]);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    const entries = Object.entries(value as Record<string, unknown>).sort(([a], [b]) => (a < b ? -1 : 1));
    return entries.map(([k, v]) => [k, plain(v)]);
  };
  return JSON.stringify(plain(sizing));
}

/** A node class in a region that the catalogue has no prices for would only show as "nothing fits". */
function zoneNotes(
  pools: readonly NodePool[],
  types: ReadonlyMap<string, readonly InstanceType[]>,
  catalog: Catalog,
): string[] {
  const notes: string[] = [];
  for (const { name, sizing } of pools) {
    if (sizing.zones.length === 0) continue;
    const offered = (types.get(name) ?? []).some((type) =>
      type.offerings.some((offering) => sizing.zones.includes(offering.zone)),
    );
    if (!offered) {
      notes.push(
        `The subnets of NodePool ${name} are in ${sizing.zones.join(", ")}, but the catalogue is of ${catalog.info().region}: it offers nothing there.`,
      );
    }
  }
  return notes;
}
