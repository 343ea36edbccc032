/** `GET /v1/catalog`: what can be bought, for whom it fits, and what it costs. */
import { z } from "zod";
import type { Catalog } from "../../ports/catalog.ts";
import { CATALOG_SORTS, listCatalog, type CatalogFilter } from "../catalog-view.ts";
import type { AppContext } from "./context.ts";
import { invalidRequest } from "./problem.ts";

const list = z.string().transform((text) => text.split(",").map((part) => part.trim()));
const flag = z.enum(["true", "false"], "Give true or false").transform((text) => text === "true");
const whole = (max: number): z.ZodType<number, string> =>
  z
    .string()
    .regex(/^\d{1,9}$/, "Give a whole number")
    .transform(Number)
    .refine((value) => value <= max, `Give at most ${String(max)}`);

/** Types on one page when the query does not say, and at most. */
const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 2000;

export const catalogQuerySchema = z.strictObject({
  name: z.string().max(64).optional().describe("name with * for any text, e.g. m7*.large"),
  arch: z.string().optional().describe("amd64 or arm64"),
  category: list.optional().describe("any of these, separated by commas, e.g. c,m,r"),
  family: list.optional().describe("any of these, separated by commas, e.g. m7i,c7g"),
  minCpu: z.string().optional().describe("vCPUs, e.g. 4"),
  maxCpu: z.string().optional().describe("vCPUs, e.g. 16"),
  minMemory: z.string().optional().describe("quantity, e.g. 16Gi"),
  maxMemory: z.string().optional().describe("quantity, e.g. 64Gi"),
  accelerated: flag.optional().describe("true: with GPUs or accelerators only; false: without"),
  zone: z.string().optional().describe("e.g. us-east-1a"),
  capacityType: z.enum(["on-demand", "spot", "reserved"], "Give on-demand, spot or reserved").optional(),
  maxPrice: z
    .string()
    .regex(/^\d{1,9}(\.\d{1,9})?$/, "Give USD per hour, e.g. 1.5")
    .transform(Number)
    .optional()
    .describe("USD per hour"),
  sort: z
    .enum(CATALOG_SORTS, `Give one of ${CATALOG_SORTS.join(", ")}`)
    .optional()
    .describe("default price"),
  offset: whole(1_000_000).optional().describe("types to skip; default 0"),
  limit: whole(MAX_LIMIT)
    .optional()
    .describe(`types on one page, at most ${String(MAX_LIMIT)}; default ${String(DEFAULT_LIMIT)}`),
});

const quantities = z.record(z.string(), z.string());

export const catalogResponseSchema = z.object({
  catalog: z.looseObject({ region: z.string(), date: z.string(), source: z.string(), instanceTypes: z.number().int() }),
  total: z.number().int().describe("types that match, on all pages"),
  offset: z.number().int(),
  items: z.array(
    z.object({
      instanceType: z.string(),
      arch: z.string(),
      category: z.string(),
      family: z.string(),
      capacity: quantities,
      allocatable: quantities.describe("what pods may use with the default node class"),
      prices: z
        .array(z.object({ capacityType: z.string(), hourlyUsd: z.number(), zones: z.array(z.string()) }))
        .describe("cheapest first"),
    }),
  ),
});

export function handleCatalog(c: AppContext, catalog: Catalog): Response {
  const query = Object.fromEntries(new URL(c.req.url).searchParams);
  const result = catalogQuerySchema.safeParse(query);
  if (!result.success) throw invalidRequest("query", query, result.error);
  const given = Object.entries({ limit: DEFAULT_LIMIT, ...result.data }).filter(([, value]) => value !== undefined);
  return c.json(listCatalog(catalog, Object.fromEntries(given) as CatalogFilter));
}
