/** The OpenAPI document, made from the same schemas that requests are checked with. */
import { z } from "zod";
import { planResponseSchema } from "../plan-response.ts";
import { formatDuration, formatSize } from "../units.ts";
import type { HttpLimits } from "./context.ts";
import { catalogQuerySchema, catalogResponseSchema } from "./catalog-route.ts";
import { BODY_TYPES, planOptionsSchema, planRequestSchema } from "./plan-request.ts";
import { problemSchema } from "./problem.ts";
import { exampleSchema } from "./site-files.ts";

/** A JSON Schema, as far as we look into it. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly additionalProperties?: JsonSchema | boolean;
}

export interface ApiParameter {
  readonly name: string;
  readonly in: "query" | "path";
  readonly required: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
}

interface Content {
  readonly description: string;
  readonly content?: Readonly<Record<string, { readonly schema: JsonSchema }>>;
  readonly headers?: Readonly<Record<string, { readonly description: string; readonly schema: JsonSchema }>>;
}

export interface ApiOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly ApiParameter[];
  readonly requestBody?: Omit<Content, "headers"> & { readonly required: boolean };
  readonly responses: Readonly<Record<string, Content>>;
  readonly security?: readonly [];
}

export interface ApiDocument {
  readonly openapi: string;
  readonly info: {
    readonly title: string;
    readonly version: string;
    readonly description: string;
    readonly license: object;
  };
  readonly paths: Readonly<Record<string, Readonly<Record<string, ApiOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>>; readonly securitySchemes: object };
  readonly security: readonly object[];
}

const NAMED = {
  Plan: planResponseSchema,
  PlanRequest: planRequestSchema,
  PlanOptions: planOptionsSchema,
  CatalogPage: catalogResponseSchema,
  Example: exampleSchema,
  Problem: problemSchema,
} as const;

const ref = (name: keyof typeof NAMED): JsonSchema => ({ $ref: `#/components/schemas/${name}` });
const json = (description: string, schema: JsonSchema): Content => ({
  description,
  content: { "application/json": { schema } },
});
const text = (description: string, type = "text/plain"): Content => ({
  description,
  content: { [type]: { schema: { type: "string" } } },
});
const problem = (description: string): Content => ({
  description,
  content: { "application/problem+json": { schema: ref("Problem") } },
});
const retry = (description: string): Content => ({
  ...problem(description),
  headers: { "Retry-After": { description: "seconds", schema: { type: "integer" } } },
});

/** The document for a server with these limits. */
export function openApiDocument(version: string, limits: HttpLimits): ApiDocument {
  return {
    openapi: "3.1.0",
    info: {
      title: "Plimsoll",
      version,
      description:
        "Kubernetes manifests in; the cheapest mix of EC2 instances that runs them out, with a proof of how far from the best possible it is.",
      license: { name: "GPL-3.0-or-later", identifier: "GPL-3.0-or-later" },
    },
    paths: {
      "/v1/plan": { post: planOperation(limits) },
      "/v1/catalog": {
        get: {
          operationId: "listInstanceTypes",
          summary: "Instance types: capacity, allocatable, prices",
          parameters: queryParameters(catalogQuerySchema),
          responses: { "200": json("one page of types", ref("CatalogPage")), "400": problem("a filter is wrong") },
        },
      },
      "/v1/examples": {
        get: {
          operationId: "listExamples",
          summary: "Manifests to try",
          responses: {
            "200": json("what there is", {
              type: "object",
              required: ["examples"],
              properties: { examples: { type: "array", items: ref("Example") } },
            }),
          },
        },
      },
      "/v1/examples/{id}": {
        get: {
          operationId: "getExample",
          summary: "The YAML of one example",
          parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }],
          responses: { "200": text("manifests", "application/yaml"), "404": problem("there is no such example") },
        },
      },
      "/healthz": {
        get: { operationId: "health", summary: "Is it alive?", responses: { "200": text("yes") }, security: [] },
      },
      "/readyz": {
        get: {
          operationId: "ready",
          summary: "Can it plan? Catalogue loaded, solver warm, not shutting down",
          responses: { "200": text("yes"), "503": text("not now, and why") },
          security: [],
        },
      },
      "/metrics": {
        get: { operationId: "metrics", summary: "Metrics for Prometheus", responses: { "200": text("metrics") } },
      },
    },
    components: {
      schemas: namedSchemas(),
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "when the server was started with a token" },
      },
    },
    security: [{}, { token: [] }],
  };
}

function planOperation(limits: HttpLimits): ApiOperation {
  const size = formatSize(limits.maxBodyBytes);
  return {
    operationId: "plan",
    summary: "The cheapest mix of instances for these manifests",
    description:
      "The body is the manifests themselves as YAML or JSON (options then go into the query), or JSON with `manifests` and `options`. " +
      "With `Accept: text/event-stream` the answer is a stream: events `progress`, then `plan` or `error`. " +
      "Closing the connection ends the search. " +
      `Bounds of this server: body ${size}, time limit ${formatDuration(limits.maxTimeLimitMs)}, ` +
      `whole request ${formatDuration(limits.requestTimeoutMs)}, ${String(limits.maxInFlight)} requests at once.`,
    parameters: queryParameters(planOptionsSchema),
    requestBody: {
      description: "manifests, or manifests and options",
      required: true,
      content: Object.fromEntries(
        BODY_TYPES.map((type) => [
          type,
          { schema: type === "application/json" ? ref("PlanRequest") : { type: "string" } },
        ]),
      ),
    },
    responses: {
      "200": {
        description: "the plan",
        content: {
          "application/json": { schema: ref("Plan") },
          "text/event-stream": {
            schema: { type: "string", description: "events progress, plan, error; data is JSON" },
          },
        },
      },
      "400": problem("nothing usable was given; names object, field and value"),
      "401": problem("the bearer token is missing or wrong"),
      "408": problem("the body came too slowly"),
      "413": problem(`the body is larger than ${size}`),
      "415": problem("the media type is none of ours"),
      "429": retry("too many plan requests at once"),
      "500": problem("a bug; nothing was answered that could not be verified"),
      "503": retry("the solver's queue is full, or the server is shutting down"),
      "504": problem("no answer in time"),
    },
  };
}

/** Flat schemas as query parameters. */
function queryParameters(schema: z.ZodObject): ApiParameter[] {
  const { properties = {} } = z.toJSONSchema(schema, { io: "input" }) as JsonSchema;
  return Object.entries(properties).map(([name, { description, ...property }]) => ({
    name,
    in: "query",
    required: false,
    ...(description === undefined ? {} : { description }),
    schema: property,
  }));
}

function namedSchemas(): Readonly<Record<string, JsonSchema>> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(NAMED)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { uri: (id) => `#/components/schemas/${id}` });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, schema]) => {
      const { $schema: _dialect, $id: _id, ...rest } = schema as JsonSchema & { $schema?: string; $id?: string };
      return [id, rest];
    }),
  );
}
