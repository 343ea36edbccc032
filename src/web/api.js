/** The HTTP API as the page uses it. */

/**
 * @typedef {import("../api/plan-response.ts").PlanResponse} Plan
 *
 * @typedef {object} Source     one text of YAML or JSON
 * @property {string} name
 * @property {string} text
 *
 * @typedef {object} PlanOptions
 * @property {number} timeLimitMs
 * @property {string} strategy
 * @property {boolean} defaultNodePool
 *
 * @typedef {object} Progress
 * @property {string} phase
 * @property {number} elapsedMs
 * @property {number} [hourlyUsd]
 * @property {number} [lowerBoundUsd]
 *
 * @typedef {object} Example
 * @property {string} id
 * @property {string} title
 * @property {string} description
 *
 * @typedef {object} Problem    what went wrong, for people
 * @property {string} code
 * @property {string} message
 * @property {string} [object]
 * @property {string} [field]
 * @property {string} [value]
 * @property {string} [hint]
 * @property {string} [source]
 */

/** An answer other than a plan. */
export class ApiError extends Error {
  /** @param {number} status  HTTP status; 0 when there was no answer  @param {Problem} problem */
  constructor(status, problem) {
    super(problem.message);
    this.name = "ApiError";
    this.status = status;
    this.problem = problem;
  }
}

/** @param {unknown} value @returns {Record<string, unknown>} */
const record = (value) =>
  typeof value === "object" && value !== null ? /** @type {Record<string, unknown>} */ (value) : {};

/**
 * Reads an error body, `application/problem+json`.
 * @param {number} status
 * @param {unknown} body
 * @param {string} fallback
 */
function errorOf(status, body, fallback) {
  const error = record(body);
  /** @param {string} key */
  const text = (key) => {
    const value = error[key];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  /** @type {Problem} */
  const problem = { code: text("code") ?? `HTTP_${status}`, message: text("detail") ?? fallback };
  for (const key of /** @type {const} */ (["object", "field", "value", "hint", "source"])) {
    const value = text(key);
    if (value !== undefined) problem[key] = value;
  }
  return new ApiError(status, problem);
}

/** @param {Response} response @returns {Promise<unknown>} */
async function jsonOf(response) {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const TOKEN_KEY = "plimsoll-token";

/**
 * Keeps the bearer token for this tab.
 * @param {string} token
 */
export function setToken(token) {
  sessionStorage.setItem(TOKEN_KEY, token);
}

/** @param {Record<string, string>} headers */
function authorized(headers) {
  const token = sessionStorage.getItem(TOKEN_KEY);
  return token === null || token === "" ? headers : { ...headers, authorization: `Bearer ${token}` };
}

/**
 * @param {string} path
 * @param {RequestInit} init
 * @returns {Promise<Response>}
 * @throws ApiError `UNREACHABLE`; AbortError when the signal was aborted
 */
async function send(path, init) {
  try {
    return await fetch(path, init);
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    throw new ApiError(0, unreachable());
  }
}

/** @param {string} path @returns {Promise<unknown>} */
async function get(path) {
  const response = await send(path, { headers: authorized({ accept: "application/json" }) });
  const body = await jsonOf(response);
  if (!response.ok) throw errorOf(response.status, body, `${path} answered ${response.status}`);
  return body;
}

/** @returns {Problem} */
const unreachable = () => ({
  code: "UNREACHABLE",
  message: "The server does not answer.",
  hint: "Check that `plimsoll serve` is still running, then try again.",
});

/** @returns {Promise<{ region: string, date: string, source: string, instanceTypes: number } | undefined>} */
export async function getCatalog() {
  const body = record(await get("v1/catalog?limit=1"));
  const info = record(body.catalog);
  if (typeof info.region !== "string") return undefined;
  return {
    region: info.region,
    date: String(info.date ?? ""),
    source: String(info.source ?? ""),
    instanceTypes: Number(info.instanceTypes ?? 0),
  };
}

/** @returns {Promise<Example[]>} */
export async function getExamples() {
  const list = record(await get("v1/examples")).examples;
  return Array.isArray(list) ? /** @type {Example[]} */ (list) : [];
}

/**
 * The manifests of an example.
 * @param {string} id
 * @returns {Promise<string>}
 */
export async function getExampleText(id) {
  const response = await send(`v1/examples/${encodeURIComponent(id)}`, { headers: authorized({}) });
  if (!response.ok) throw errorOf(response.status, await jsonOf(response), `The example ${id} could not be read.`);
  return await response.text();
}

/**
 * Splits a byte stream into server-sent events.
 * @param {ReadableStream<Uint8Array>} stream
 * @returns {AsyncGenerator<{ event: string, data: string }>}
 */
export async function* events(stream) {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    rest = (rest + decoder.decode(value, { stream: !done })).replaceAll("\r\n", "\n");
    let end;
    while ((end = rest.indexOf("\n\n")) >= 0) {
      const block = rest.slice(0, end);
      rest = rest.slice(end + 2);
      let event = "message";
      const data = [];
      for (const line of block.split("\n")) {
        if (line.startsWith("event:")) event = line.slice(6).trim();
        else if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
      }
      if (data.length > 0) yield { event, data: data.join("\n") };
    }
    if (done) return;
  }
}

/**
 * Asks for a plan and follows its progress.
 * @param {readonly Source[]} sources
 * @param {PlanOptions} options
 * @param {AbortSignal} signal       aborting closes the request; the server frees its worker
 * @param {(progress: Progress) => void} onProgress
 * @returns {Promise<Plan>}
 * @throws ApiError with what the server says; AbortError when `signal` was aborted
 */
export async function postPlan(sources, options, signal, onProgress) {
  const response = await send("v1/plan", {
    method: "POST",
    signal,
    headers: authorized({ "content-type": "application/json", accept: "text/event-stream, application/json;q=0.9" }),
    body: JSON.stringify({ manifests: sources, options }),
  });
  const type = response.headers.get("content-type") ?? "";
  if (!type.includes("text/event-stream") || response.body === null) {
    const body = await jsonOf(response);
    if (response.ok && record(body).kind === "Plan") return /** @type {Plan} */ (body);
    throw retryHint(response, errorOf(response.status, body, `The server answered ${response.status} without a plan.`));
  }
  for await (const { event, data } of events(response.body)) {
    const body = JSON.parse(data);
    if (event === "progress") onProgress(body);
    else if (event === "plan") return body;
    else if (event === "error") throw errorOf(Number(record(body).status ?? 0), body, "The plan failed.");
  }
  throw new ApiError(0, {
    code: "CUT_OFF",
    message: "The connection ended before the plan was there.",
    hint: "Try again.",
  });
}

/** @param {Response} response @param {ApiError} error */
function retryHint(response, error) {
  const seconds = response.headers.get("retry-after");
  if (seconds !== null && error.problem.hint === undefined) error.problem.hint = `Try again in ${seconds} s.`;
  return error;
}
