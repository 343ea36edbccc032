/** A loaded catalogue: sizes its machines on demand and remembers the last few sizings. */
import type { SizedInstanceType } from "../../domain/instance-type.ts";
import type { KubeletSettings, NodeSizing } from "../../domain/node-pool.ts";
import type { Offering } from "../../domain/instance-type.ts";
import type { Sizer } from "../../domain/sizing.ts";
import type { Resources } from "../../domain/resources.ts";
import type { Catalog, CatalogInfo } from "../../ports/catalog.ts";

/** One entry a node class in use; a cluster has a handful. */
const REMEMBERED_SIZINGS = 16;

/** @param sizerOf  how a node class sizes a machine */
export function createSizedCatalog<Machine>(
  info: CatalogInfo,
  machines: readonly Machine[],
  sizerOf: (sizing: NodeSizing) => Sizer<Machine>,
): Catalog {
  const remembered = new Map<string, readonly SizedInstanceType[]>();
  return {
    info: () => info,
    instanceTypes(sizing) {
      const key = sizingKey(sizing);
      const known = remembered.get(key);
      // Put back at the end, so that the first entry is the one unused for longest.
      remembered.delete(key);
      const types = known ?? sizeAll(machines, sizerOf(sizing), sizing.zones);
      remembered.set(key, types);
      if (remembered.size > REMEMBERED_SIZINGS) {
        const [oldest = key] = remembered.keys();
        remembered.delete(oldest);
      }
      return types;
    },
  };
}

function sizeAll<Machine>(
  machines: readonly Machine[],
  sizer: Sizer<Machine>,
  onlyZones: readonly string[],
): readonly SizedInstanceType[] {
  const zones = onlyZones.length === 0 ? undefined : new Set(onlyZones);
  const types: SizedInstanceType[] = [];
  for (const machine of machines) {
    const type = sizer(machine);
    if (type !== undefined) types.push(zones === undefined ? type : inZones(type, zones));
  }
  return Object.freeze(types.sort((a, b) => (a.name < b.name ? -1 : 1)));
}

function inZones(type: SizedInstanceType, zones: ReadonlySet<string>): SizedInstanceType {
  const offerings: readonly Offering[] = Object.freeze(type.offerings.filter((offering) => zones.has(offering.zone)));
  return Object.freeze({ ...type, offerings });
}

/** Equal sizings, equal keys: the order in which settings were written does not matter. */
function sizingKey(sizing: NodeSizing): string {
  const { amiFamily, kubelet, rootVolumeBytes, instanceStoreRaid0, reservedEnis, zones } = sizing;
  return JSON.stringify([
    amiFamily,
    kubeletKey(kubelet),
    rootVolumeBytes,
    instanceStoreRaid0,
    reservedEnis,
    zones.toSorted(),
  ]);
}

function kubeletKey(kubelet: KubeletSettings): unknown {
  const { maxPods, podsPerCore, kubeReserved, systemReserved, evictionHard, evictionSoft } = kubelet;
  const entries = (map: Resources | KubeletSettings["evictionHard"]): unknown =>
    map === undefined ? null : [...map].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [maxPods, podsPerCore, ...[kubeReserved, systemReserved, evictionHard, evictionSoft].map(entries)];
}
