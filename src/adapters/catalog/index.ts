/** What the composition root takes from here. */
export { loadCatalogFile, loadEmbeddedCatalog, parseCatalog } from "./file-catalog.ts";
export type { CatalogOptions } from "./row-catalog.ts";
