/** The way in: manifests to what one decision is taken on. */
export { MINIMAL_NODE_POOL } from "./minimal-node-pool.ts";
export { DEFAULT_READ_LIMITS } from "./limits.ts";
export type { ReadLimits } from "./limits.ts";
export type { PoolDefaults } from "./pool-defaults.ts";
export { readManifests } from "./read-manifests.ts";
export type { ReadContext, ReadResult } from "./read-result.ts";
export { buildSnapshot } from "./snapshot.ts";
