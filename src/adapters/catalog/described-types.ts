/** A catalogue from AWS's own answers, with prices beside them. */
import type { Catalog } from "../../ports/catalog.ts";
import { FieldReader, type Json } from "./checked-fields.ts";
import type { MachineRow } from "./compact-row.ts";
import { describeMachine } from "./described-machine.ts";
import { type CatalogOptions, catalogOfRows } from "./row-catalog.ts";

/**
 * Reads `{region, date, InstanceTypes, InstanceTypeOfferings, prices, spotShareOfOnDemand?}`: the answers of
 * DescribeInstanceTypes and DescribeInstanceTypeOfferings (by availability zone) as AWS gives them, and `prices`, USD
 * per hour on demand by name. Types without a price stay, without an offering. Macs are left out.
 * @throws PlimsollError `INVALID_CATALOG` (input) at the first fault
 */
export function parseDescribedTypes(json: Json, source: string, options: CatalogOptions): Catalog {
  const reader = new FieldReader(source, "the catalogue");
  const region = reader.text("region", json["region"]);
  const date = reader.date("date", json["date"]);
  const zonesOf = readZones(reader, json["InstanceTypeOfferings"]);
  const prices = new Map<string, number>();
  for (const [name, price] of Object.entries(reader.object("prices", json["prices"]))) {
    prices.set(name, reader.price(`prices["${name}"]`, price));
  }
  const rows: MachineRow[] = [];
  reader.array("InstanceTypes", json["InstanceTypes"]).forEach((entry, index) => {
    const machine = describeMachine(entry, index, source);
    if (machine === undefined) return;
    const onDemandUsdPerHour = prices.get(machine.facts.name);
    const zones = onDemandUsdPerHour === undefined ? [] : (zonesOf.get(machine.facts.name) ?? []);
    rows.push({ ...machine, zones, onDemandUsdPerHour: onDemandUsdPerHour ?? 0 });
  });
  const header = {
    region,
    date,
    zones: [...new Set(rows.flatMap((row) => row.zones))].toSorted(),
    source,
    spotShare: options.spotShareOfOnDemand ?? reader.price("spotShareOfOnDemand", json["spotShareOfOnDemand"] ?? 0),
    notes: ["Branch interfaces (vpc.amazonaws.com/pod-eni) are not in AWS's answers and count as none."],
  };
  return catalogOfRows(header, rows, reader, options);
}

function readZones(reader: FieldReader, value: unknown): ReadonlyMap<string, readonly string[]> {
  const zones = new Map<string, string[]>();
  reader.array("InstanceTypeOfferings", value).forEach((item, index) => {
    const at = `InstanceTypeOfferings[${String(index)}]`;
    const { InstanceType, Location } = reader.object(at, item);
    const name = reader.text(`${at}.InstanceType`, InstanceType);
    const list = zones.get(name) ?? [];
    list.push(reader.text(`${at}.Location`, Location));
    zones.set(name, list);
  });
  return zones;
}
