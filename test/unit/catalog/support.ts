/** What the catalogue tests share. */
import type { SizedInstanceType } from "../../../src/domain/instance-type.ts";
import type { NodeSizing } from "../../../src/domain/node-pool.ts";
import type { Resources } from "../../../src/domain/resources.ts";
import type { Catalog } from "../../../src/ports/catalog.ts";

export const MIB = 2 ** 20;
export const GIB = 2 ** 30;

/** AL2023 as it comes, changed where told. */
export function sizing(changes: Partial<NodeSizing> = {}): NodeSizing {
  return {
    amiFamily: "AL2023",
    kubelet: {},
    rootVolumeBytes: 20 * GIB,
    instanceStoreRaid0: false,
    reservedEnis: 0,
    zones: [],
    ...changes,
  };
}

/** The type of that name, or a failed test. */
export function typeOf(catalog: Catalog, name: string, changes: Partial<NodeSizing> = {}): SizedInstanceType {
  const type = catalog.instanceTypes(sizing(changes)).find((candidate) => candidate.name === name);
  if (type === undefined) throw new Error(`the catalogue has no ${name}`);
  return type;
}

/** `[["cpu", 2000], ...]` sorted by name, for comparisons that show what differs. */
export function listed(resources: Resources): readonly (readonly [string, number])[] {
  return [...resources].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** The only value of a label; undefined where the label is known to be absent. */
export function label(type: SizedInstanceType, key: string): string | undefined {
  const set = type.requirements.get(key);
  if (set === undefined || set.complement || set.values.size > 1) throw new Error(`${type.name} leaves ${key} open`);
  return [...set.values][0];
}
