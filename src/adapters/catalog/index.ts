/** What the composition root takes from here. */
export { type CatalogOptions, loadCatalogFile, loadEmbeddedCatalog, parseCatalog } from "./file-catalog.ts";
