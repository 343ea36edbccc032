/** The public library surface: `import { createPlimsoll } from "plimsoll"`. */
export { createPlimsoll } from "./compose.ts";
export type { Plimsoll, PlimsollOptions } from "./compose.ts";
export { PlimsollError } from "./domain/errors.ts";
export type { ErrorDetails, ErrorKind } from "./domain/errors.ts";
export { planResponseSchema } from "./api/plan-response.ts";
export type { PlanResponse, PlannedNodeResponse } from "./api/plan-response.ts";
export type { ManifestSource, PlanCall, PlanOptions, PlanProgress, PlanService } from "./api/plan-service.ts";
export type { Catalog, CatalogInfo } from "./ports/catalog.ts";
