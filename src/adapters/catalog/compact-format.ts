/** Plimsoll's own catalogue format: a header and one row of facts a type. */
import type { Catalog } from "../../ports/catalog.ts";
import { FieldReader, type Json } from "./checked-fields.ts";
import { COLUMNS, readRow } from "./compact-row.ts";
import { type CatalogHeader, type CatalogOptions, catalogOfRows } from "./row-catalog.ts";

/** The value of `format`; another number means another layout. */
export const COMPACT_FORMAT = "plimsoll-catalog/1";

/** @throws PlimsollError `INVALID_CATALOG` (input) at the first fault */
export function parseCompactCatalog(json: Json, source: string, options: CatalogOptions): Catalog {
  const reader = new FieldReader(source, "the catalogue");
  const header = readHeader(json, reader, options);
  const rows = reader.array("types", json["types"]).map((row, index) => readRow(row, index, source, header));
  return catalogOfRows(header, rows, reader, options);
}

function readHeader(json: Json, reader: FieldReader, options: CatalogOptions): CatalogHeader {
  if (json["format"] !== COMPACT_FORMAT) {
    reader.fail("format", json["format"], `This version of Plimsoll reads ${COMPACT_FORMAT}.`);
  }
  const columns = reader.array("columns", json["columns"]);
  if (columns.length !== COLUMNS.length || !COLUMNS.every((column, i) => columns[i] === column)) {
    reader.fail("columns", columns, `The columns of ${COMPACT_FORMAT} are ${COLUMNS.join(", ")}.`);
  }
  const region = reader.text("region", json["region"]);
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
  return {
    region,
    date: reader.date("date", json["date"]),
    zones,
    source: sources.join(", "),
    spotShare: options.spotShareOfOnDemand ?? reader.price("spotShareOfOnDemand", json["spotShareOfOnDemand"] ?? 0),
    notes: reader.array("notes", json["notes"] ?? []).map((note, i) => reader.text(`notes[${String(i)}]`, note)),
  };
}
