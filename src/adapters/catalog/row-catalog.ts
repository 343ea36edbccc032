/** From machines' facts, zones and prices to a catalogue. */
import type { Offering } from "../../domain/instance-type.ts";
import { type DescribedMachine, describedSizer } from "../../domain/sizing.ts";
import { DEFAULT_VM_MEMORY_OVERHEAD_SHARE } from "../../domain/sizing-capacity.ts";
import { createValueSets, machineRequirements } from "../../domain/sizing-labels.ts";
import type { Catalog, SpotPrices } from "../../ports/catalog.ts";
import type { FieldReader } from "./checked-fields.ts";
import type { MachineRow } from "./compact-row.ts";
import { createSizedCatalog } from "./sized-catalog.ts";

export interface CatalogOptions {
  /** Share of the stated memory that the hypervisor keeps, 0 to 1. Default 0.075. */
  readonly vmMemoryOverheadShare?: number;
  /** Price of spot as a share of on-demand; 0: offer no spot. Default: what the file states. */
  readonly spotShareOfOnDemand?: number;
}

export interface CatalogHeader {
  readonly region: string;
  /** Of the prices, YYYY-MM-DD. */
  readonly date: string;
  readonly zones: readonly string[];
  readonly source: string;
  /** Price of spot as a share of on-demand; 0: no spot. */
  readonly spotShare: number;
  readonly notes: readonly string[];
}

/**
 * @param reader  for the errors about the rows together
 * @throws PlimsollError `INVALID_CATALOG` (input) when there are none, or a name is there twice
 */
export function catalogOfRows(
  header: CatalogHeader,
  rows: readonly MachineRow[],
  reader: FieldReader,
  options: CatalogOptions,
): Catalog {
  if (rows.length === 0) reader.fail("the number of types", 0, "List at least one instance type.");
  const valueSet = createValueSets();
  const seen = new Set<string>();
  const machines = rows.map((row): DescribedMachine => {
    const { facts } = row;
    if (seen.has(facts.name)) reader.fail("the name of two types", facts.name, "Each type may be listed only once.");
    seen.add(facts.name);
    return {
      facts,
      requirements: machineRequirements(facts, valueSet),
      offerings: offeringsOf(row, header.spotShare),
    };
  });
  const share = options.vmMemoryOverheadShare ?? DEFAULT_VM_MEMORY_OVERHEAD_SHARE;
  const { region, date, zones, source, spotShare, notes } = header;
  const spotPrices: SpotPrices = spotShare === 0 ? { kind: "none" } : { kind: "estimated", shareOfOnDemand: spotShare };
  const info = Object.freeze({
    region,
    date,
    source,
    instanceTypes: rows.length,
    zones: Object.freeze([...zones]),
    spotPrices: Object.freeze(spotPrices),
    notes: Object.freeze([...notes]),
  });
  return createSizedCatalog(info, machines, (sizing) => describedSizer(sizing, share));
}

/** In each zone on demand, and spot at the assumed share where AWS sells the type as spot. */
function offeringsOf(row: MachineRow, spotShare: number): readonly Offering[] {
  const offerings: Offering[] = [];
  for (const zone of row.zones) {
    const priceUsdPerHour = row.onDemandUsdPerHour;
    offerings.push(Object.freeze({ zone, capacityType: "on-demand", priceUsdPerHour, available: true }));
  }
  if (!row.spot || spotShare === 0) return Object.freeze(offerings);
  const priceUsdPerHour = roundPrice(row.onDemandUsdPerHour * spotShare);
  for (const zone of row.zones) {
    offerings.push(
      Object.freeze({ zone, capacityType: "spot", priceUsdPerHour, priceEstimated: true, available: true }),
    );
  }
  return Object.freeze(offerings);
}

/** To a millionth of a dollar, as AWS lists prices. */
function roundPrice(usd: number): number {
  return Math.round(usd * 1e6) / 1e6;
}
