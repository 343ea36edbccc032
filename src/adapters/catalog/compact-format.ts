/** Plimsoll's own catalogue format: a header and one row of facts a type. */
import type { Offering } from "../../domain/instance-type.ts";
import { type DescribedMachine, describedSizer } from "../../domain/sizing.ts";
import { DEFAULT_VM_MEMORY_OVERHEAD_SHARE } from "../../domain/sizing-capacity.ts";
import { createValueSets, machineRequirements } from "../../domain/sizing-labels.ts";
import type { Catalog, CatalogInfo, SpotPrices } from "../../ports/catalog.ts";
import { FieldReader, type Json } from "./checked-fields.ts";
import { COLUMNS, type MachineRow, readRow } from "./compact-row.ts";
import { createSizedCatalog } from "./sized-catalog.ts";

/** The value of `format`; another number means another layout. */
export const COMPACT_FORMAT = "plimsoll-catalog/1";

export interface CompactOptions {
  /** Share of the stated memory that the hypervisor keeps, 0 to 1. Default 0.075. */
  readonly vmMemoryOverheadShare?: number;
  /** Price of spot as a share of on-demand; 0: offer no spot. Default: what the file states. */
  readonly spotShareOfOnDemand?: number;
}

interface Header {
  readonly region: string;
  readonly date: string;
  readonly zones: readonly string[];
  readonly source: string;
  readonly spotShare: number;
  readonly notes: readonly string[];
}

/** @throws PlimsollError `INVALID_CATALOG` (input) at the first fault */
export function parseCompactCatalog(json: Json, source: string, options: CompactOptions = {}): Catalog {
  const reader = new FieldReader(source, "the catalogue");
  const header = readHeader(json, reader, options);
  const share = options.vmMemoryOverheadShare ?? DEFAULT_VM_MEMORY_OVERHEAD_SHARE;
  const valueSet = createValueSets();
  const seen = new Set<string>();
  const machines = reader.array("types", json["types"]).map((value, index): DescribedMachine => {
    const row = readRow(value, index, source, header);
    const { name } = row.facts;
    if (seen.has(name)) reader.fail(`types[${String(index)}]`, name, "Each type may be listed only once.");
    seen.add(name);
    return {
      facts: row.facts,
      requirements: machineRequirements(row.facts, valueSet),
      offerings: offeringsOf(row, header.spotShare),
    };
  });
  if (machines.length === 0) reader.fail("types", json["types"], "List at least one instance type.");
  return createSizedCatalog(infoOf(header, machines.length), machines, (sizing) => describedSizer(sizing, share));
}

function readHeader(json: Json, reader: FieldReader, options: CompactOptions): Header {
  if (json["format"] !== COMPACT_FORMAT) {
    reader.fail("format", json["format"], `This version of Plimsoll reads ${COMPACT_FORMAT}.`);
  }
  const columns = JSON.stringify(json["columns"]);
  if (columns !== JSON.stringify(COLUMNS)) {
    reader.fail("columns", json["columns"], `The columns of ${COMPACT_FORMAT} are ${COLUMNS.join(", ")}.`);
  }
  const region = reader.text("region", json["region"]);
  const date = reader.text("date", json["date"]);
  if (!/^\d{4}-\d\d-\d\d$/.test(date)) reader.fail("date", date, "Write the date of the prices as YYYY-MM-DD.");
  const zones = reader.array("zones", json["zones"]).map((zone, i) => {
    const name = reader.text(`zones[${String(i)}]`, zone);
    if (name.startsWith(region) && name.length === region.length + 1) return name;
    return reader.fail(`zones[${String(i)}]`, name, `Write the region and one letter, as ${region}a.`);
  });
  const sources = reader.array("sources", json["sources"]).map((value, i) => {
    const at = `sources[${String(i)}]`;
    const { name, version } = reader.object(at, value);
    return `${reader.text(`${at}.name`, name)} ${reader.text(`${at}.version`, version)}`;
  });
  const stated = json["spotShareOfOnDemand"] ?? 0;
  const spotShare = options.spotShareOfOnDemand ?? reader.price("spotShareOfOnDemand", stated);
  const notes = reader.array("notes", json["notes"] ?? []).map((note, i) => reader.text(`notes[${String(i)}]`, note));
  return { region, date, zones, source: sources.join(", "), spotShare, notes };
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

function infoOf(header: Header, instanceTypes: number): CatalogInfo {
  const { region, date, zones, source, spotShare, notes } = header;
  const spotPrices: SpotPrices = spotShare === 0 ? { kind: "none" } : { kind: "estimated", shareOfOnDemand: spotShare };
  return Object.freeze({
    region,
    date,
    source,
    instanceTypes,
    zones: Object.freeze([...zones]),
    spotPrices: Object.freeze(spotPrices),
    notes: Object.freeze([...notes]),
  });
}
