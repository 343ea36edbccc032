/** The catalogue port: which machines there are and what they cost. */
import type { SizedInstanceType } from "../domain/instance-type.ts";
import type { NodeSizing } from "../domain/node-pool.ts";

export interface CatalogInfo {
  readonly region: string;
  /** ISO date of the prices. */
  readonly date: string;
  readonly source: string;
  readonly instanceTypes: number;
  /** All zones that have an offering, sorted. */
  readonly zones?: readonly string[];
  /**
   * Where spot prices come from: listed one by one, an assumed share of the on-demand price, or none at all (a pool
   * that allows nothing but spot then gets no machine).
   */
  readonly spotPrices?: SpotPrices;
  /** What a reader should know before trusting the numbers, in sentences. */
  readonly notes?: readonly string[];
}

export type SpotPrices =
  | { readonly kind: "listed" }
  | { readonly kind: "estimated"; readonly shareOfOnDemand: number }
  | { readonly kind: "none" };

/**
 * Errors: `CATALOG_UNREADABLE` or `INVALID_CATALOG` (input) from loading; `TRANSIENT` kinds from a live refresh, which
 * the decorator retries. The file implementation never fails after loading.
 */
export interface Catalog {
  info(): CatalogInfo;
  /**
   * All types, with capacity, overhead and allocatable for this sizing (AMI family, kubelet settings, root volume), and
   * the offerings in the zones of the sizing. Sorted by name; a type without an offering there stays, with none.
   * The same sizing gives the same frozen array for as long as it is in the (bounded) cache.
   */
  instanceTypes(sizing: NodeSizing): readonly SizedInstanceType[];
}

/** A catalogue that can be brought up to date from AWS; the live adapter comes with the controller. */
export interface CatalogSource {
  load(signal?: AbortSignal): Promise<Catalog>;
}
