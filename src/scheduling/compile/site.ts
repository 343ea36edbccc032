/** What each place offers: the resources that matter, what is free of them, and why some places take nothing. */
import type { Node } from "../../domain/node.ts";
import type { Resources } from "../../domain/resources.ts";
import { amountOf } from "../../domain/resources.ts";
import { formatQuantity } from "../../domain/quantity.ts";
import type { Snapshot } from "../../domain/snapshot.ts";
import type { Bar, Site } from "../compiled.ts";
import { ATTACH_PREFIX, UNKNOWN_ATTACH_LIMIT } from "../volumes.ts";
import { type DaemonLoad, daemonLoads } from "./daemon-sets.ts";
import type { Places } from "./places.ts";
import type { PodClass } from "./pod-classes.ts";
import type { Shape } from "./shapes.ts";

/** Always there, in this order, before resources that pods or DaemonSets ask for. */
const BASE_RESOURCES = ["cpu", "memory", "pods"];

/** Builds the site of a snapshot. */
export function siteOf(snapshot: Snapshot, places: Places, classes: readonly PodClass[]): Site {
  const daemons = daemonLoads(snapshot, places);
  const resources = resourcesThatMatter(classes, daemons);
  const free = new Float64Array(places.count * resources.length);
  const rows = new Map<Resources, Map<DaemonLoad, Float64Array>>();
  places.shapes.forEach((shape, s) => {
    const { allocatable } = shape.kind;
    let byLoad = rows.get(allocatable);
    if (byLoad === undefined) rows.set(allocatable, (byLoad = new Map<DaemonLoad, Float64Array>()));
    let row = byLoad.get(daemons[s]!);
    if (row === undefined) {
      row = Float64Array.from(resources, (name) => roomOf(allocatable, name) - amountOf(daemons[s]!.requests, name));
      byLoad.set(daemons[s]!, row);
    }
    free.set(row, s * resources.length);
  });
  places.nodes.forEach((node, n) => {
    const place = places.shapes.length + n;
    free.set(freeOfNode(node, daemons[place]!, resources), place * resources.length);
  });
  const bars = [
    ...places.shapes.map((shape, s) => barOfShape(shape, free, s, resources)),
    ...places.nodes.map((node) => barOfNode(node)),
  ];
  return { snapshot, places, resources, free, daemons, bars };
}

function resourcesThatMatter(classes: readonly PodClass[], daemons: readonly DaemonLoad[]): readonly string[] {
  const names = new Set<string>();
  const add = (requests: Resources): void => {
    for (const [name, amount] of requests) if (amount > 0 && !BASE_RESOURCES.includes(name)) names.add(name);
  };
  for (const one of new Set(classes.map((podClass) => podClass.requests))) add(one);
  for (const load of new Set(daemons)) add(load.requests);
  return [...BASE_RESOURCES, ...[...names].sort()];
}

/** What a machine that is not there yet has; how many volumes it may attach is not known. */
function roomOf(allocatable: Resources, name: string): number {
  return name.startsWith(ATTACH_PREFIX) ? UNKNOWN_ATTACH_LIMIT : amountOf(allocatable, name);
}

/** Allocatable less running pods and DaemonSet pods yet to come; an overcommitted resource has nothing free. */
function freeOfNode(node: Node, load: DaemonLoad, resources: readonly string[]): Float64Array {
  const used = new Map<string, number>();
  for (const pod of node.pods) {
    for (const [name, amount] of pod.requests) if (name !== "pods") used.set(name, (used.get(name) ?? 0) + amount);
  }
  used.set("pods", node.pods.length);
  return Float64Array.from(resources, (name) =>
    Math.max(0, amountOf(node.allocatable, name) - (used.get(name) ?? 0) - amountOf(load.requests, name)),
  );
}

function barOfNode(node: Node): Bar | undefined {
  return node.unschedulable ? { code: "UNSCHEDULABLE", text: "is unschedulable" } : undefined;
}

function barOfShape(shape: Shape, free: Float64Array, s: number, resources: readonly string[]): Bar | undefined {
  for (let r = 0; r < resources.length; r++) {
    if (free[s * resources.length + r]! < 0) {
      return { code: "DAEMONS", text: `DaemonSets alone ask for more ${resources[r]!} than it has` };
    }
  }
  const { nodePool, instanceType } = shape.kind;
  for (const [name, limit] of nodePool.limits) {
    const left = Math.max(0, limit - amountOf(nodePool.inUse, name));
    const needs = name === "nodes" ? 1 : amountOf(instanceType.capacity, name);
    if (needs > left) {
      const text = `limits.${name} of NodePool ${nodePool.name} (${formatQuantity(name, left)} left of ${formatQuantity(name, limit)})`;
      return { code: "LIMIT", text };
    }
  }
  return undefined;
}
