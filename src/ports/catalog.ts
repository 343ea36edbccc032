/** The catalogue port: which machines there are and what they cost. */
import type { InstanceType } from "../domain/instance-type.ts";
import type { NodeSizing } from "../domain/node-pool.ts";

export interface CatalogInfo {
  readonly region: string;
  /** ISO date of the prices. */
  readonly date: string;
  readonly source: string;
  readonly instanceTypes: number;
}

/**
 * Errors: `CATALOG_UNREADABLE` or `INVALID_CATALOG` (input) from loading; `TRANSIENT` kinds from a live refresh, which
 * the decorator retries. The file implementation never fails after loading.
 */
export interface Catalog {
  info(): CatalogInfo;
  /** All types, with capacity and overhead for this sizing (AMI family, kubelet settings, root volume). */
  instanceTypes(sizing: NodeSizing): readonly InstanceType[];
}

/** A catalogue that can be brought up to date from AWS; the live adapter comes with the controller. */
export interface CatalogSource {
  load(signal?: AbortSignal): Promise<Catalog>;
}
