/** Catalogues from files: the embedded one, and any other of the three formats. */
import { readFile } from "node:fs/promises";
import { PlimsollError } from "../../domain/errors.ts";
import type { Catalog } from "../../ports/catalog.ts";
import { isObject } from "./checked-fields.ts";
import { parseCompactCatalog } from "./compact-format.ts";
import { parseDescribedTypes } from "./described-types.ts";
import { invalidCatalog } from "./invalid-catalog.ts";
import { parseListedTypes } from "./listed-types.ts";
import type { CatalogOptions } from "./row-catalog.ts";

/** The same path from src/adapters/catalog and from dist/src/adapters/catalog. */
const EMBEDDED = new URL("../../../catalog/ec2-us-east-1.json", import.meta.url);

/** All EC2 types with all labels are 2 million characters. */
const MAX_TEXT_LENGTH = 64_000_000;

/** The catalogue that comes with Plimsoll: us-east-1, prices of the date in `info()`. */
export async function loadEmbeddedCatalog(options: CatalogOptions = {}): Promise<Catalog> {
  return parseCatalog(await readText(EMBEDDED, "the embedded catalogue"), "the embedded catalogue", options);
}

/**
 * Reads a catalogue file of any of the three formats (docs/catalog.md).
 * @throws PlimsollError `CATALOG_UNREADABLE` or `INVALID_CATALOG` (both input)
 */
export async function loadCatalogFile(path: string, options: CatalogOptions = {}): Promise<Catalog> {
  return parseCatalog(await readText(path, path), path, options);
}

/**
 * A catalogue from its text.
 * @param source  what errors and `info()` call it
 * @throws PlimsollError `INVALID_CATALOG` (input) at the first fault
 */
export function parseCatalog(text: string, source: string, options: CatalogOptions = {}): Catalog {
  if (text.length > MAX_TEXT_LENGTH) {
    const hint = `A catalogue is not longer than ${String(MAX_TEXT_LENGTH)} characters.`;
    throw invalidCatalog(source, { object: "the catalogue", field: "the length", value: text.length, hint });
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const value = text.trim() === "" ? "" : text.slice(0, 40);
    const why = error instanceof Error ? error.message : String(error);
    const hint = `Give a catalogue as JSON (${why}).`;
    throw invalidCatalog(source, { object: "the catalogue", field: "the text", value, hint }, error);
  }
  if (Array.isArray(json)) return parseListedTypes(json, source);
  if (isObject(json) && "format" in json) return parseCompactCatalog(json, source, options);
  if (isObject(json) && "InstanceTypes" in json) return parseDescribedTypes(json, source, options);
  const hint = "Give an array of instance types, or an object with format or InstanceTypes (docs/catalog.md).";
  throw invalidCatalog(source, { object: "the catalogue", field: "the top level", value: json, hint });
}

async function readText(path: string | URL, source: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const hint = "Check the path and that the file may be read.";
    const details = { object: "the catalogue", field: "file", value: source, hint, source };
    throw new PlimsollError("input", "CATALOG_UNREADABLE", `${source} cannot be read: ${why}. ${hint}`, details, error);
  }
}
