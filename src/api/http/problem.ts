/** Errors on the wire: application/problem+json (RFC 9457), with the object, field and value at fault. */
import { z } from "zod";
import { inputError, type ErrorDetails } from "../../domain/errors.ts";

export const problemSchema = z
  .object({
    type: z.string().describe("urn:plimsoll:error: and the code"),
    title: z.string(),
    status: z.number().int(),
    code: z.string().describe("stable; listed in docs/errors.md"),
    detail: z.string().describe("one sentence naming object, field and value, and a hint"),
    object: z.string().optional(),
    field: z.string().optional(),
    value: z.string().optional(),
    hint: z.string().optional(),
    source: z.string().optional(),
    requestId: z.string().optional(),
  })
  .describe("What went wrong (RFC 9457)");

export type Problem = z.infer<typeof problemSchema>;

/** Statuses of codes that say more than their kind does. */
const STATUS_OF_CODE: ReadonlyMap<string, number> = new Map([
  ["UNAUTHORIZED", 401],
  ["CROSS_SITE", 403],
  ["NOT_FOUND", 404],
  ["METHOD_NOT_ALLOWED", 405],
  ["NOT_ACCEPTABLE", 406],
  ["BODY_TIMEOUT", 408],
  ["BODY_TOO_LARGE", 413],
  ["TOO_LARGE", 413],
  ["UNSUPPORTED_MEDIA_TYPE", 415],
  ["TOO_MANY_REQUESTS", 429],
  // What nginx calls a request whose client went away; nobody reads it but the log.
  ["ABORTED", 499],
  ["CLOSED", 503],
  ["DRAINING", 503],
  ["QUEUE_FULL", 503],
  ["DEADLINE", 504],
  ["REQUEST_TIMEOUT", 504],
]);

const STATUS_OF_KIND: ReadonlyMap<string, number> = new Map([
  ["input", 400],
  ["not-found", 404],
  ["overload", 503],
  ["capacity", 503],
  ["transient", 503],
  ["stale", 409],
  ["internal", 500],
  ["not-yet", 501],
]);

const TITLES: ReadonlyMap<number, string> = new Map([
  [400, "Bad input"],
  [401, "Unauthorized"],
  [403, "Forbidden"],
  [404, "Not found"],
  [405, "Method not allowed"],
  [406, "Not acceptable"],
  [408, "Request timeout"],
  [409, "Conflict"],
  [413, "Content too large"],
  [415, "Unsupported media type"],
  [429, "Too many requests"],
  [499, "Client closed request"],
  [500, "Internal error"],
  [501, "Not yet"],
  [503, "Unavailable"],
  [504, "Timeout"],
]);

/** What an error of ours carries, wherever it was made: matched by shape, as classes do not survive threads. */
interface CodedError extends Error {
  readonly code: string;
  readonly kind: string;
  readonly details: ErrorDetails;
}

/** Whether it is one of our errors, which may be shown as it is. */
export function isCodedError(error: unknown): error is CodedError {
  if (!(error instanceof Error)) return false;
  const { code, kind, details } = error as Partial<Record<keyof CodedError, unknown>>;
  return (
    typeof code === "string" && typeof kind === "string" && STATUS_OF_KIND.has(kind) && typeof details === "object"
  );
}

/** Any error as a problem. What is not one of ours says nothing of itself to the client: it goes to the log. */
export function toProblem(error: unknown, requestId?: string): Problem {
  const id = requestId === undefined ? {} : { requestId };
  if (!isCodedError(error)) {
    const detail = "Something went wrong that is not your doing. Report it with the request id.";
    return {
      type: "urn:plimsoll:error:INTERNAL",
      title: "Internal error",
      status: 500,
      code: "INTERNAL",
      detail,
      ...id,
    };
  }
  const { code, kind, message, details } = error;
  const status = STATUS_OF_CODE.get(code) ?? STATUS_OF_KIND.get(kind) ?? 500;
  const { object, field, value, hint, source } = details;
  return {
    type: `urn:plimsoll:error:${code}`,
    title: TITLES.get(status) ?? "Error",
    status,
    code,
    detail: message,
    ...(object === undefined ? {} : { object }),
    ...(field === undefined ? {} : { field }),
    ...(value === undefined ? {} : { value }),
    ...(hint === undefined ? {} : { hint }),
    ...(source === undefined ? {} : { source }),
    ...id,
  };
}

/** The problem as a response. `headers` adds what the status asks for (Retry-After, Allow, ...). */
export function problemResponse(problem: Problem, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(`${JSON.stringify(problem)}\n`, {
    status: problem.status,
    headers: { "content-type": "application/problem+json", "cache-control": "no-store", ...headers },
  });
}

/** The first thing that zod found wrong, as an error that names object, field and value. */
export function invalidRequest(object: string, value: unknown, error: z.ZodError): Error {
  const issue = error.issues[0];
  const path = issue?.path ?? [];
  const field = path.length === 0 ? undefined : path.map(String).join(".");
  const found = path.reduce<unknown>(
    (at, step) => (typeof at === "object" && at !== null ? (at as Record<PropertyKey, unknown>)[step] : undefined),
    value,
  );
  const unknown = issue?.code === "unrecognized_keys" ? issue.keys[0] : undefined;
  const shown = unknown ?? textOf(found);
  return inputError("INVALID_REQUEST", `${JSON.stringify(shown.slice(0, 120))} is not allowed`, {
    object,
    ...(field === undefined ? {} : { field }),
    value: shown.slice(0, 120),
    hint: `${issue?.message ?? "Correct it"}.`.replace(/\.\.$/, "."),
  });
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  return value === undefined ? "(absent)" : JSON.stringify(value);
}
