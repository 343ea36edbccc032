/** Volumes to numbers: each claim narrows the nodes of its pod, and takes one of the attachments a node has. */
import type { Node } from "../domain/node.ts";
import { type NodeSelectorTerm, type Pod } from "../domain/pod.ts";
import type { Resources } from "../domain/resources.ts";
import { NO_STORAGE, type PersistentVolumeClaim, type Storage, type StorageClass } from "../domain/volume.ts";
import type { Snapshot } from "../domain/snapshot.ts";
import type { RefusedPods } from "./compile/pod-classes.ts";

/** Prefix of the made-up resources that count attached volumes by CSI driver. */
export const ATTACH_PREFIX = "attachable-volumes-";

/** A machine that is not there yet has no known limit. */
export const UNKNOWN_ATTACH_LIMIT = 100_000;

/** What one claim asks: alternatives (none: any node), and the driver that attaches it. */
interface ClaimNeeds {
  readonly terms: readonly NodeSelectorTerm[];
  readonly driver?: string;
  readonly note?: string;
}

export interface ResolvedVolumes {
  /** Pods with their claims folded into `volumeTerms` and attach counts. */
  readonly pods: readonly Pod[];
  readonly nodes: readonly Node[];
  readonly refused: readonly RefusedPods[];
  readonly notes: readonly string[];
}

/** Code of a pod whose claim cannot be used. */
export const VOLUME = "VOLUME";

/** Folds the volumes of all pods into what every node rule already understands. */
export function resolveVolumes(snapshot: Snapshot): ResolvedVolumes {
  if (!snapshot.pods.some((pod) => pod.volumeClaims.length > 0)) {
    return { pods: snapshot.pods, nodes: snapshot.nodes, refused: [], notes: [] };
  }
  const storage = snapshot.storage ?? NO_STORAGE;
  const notes = new Set<string>();
  const refused = new Map<string, Pod[]>();
  const terms = new Map<string, readonly NodeSelectorTerm[]>();
  const requests = new Map<Resources, Map<string, Resources>>();
  const limited = new Set([...storage.attachLimits.values()].flatMap((limits) => [...limits.keys()]));
  const pods: Pod[] = [];
  for (const pod of snapshot.pods) {
    if (pod.volumeClaims.length === 0) {
      pods.push(pod);
      continue;
    }
    const needs = [...new Set(pod.volumeClaims)].map((name) => claimNeeds(storage, pod.namespace, name));
    const problem = needs.find((one) => typeof one === "string");
    if (problem !== undefined) {
      const others = refused.get(problem);
      if (others === undefined) refused.set(problem, [pod]);
      else others.push(pod);
      continue;
    }
    const found = needs.filter((one) => typeof one !== "string");
    for (const { note } of found) if (note !== undefined) notes.add(note);
    const volumeTerms = together(found.map((one) => one.terms).filter((one) => one.length > 0));
    const text = JSON.stringify(volumeTerms);
    const shared = terms.get(text) ?? volumeTerms;
    terms.set(text, shared);
    const drivers = found.flatMap(({ driver }) => (driver !== undefined && limited.has(driver) ? [driver] : [])).sort();
    pods.push({ ...pod, volumeTerms: shared, requests: withAttachments(pod.requests, drivers, requests) });
  }
  return {
    pods,
    nodes: snapshot.nodes.map((node) => withAttachLimits(storage, node)),
    refused: [...refused]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([reason, members]) => ({
        pods: members.sort((a, b) => (a.name < b.name ? -1 : 1)),
        code: VOLUME,
        reason,
      })),
    notes: [...notes].sort(),
  };
}

/** What a claim asks, or why it cannot be used, in a sentence. */
function claimNeeds(storage: Storage, namespace: string, name: string): ClaimNeeds | string {
  const claim = storage.claims.get(`${namespace}/${name}`);
  if (claim === undefined) {
    return `The PersistentVolumeClaim ${namespace}/${name} is not in the input: add it, or take the volume off the pod.`;
  }
  const label = claim.planned === true ? "a claim of this workload" : `the claim ${namespace}/${name}`;
  if (claim.volumeName !== undefined) {
    const volume = storage.volumes.get(claim.volumeName);
    if (volume === undefined) {
      return `The PersistentVolume ${claim.volumeName} of ${label} is not in the input: add it.`;
    }
    return { terms: volume.nodeTerms, ...(volume.driver === undefined ? {} : { driver: volume.driver }) };
  }
  if (claim.storageClass === "") {
    return `Nothing binds ${label}: it asks for no storage class and names no volume. Set storageClassName or volumeName.`;
  }
  const storageClass = classOf(storage, claim);
  if (storageClass !== undefined) return classNeeds(storageClass, label);
  const missing =
    claim.storageClass === undefined
      ? "there is no default StorageClass"
      : `StorageClass ${claim.storageClass} is missing`;
  if (claim.planned !== true) return `For ${label}, ${missing} in the input: add it.`;
  return {
    terms: [],
    note: `For ${label}, ${missing} in the input: one that waits for the pod and is tied to no zone is assumed.`,
  };
}

function classNeeds(storageClass: StorageClass, label: string): ClaimNeeds | string {
  if (storageClass.bindingMode === "Immediate") {
    return `StorageClass ${storageClass.name} of ${label} binds at once, in a zone that is not known yet: set volumeBindingMode to WaitForFirstConsumer, or bind the claim first.`;
  }
  return { terms: storageClass.allowedTopologies, driver: storageClass.provisioner };
}

/** The class by name, or the newest default. */
function classOf(storage: Storage, claim: PersistentVolumeClaim): StorageClass | undefined {
  if (claim.storageClass !== undefined) return storage.classes.get(claim.storageClass);
  return [...storage.classes.values()]
    .filter((one) => one.isDefault)
    .sort((a, b) => b.created - a.created || (a.name < b.name ? -1 : 1))[0];
}

/** One of each list at the same time: the product of the alternatives. */
function together(lists: readonly (readonly NodeSelectorTerm[])[]): readonly NodeSelectorTerm[] {
  const distinct = [...new Map(lists.map((list) => [JSON.stringify(list), list])).values()];
  let all: readonly NodeSelectorTerm[] = [];
  for (const list of distinct) {
    all = all.length === 0 ? list : all.flatMap((before) => list.map((term) => [...before, ...term]));
  }
  return all;
}

function withAttachments(
  requests: Resources,
  drivers: readonly string[],
  known: Map<Resources, Map<string, Resources>>,
): Resources {
  if (drivers.length === 0) return requests;
  const byDrivers = known.get(requests) ?? new Map<string, Resources>();
  known.set(requests, byDrivers);
  const text = drivers.join(",");
  let made = byDrivers.get(text);
  if (made === undefined) {
    const counts = new Map(requests);
    for (const driver of drivers) counts.set(ATTACH_PREFIX + driver, (counts.get(ATTACH_PREFIX + driver) ?? 0) + 1);
    byDrivers.set(text, (made = counts));
  }
  return made;
}

/** Attachments left on a node as an amount of its allocatable; a driver without a limit there has plenty. */
function withAttachLimits(storage: Storage, node: Node): Node {
  const drivers = new Set([...storage.attachLimits.values()].flatMap((limits) => [...limits.keys()]));
  if (drivers.size === 0) return node;
  const allocatable = new Map(node.allocatable);
  for (const driver of drivers) {
    const limit = storage.attachLimits.get(node.name)?.get(driver) ?? UNKNOWN_ATTACH_LIMIT;
    const used = new Set<string>();
    for (const pod of node.pods) {
      for (const name of pod.volumeClaims) {
        const needs = claimNeeds(storage, pod.namespace, name);
        if (typeof needs !== "string" && needs.driver === driver) used.add(`${pod.namespace}/${name}`);
      }
    }
    allocatable.set(ATTACH_PREFIX + driver, Math.max(0, limit - used.size));
  }
  return { ...node, allocatable };
}
