/** The NodePool that plans are made with when the user gives none and asks for it. */
import { MINIMAL_NODE_POOL } from "./manifests/index.ts";
import type { ManifestSource } from "./plan-service.ts";

/** Karpenter's documented starting point: Linux on amd64, on demand, categories c, m and r, newer than generation 2. */
export const DEFAULT_NODE_POOL: ManifestSource = { name: "default node pool", text: MINIMAL_NODE_POOL };
