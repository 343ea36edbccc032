/** Machines that can be bought. */
import type { Requirements } from "./requirement.ts";
import type { Resources } from "./resources.ts";

export type CapacityType = "on-demand" | "spot" | "reserved";

/** InstanceType x zone x capacity type, with its price. */
export interface Offering {
  readonly zone: string;
  readonly capacityType: CapacityType;
  readonly priceUsdPerHour: number;
  /** True where the price is the catalogue's stated assumption (spot), not a listed price. */
  readonly priceEstimated?: true;
  readonly available: boolean;
  /** Instances left in a reservation; absent: no limit. */
  readonly remaining?: number;
  readonly reservationId?: string;
}

export interface Overhead {
  readonly kubeReserved: Resources;
  readonly systemReserved: Resources;
  readonly evictionThreshold: Resources;
}

export interface InstanceType {
  readonly name: string;
  /**
   * Its labels as requirements (single values but for fakes): arch, os, instance-category, ... without zone and
   * capacity type. A well-known label that the type does not have (gpu-name on a machine without GPU) is there with no
   * values: it must be absent.
   */
  readonly requirements: Requirements;
  readonly capacity: Resources;
  readonly overhead: Overhead;
  readonly offerings: readonly Offering[];
}

/** Capacity less all overhead, what pods (DaemonSets among them) may use. */
export interface SizedInstanceType extends InstanceType {
  readonly allocatable: Resources;
}
