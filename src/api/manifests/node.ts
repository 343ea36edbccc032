/** Nodes that exist. */
import { HOSTNAME_LABEL } from "../../domain/requirement.ts";
import type { Node } from "../../domain/node.ts";
import { failField, readBoolean, readObject } from "./fields.ts";
import type { Fields } from "./fields.ts";
import { readLabels } from "./label-syntax.ts";
import { nodePoolOf } from "./node-pool.ts";
import { readResources } from "./quantities.ts";
import type { QuantityCache } from "./quantities.ts";
import { readTaints } from "./taints.ts";

/** What the kubelet allows when nothing is said. */
const DEFAULT_MAX_PODS = 110;

/** Reads a Node; its pods are attached later. @throws FieldError */
export function readNode(name: string, object: Fields, cache: QuantityCache, note: (sentence: string) => void): Node {
  const metadata = readObject(object.metadata, "metadata") ?? {};
  const spec = readObject(object.spec, "spec") ?? {};
  const status = readObject(object.status, "status") ?? {};
  const capacity = readResources(status.capacity, "status.capacity", "capacity", cache);
  let allocatable = readResources(status.allocatable, "status.allocatable", "capacity", cache);
  if (allocatable.size === 0) allocatable = capacity;
  if (allocatable.size === 0) {
    failField(
      "status.allocatable",
      status.allocatable,
      "it is missing",
      "Give what pods may use, e.g. cpu, memory and pods.",
      "MISSING_FIELD",
    );
  }
  if (!allocatable.has("pods")) {
    allocatable = new Map([...allocatable, ["pods", DEFAULT_MAX_PODS]]);
    note(`Node ${name} does not say how many pods it may run: ${String(DEFAULT_MAX_PODS)} is assumed.`);
  }
  const labels = readLabels(metadata.labels, "metadata.labels");
  const deleting = metadata.deletionTimestamp !== undefined && metadata.deletionTimestamp !== null;
  const nodePool = nodePoolOf(labels);
  return {
    name,
    labels: labels.has(HOSTNAME_LABEL) ? labels : new Map([...labels, [HOSTNAME_LABEL, name]]),
    taints: readTaints(spec.taints, "spec.taints"),
    capacity: capacity.size === 0 ? allocatable : capacity,
    allocatable,
    unschedulable: deleting || readBoolean(spec.unschedulable, "spec.unschedulable"),
    pods: [],
    ...(nodePool === undefined ? {} : { nodePool }),
  };
}
