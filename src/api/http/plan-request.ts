/** The request of `POST /v1/plan`: a body in one of several forms, and options in it or in the query. */
import { z } from "zod";
import { inputError } from "../../domain/errors.ts";
import type { ManifestSource, PlanOptions } from "../plan-service.ts";
import { PLAN_SETTINGS } from "../settings.ts";
import { DURATION_HINT, formatDuration, parseDuration } from "../units.ts";
import { jsonMembers, type JsonMember } from "./json-members.ts";
import { invalidRequest } from "./problem.ts";

const { seed, strategy, timeLimitMs, workLimit } = PLAN_SETTINGS;

/** Options of one plan; the query takes the same names. */
export const planOptionsSchema = z.strictObject({
  strategy: z
    .enum(strategy.choices, `Choose one of ${strategy.choices.join(", ")}`)
    .optional()
    .describe(`${strategy.about}; default ${strategy.default}`),
  timeLimit: z
    .string()
    .refine((text) => parseDuration(text) !== undefined, DURATION_HINT)
    .optional()
    .describe(`${timeLimitMs.about}; a duration like 500ms or 2s; default ${formatDuration(timeLimitMs.default)}`),
  timeLimitMs: z.number().min(0, "Give 0 or more").optional().describe("the same in milliseconds"),
  workLimit: z
    .int(`Give a whole number from ${String(workLimit.min)}`)
    .min(workLimit.min)
    .optional()
    .describe(`${workLimit.about}; default none`),
  seed: z
    .int(`Give a whole number from 0 to ${String(seed.max)}`)
    .min(seed.min)
    .max(seed.max)
    .optional()
    .describe(`${seed.about}; default ${String(seed.default)}`),
  defaultNodePool: z
    .boolean("Give true or false")
    .optional()
    .describe("use the documented default NodePool when the input has none; default false"),
});

const namedTextsSchema = z.array(
  z.strictObject({ name: z.string().max(300).describe("shown in errors, e.g. a file name"), text: z.string() }),
);

/** The JSON form with options. Other forms: the bare manifests, as YAML or JSON. */
export const planRequestSchema = z.strictObject({
  manifests: z
    .union([
      z.array(z.looseObject({ kind: z.string() })).describe("Kubernetes objects"),
      z.looseObject({ kind: z.string() }).describe("one object, or a List of them"),
      z.string().describe("YAML or JSON documents"),
      namedTextsSchema.describe("several such texts"),
    ])
    .describe("what to plan for: NodePools, pods or workloads, DaemonSets, nodes"),
  options: planOptionsSchema.optional(),
});

/** What a request asks for. */
export interface PlanRequest {
  readonly sources: readonly ManifestSource[];
  readonly options: PlanOptions;
}

const YAML_TYPES: ReadonlySet<string> = new Set([
  "application/yaml",
  "application/x-yaml",
  "text/yaml",
  "text/x-yaml",
  "text/plain",
  "application/json",
  "",
]);

/** The media types that a body may have. */
export const BODY_TYPES = ["application/json", "application/yaml", "text/yaml", "text/plain"] as const;

/**
 * Refuses a media type that is none of ours; before the body is read.
 * @throws PlimsollError `UNSUPPORTED_MEDIA_TYPE`
 */
export function checkMediaType(contentType: string | null): void {
  const type = (contentType ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (YAML_TYPES.has(type) || type.endsWith("+json") || type.endsWith("+yaml")) return;
  throw inputError("UNSUPPORTED_MEDIA_TYPE", `the media type "${type.slice(0, 60)}" is not supported`, {
    object: "request",
    field: "Content-Type",
    value: type.slice(0, 60),
    hint: "Send application/yaml or application/json (curl: -H 'Content-Type: application/yaml' --data-binary @FILE).",
  });
}

/**
 * Reads a body and a query.
 *
 * A JSON object with `manifests` is the form with options; any other text is the manifests themselves.
 * @param maxTimeLimitMs  the longest time limit that this server grants
 * @throws PlimsollError `INVALID_REQUEST`, naming what is wrong in the query, the options or the envelope
 */
export function readPlanRequest(text: string, query: URLSearchParams, maxTimeLimitMs: number): PlanRequest {
  const fromQuery = checkOptions(queryValues(query), "query");
  const members = jsonMembers(text);
  const manifests = members?.find((member) => member.key === "manifests");
  if (members === undefined || manifests === undefined || members.some((member) => member.key === "kind")) {
    return { sources: [{ name: "request body", text }], options: toPlanOptions(fromQuery, "query", maxTimeLimitMs) };
  }
  const options = members.find((member) => member.key === "options");
  checkEnvelope(members);
  const inBody = options === undefined ? {} : checkOptions(parseMember(options), "options");
  const place = options === undefined ? "query" : "options";
  return {
    sources: readManifests(manifests),
    options: toPlanOptions({ ...fromQuery, ...inBody }, place, maxTimeLimitMs),
  };
}

/** Query parameters are texts; numbers and booleans in them are read as JSON has them. */
function queryValues(query: URLSearchParams): Record<string, unknown> {
  const values = Object.create(null) as Record<string, unknown>;
  for (const [key, text] of query) {
    if (text === "true" || text === "false") values[key] = text === "true";
    else values[key] = key !== "timeLimit" && /^-?\d{1,17}(\.\d{1,17})?$/.test(text) ? Number(text) : text;
  }
  return values;
}

type OptionValues = z.infer<typeof planOptionsSchema>;

function checkOptions(value: unknown, object: string): OptionValues {
  const result = planOptionsSchema.safeParse(value);
  if (result.success) return result.data;
  throw invalidRequest(object, value, result.error);
}

function toPlanOptions(values: OptionValues, object: string, maxTimeLimitMs: number): PlanOptions {
  const fromText = values.timeLimit === undefined ? undefined : parseDuration(values.timeLimit);
  // A work limit stands for the clock; the server's own bound remains.
  const unasked = values.workLimit === undefined ? Math.min(timeLimitMs.default, maxTimeLimitMs) : maxTimeLimitMs;
  const wanted = fromText ?? values.timeLimitMs ?? unasked;
  if (wanted > maxTimeLimitMs) {
    const longest = formatDuration(maxTimeLimitMs);
    throw inputError("INVALID_REQUEST", `${formatDuration(wanted)} is longer than this server's ${longest}`, {
      object,
      field: values.timeLimit === undefined ? "timeLimitMs" : "timeLimit",
      value: values.timeLimit ?? String(wanted),
      hint: `Give ${longest} or less.`,
    });
  }
  return {
    strategy: values.strategy ?? strategy.default,
    timeLimitMs: wanted,
    workLimit: values.workLimit ?? workLimit.default,
    seed: values.seed ?? seed.default,
    defaultNodePool: values.defaultNodePool ?? false,
  };
}

function checkEnvelope(members: readonly JsonMember[]): void {
  const seen = new Set<string>();
  for (const { key } of members) {
    if (key !== "manifests" && key !== "options") {
      throw envelopeError(key, key, "there is no such field", "Only manifests and options are known here.");
    }
    if (seen.has(key)) throw envelopeError(key, key, "the field is given twice", "Give it once.");
    seen.add(key);
  }
}

function readManifests(member: JsonMember): readonly ManifestSource[] {
  const name = "request body: manifests";
  const first = member.text.charAt(0);
  if (first === "{") return [{ name, text: member.text }];
  if (first === "[") {
    // Objects have a kind; in the texts of named files it would be escaped.
    const texts = member.text.includes('"kind"') ? undefined : namedTextsSchema.safeParse(parseMember(member)).data;
    return texts !== undefined && texts.length > 0 ? texts : [{ name, text: member.text }];
  }
  const value = first === '"' ? parseMember(member) : undefined;
  if (typeof value === "string") return [{ name, text: value }];
  const hint = "Give a list of objects, or a text of YAML or JSON documents.";
  throw envelopeError("manifests", member.text.slice(0, 60), "is neither a list nor a text", hint);
}

function parseMember(member: JsonMember): unknown {
  try {
    return JSON.parse(member.text);
  } catch (error) {
    const found = member.text.slice(0, 60);
    throw envelopeError(
      member.key,
      found,
      `is not JSON (from character ${String(member.offset)})`,
      "Correct it.",
      error,
    );
  }
}

function envelopeError(field: string, value: string, problem: string, hint: string, cause?: unknown): Error {
  return inputError(
    "INVALID_REQUEST",
    `${JSON.stringify(value)}: ${problem}`,
    { object: "request", field, value, hint },
    cause,
  );
}
