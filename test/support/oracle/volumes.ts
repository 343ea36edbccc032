/** VolumeBinding, VolumeZone and NodeVolumeLimits. Ephemeral and migrated in-tree volumes are not modelled. */
import { selects, termsHold } from "./matching.ts";
import { namespaceOf } from "./objects.ts";
import type { Claim, Cluster, Node, Pod, StorageClass, Volume } from "./objects.ts";
import { nano } from "./resources.ts";

const BIND_COMPLETED = "pv.kubernetes.io/bind-completed";
const SELECTED_NODE = "volume.kubernetes.io/selected-node";
const ZONE_KEYS = [
  "failure-domain.beta.kubernetes.io/zone",
  "failure-domain.beta.kubernetes.io/region",
  "topology.kubernetes.io/zone",
  "topology.kubernetes.io/region",
];

function claimNames(pod: Pod): string[] {
  return (pod.spec.volumes ?? []).flatMap((v) => v.persistentVolumeClaim?.claimName ?? []);
}

function claimOf(cluster: Cluster, pod: Pod, name: string): Claim | undefined {
  return cluster.pvcs?.find((claim) => claim.metadata.name === name && namespaceOf(claim) === namespaceOf(pod));
}

function volumeOf(cluster: Cluster, claim: Claim): Volume | undefined {
  return cluster.pvs?.find((volume) => volume.metadata.name === claim.spec.volumeName);
}

function classOf(cluster: Cluster, claim: Claim): StorageClass | undefined {
  const name = claim.spec.storageClassName ?? "";
  return name === "" ? undefined : cluster.storageClasses?.find((c) => c.metadata.name === name);
}

function isReachable(volume: Volume, node: Node): boolean {
  const required = volume.spec.nodeAffinity?.required;
  return required === undefined || termsHold(required.nodeSelectorTerms ?? [], node);
}

function canProvision(storageClass: StorageClass | undefined, node: Node): boolean {
  if (storageClass === undefined) return false;
  if (storageClass.provisioner === "" || storageClass.provisioner === "kubernetes.io/no-provisioner") return false;
  const topologies = storageClass.allowedTopologies ?? [];
  const labels = node.metadata.labels ?? {};
  return (
    topologies.length === 0 ||
    topologies.some((term) => {
      const expressions = term.matchLabelExpressions ?? [];
      return expressions.length > 0 && expressions.every(({ key, values }) => values.includes(labels[key] ?? "\0"));
    })
  );
}

function isFree(volume: Volume, claim: Claim, node: Node): boolean {
  const claimed = volume.spec.claimRef;
  if (claimed !== undefined && (claimed.name !== claim.metadata.name || claimed.namespace !== namespaceOf(claim))) {
    return false;
  }
  return (
    (volume.spec.storageClassName ?? "") === (claim.spec.storageClassName ?? "") &&
    (claim.spec.accessModes ?? []).every((mode) => volume.spec.accessModes?.includes(mode) === true) &&
    (claim.spec.selector === undefined || selects(claim.spec.selector, volume.metadata.labels ?? {})) &&
    nano(volume.spec.capacity?.["storage"] ?? 0) >= nano(claim.spec.resources?.requests?.["storage"] ?? 0) &&
    isReachable(volume, node)
  );
}

function unboundRefusal(cluster: Cluster, claims: readonly Claim[], node: Node): string | undefined {
  const size = (quantity: string | number | undefined): bigint => nano(quantity ?? 0);
  const bySize = [...claims].sort((a, b) =>
    size(a.spec.resources?.requests?.["storage"]) < size(b.spec.resources?.requests?.["storage"]) ? -1 : 1,
  );
  const taken = new Set<Volume>();
  for (const claim of bySize) {
    const chosen = claim.metadata.annotations?.[SELECTED_NODE];
    if (chosen !== undefined && chosen !== node.metadata.name) return "claim is being provisioned for another node";
    const free = (cluster.pvs ?? [])
      .filter((volume) => !taken.has(volume) && chosen === undefined && isFree(volume, claim, node))
      .sort((a, b) => (size(a.spec.capacity?.["storage"]) < size(b.spec.capacity?.["storage"]) ? -1 : 1))[0];
    if (free !== undefined) taken.add(free);
    else if (!canProvision(classOf(cluster, claim), node)) return "no volume to bind, none can be provisioned here";
  }
  return undefined;
}

/** @returns why the pod's claims cannot be bound on the node, or undefined */
export function bindingRefusal(cluster: Cluster, pod: Pod, node: Node): string | undefined {
  const delayed: Claim[] = [];
  for (const name of claimNames(pod)) {
    const claim = claimOf(cluster, pod, name);
    if (claim === undefined) return `persistentvolumeclaim ${name} not found`;
    if (claim.status?.phase === "Lost") return `persistentvolumeclaim ${name} has lost its volume`;
    if (claim.metadata.deletionTimestamp !== undefined) return `persistentvolumeclaim ${name} is being deleted`;
    const isNamed = (claim.spec.volumeName ?? "") !== "";
    if (isNamed && claim.metadata.annotations?.[BIND_COMPLETED] !== undefined) {
      const volume = volumeOf(cluster, claim);
      if (volume === undefined) return `persistentvolume of ${name} not found`;
      if (!isReachable(volume, node)) return "volume node affinity conflict";
    } else if (isNamed || classOf(cluster, claim)?.volumeBindingMode !== "WaitForFirstConsumer") {
      return "pod has unbound immediate PersistentVolumeClaims";
    } else delayed.push(claim);
  }
  return unboundRefusal(cluster, delayed, node);
}

/** @returns why the zone labels of the pod's bound volumes keep it off the node, or undefined */
export function zoneRefusal(cluster: Cluster, pod: Pod, node: Node): string | undefined {
  const labels = node.metadata.labels ?? {};
  const isZoned = ZONE_KEYS.some((key) => Object.hasOwn(labels, key));
  for (const name of claimNames(pod)) {
    const claim = claimOf(cluster, pod, name);
    if (claim === undefined) return `persistentvolumeclaim ${name} not found`;
    if ((claim.spec.volumeName ?? "") === "") {
      if (classOf(cluster, claim)?.volumeBindingMode === "WaitForFirstConsumer") continue;
      return "persistentvolume had no name";
    }
    const volume = volumeOf(cluster, claim);
    if (volume === undefined) return `persistentvolume of ${name} not found`;
    if (!isZoned) continue;
    for (const key of ZONE_KEYS) {
      const zones = volume.metadata.labels?.[key];
      if (zones === undefined) continue;
      const ga = key.replace("failure-domain.beta", "topology");
      const zone = labels[key] ?? labels[ga];
      if (zone === undefined || !zones.split("__").includes(zone)) return "no available volume zone";
    }
  }
  return undefined;
}

/** Each CSI volume of the pod by a name unique in the cluster, with its driver. */
function csiVolumes(cluster: Cluster, pod: Pod): Map<string, string> {
  const found = new Map<string, string>();
  for (const name of claimNames(pod)) {
    const claim = claimOf(cluster, pod, name);
    if (claim === undefined) continue;
    const volume = volumeOf(cluster, claim);
    if (volume !== undefined) {
      const csi = volume.spec.csi;
      if (csi !== undefined) found.set(`${csi.driver}/${csi.volumeHandle}`, csi.driver);
    } else {
      const driver = classOf(cluster, claim)?.provisioner;
      if (driver !== undefined) found.set(`${driver}/claim ${namespaceOf(pod)}/${name}`, driver);
    }
  }
  return found;
}

/** @returns why the node's attach limits (CSINode) keep the pod off it, or undefined */
export function volumeLimitRefusal(cluster: Cluster, pod: Pod, node: Node): string | undefined {
  const missing = claimNames(pod).find((name) => claimOf(cluster, pod, name) === undefined);
  if (missing !== undefined) return `persistentvolumeclaim ${missing} not found`;
  const wanted = csiVolumes(cluster, pod);
  const drivers = cluster.csiNodes?.find((n) => n.metadata.name === node.metadata.name)?.spec.drivers ?? [];
  const attached = new Map<string, string>();
  for (const bound of cluster.pods) {
    if (bound.spec.nodeName === node.metadata.name) {
      for (const [volume, driver] of csiVolumes(cluster, bound)) attached.set(volume, driver);
    }
  }
  for (const { name, allocatable } of drivers) {
    const more = [...wanted].filter(([volume, driver]) => driver === name && !attached.has(volume)).length;
    const have = [...attached.values()].filter((driver) => driver === name).length;
    if (allocatable?.count !== undefined && more > 0 && have + more > allocatable.count)
      return "max volume count exceeded";
  }
  return undefined;
}
