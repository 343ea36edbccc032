/** What DaemonSets take of each place, before any planned pod comes. */
import type { DaemonSet, Node } from "../../domain/node.ts";
import type { HostPort, Pod } from "../../domain/pod.ts";
import { NO_RESOURCES, type Resources, sumResources } from "../../domain/resources.ts";
import type { Snapshot } from "../../domain/snapshot.ts";
import type { Toleration } from "../../domain/taint.ts";
import { nodeConstraintOf } from "./node-constraint.ts";
import type { Places } from "./places.ts";

/** The DaemonSet pods that a place will have and does not have yet. */
export interface DaemonLoad {
  readonly daemonSets: readonly DaemonSet[];
  readonly requests: Resources;
  readonly hostPorts: readonly HostPort[];
}

const NO_LOAD: DaemonLoad = { daemonSets: [], requests: NO_RESOURCES, hostPorts: [] };

/** Conditions of nodes that the DaemonSet controller lets its pods tolerate. */
const CONDITION_TAINTS = [
  "node.kubernetes.io/not-ready",
  "node.kubernetes.io/unreachable",
  "node.kubernetes.io/disk-pressure",
  "node.kubernetes.io/memory-pressure",
  "node.kubernetes.io/pid-pressure",
  "node.kubernetes.io/network-unavailable",
  "node.kubernetes.io/unschedulable",
];

/** What a DaemonSet's pods tolerate: their own tolerations and those that the controller adds to all. */
export function daemonTolerations(pod: Pod): readonly Toleration[] {
  return [...pod.tolerations, ...CONDITION_TAINTS.map((key): Toleration => ({ key, operator: "Exists", value: "" }))];
}

/** Whether a pod of this DaemonSet already runs on the node. */
export function runsAlready(daemonSet: DaemonSet, node: Node): boolean {
  const owner = `DaemonSet/${daemonSet.name}`;
  return node.pods.some((pod) => pod.owner === owner && pod.namespace === daemonSet.namespace);
}

/** The load at every place (see {@link Places}): equal loads are one object. */
export function daemonLoads(snapshot: Snapshot, places: Places): readonly DaemonLoad[] {
  if (snapshot.daemonSets.length === 0) return new Array<DaemonLoad>(places.count).fill(NO_LOAD);
  const daemonSets = [...snapshot.daemonSets].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const runs = daemonSets.map((daemonSet, d) => {
    const fits = places.meeting(nodeConstraintOf(daemonSet.pod));
    const allowed = places.tolerating(daemonTolerations(daemonSet.pod), `daemon-set ${d}`);
    const bits = new Uint8Array(places.count);
    for (let i = 0; i < bits.length; i++) bits[i] = fits[i]! & allowed[i]!;
    places.nodes.forEach((node, n) => {
      if (bits[places.shapes.length + n] === 1 && runsAlready(daemonSet, node)) bits[places.shapes.length + n] = 0;
    });
    return bits;
  });
  const loads: DaemonLoad[] = [];
  const known = new Map<string, DaemonLoad>();
  for (let i = 0; i < places.count; i++) {
    let text = "";
    for (let d = 0; d < runs.length; d++) if (runs[d]![i] === 1) text += `${d},`;
    let load = known.get(text);
    if (load === undefined) {
      load = loadOf(daemonSets.filter((_, d) => runs[d]![i] === 1));
      known.set(text, load);
    }
    loads.push(load);
  }
  return loads;
}

function loadOf(daemonSets: readonly DaemonSet[]): DaemonLoad {
  if (daemonSets.length === 0) return NO_LOAD;
  const requests = new Map(sumResources(daemonSets.map((one) => one.pod.requests)));
  requests.set("pods", daemonSets.length);
  return { daemonSets, requests, hostPorts: daemonSets.flatMap((one) => one.pod.hostPorts) };
}

function nameOf(daemonSet: DaemonSet): string {
  return `${daemonSet.namespace}/${daemonSet.name}`;
}
