/** The HTTP app: a function from Request to Response, the same on every runtime, tested without a socket. */
import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { inputError, PlimsollError } from "../../domain/errors.ts";
import type { Catalog } from "../../ports/catalog.ts";
import type { PoolStatus } from "../../../workers/pool.ts";
import type { PlanService } from "../plan-service.ts";
import { checkSite, checkToken } from "./auth.ts";
import { handleCatalog } from "./catalog-route.ts";
import type { AppContext, AppEnv, HttpLimits, Log } from "./context.ts";
import { createInFlight, type InFlight } from "./in-flight.ts";
import { createMetrics } from "./metrics.ts";
import { createPlanHandler } from "./plan-route.ts";
import { problemResponse, toProblem } from "./problem.ts";
import type { SiteFiles } from "./site-files.ts";

export interface AppDeps {
  readonly plans: PlanService;
  readonly catalog: Catalog;
  readonly poolStatus: () => PoolStatus;
  /** Whether a first solve has gone through the pool. */
  readonly isWarm: () => boolean;
  readonly limits: HttpLimits;
  /** Absent: everybody may ask. */
  readonly token?: string;
  readonly version: string;
  readonly files: SiteFiles;
  readonly log: Log;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

export interface App {
  fetch(request: Request): Promise<Response>;
  /** Takes no more plans, answers those in work, and resolves when they are done or `timeoutMs` has passed. */
  drain(timeoutMs: number): Promise<void>;
}

/** Paths that need no token: probes, and what holds no data and a browser must be able to open. */
const OPEN_PATHS =
  /^\/(?:healthz|readyz|docs|openapi\.json|[\w-]+\.(?:js|css|svg|png|ico|woff2|webmanifest)|assets\/.*)?$/;

/** Makes the app. It owns no socket and no thread; `deps` does. */
export function createApp(deps: AppDeps): App {
  const { catalog, files, limits, log, now } = deps;
  const inFlight = createInFlight(limits.maxInFlight);
  const metrics = createMetrics({
    version: deps.version,
    instanceTypes: catalog.info().instanceTypes,
    pool: deps.poolStatus,
    inFlight: () => inFlight.count,
  });
  const app = new Hono<AppEnv>();

  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", "data:"],
        connectSrc: ["'self'"],
        fontSrc: ["'self'"],
        manifestSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
      xFrameOptions: "DENY",
      // Plain HTTP on the loopback address is the normal case; the header would lock the host name into TLS.
      strictTransportSecurity: false,
    }),
  );

  app.use(async (c, next) => {
    const start = now();
    c.set("requestId", crypto.randomUUID());
    c.set("route", "other");
    await next();
    c.header("X-Request-Id", c.get("requestId"));
    const seconds = (now() - start) / 1000;
    metrics.request(c.req.method, c.get("route"), c.res.status, seconds);
    const fields = { requestId: c.get("requestId"), method: c.req.method, path: c.req.path.slice(0, 200) };
    log.info({ ...fields, status: c.res.status, ms: Math.round(seconds * 1000) }, "request");
  });

  app.use(async (c, next) => {
    if (deps.token !== undefined && !OPEN_PATHS.test(c.req.path)) checkToken(c.req.raw, deps.token);
    checkSite(c.req.raw);
    await next();
  });

  const get = (path: string, handler: (c: AppContext) => Response | Promise<Response>): void => {
    app.get(path, (c) => {
      c.set("route", path);
      return handler(c);
    });
  };

  const plan = createPlanHandler({ plans: deps.plans, poolStatus: deps.poolStatus, limits, metrics, inFlight, log });
  app.post("/v1/plan", (c) => {
    c.set("route", "/v1/plan");
    return plan(c);
  });
  get("/v1/catalog", (c) => handleCatalog(c, catalog));
  get("/v1/examples", async (c) => c.json({ examples: await files.examples() }));
  get("/v1/examples/:id", async (c) => {
    const id = c.req.param("id") ?? "";
    const text = await files.example(id);
    if (text === undefined) throw notFound("example", id, "GET /v1/examples lists them.");
    return c.body(text, 200, { "content-type": "application/yaml; charset=utf-8" });
  });

  get("/healthz", (c) => c.text("ok\n"));
  get("/readyz", (c) => {
    const reason = inFlight.draining ? "draining" : deps.isWarm() ? undefined : "the solver is starting";
    if (reason === undefined) return c.text("ok\n");
    return c.text(`not ready: ${reason}\n`, 503, { "retry-after": "1" });
  });
  get("/metrics", async (c) => c.body(await metrics.render(), 200, { "content-type": metrics.contentType }));

  get("/openapi.json", async (c) => {
    const { openApiDocument } = await import("./openapi.ts");
    return c.json(openApiDocument(deps.version, limits));
  });
  get("/docs", async (c) => {
    const [{ openApiDocument }, { docsPage }] = await Promise.all([import("./openapi.ts"), import("./docs-page.ts")]);
    return c.html(docsPage(openApiDocument(deps.version, limits)));
  });
  get("/docs.css", async (c) => {
    const { DOCS_CSS } = await import("./docs-page.ts");
    return c.body(DOCS_CSS, 200, { "content-type": "text/css; charset=utf-8" });
  });

  get("/", async (c) => {
    const page = await files.page();
    return page === undefined ? c.redirect("/docs") : c.body(page.body, 200, { "content-type": page.contentType });
  });
  const asset = async (c: AppContext): Promise<Response> => {
    const name = c.req.param("name") ?? "";
    const file = await files.asset(name);
    if (file === undefined) throw notFound("file", name, "The page at / names those there are.");
    return c.body(file.body, 200, { "content-type": file.contentType, "cache-control": "no-cache" });
  };
  get("/assets/:name", asset);
  get("/:name{[\\w-]+\\.[a-z0-9]+}", asset);

  app.notFound((c) => problemResponse(toProblem(notHere(c), c.get("requestId")), allowHeader(c)));
  app.onError((error, c) => answerError(error, c, inFlight, log));

  return {
    fetch: async (request) => app.fetch(request),
    drain: (timeoutMs) => inFlight.drain(timeoutMs),
  };
}

function answerError(error: unknown, c: AppContext, inFlight: InFlight, log: Log): Response {
  const problem = toProblem(error, c.get("requestId"));
  if (problem.status >= 500 && problem.status !== 503) {
    log.error({ requestId: problem.requestId, code: problem.code, err: error }, problem.detail);
  } else {
    log.info({ requestId: problem.requestId, code: problem.code }, problem.detail);
  }
  const headers: Record<string, string> = {};
  if (problem.status === 401) headers["www-authenticate"] = 'Bearer realm="plimsoll"';
  if (problem.status === 429 || problem.status === 503) headers["retry-after"] = String(inFlight.retryAfterSeconds);
  return problemResponse(problem, headers);
}

const POST_PATHS: ReadonlySet<string> = new Set(["/v1/plan"]);
const GET_PATHS = /^\/(?:v1\/catalog|v1\/examples(?:\/[^/]+)?|healthz|readyz|metrics|openapi\.json|docs)?$/;

function allowHeader(c: AppContext): Readonly<Record<string, string>> {
  if (POST_PATHS.has(c.req.path)) return { allow: "POST" };
  return GET_PATHS.test(c.req.path) ? { allow: "GET, HEAD" } : {};
}

function notHere(c: AppContext): PlimsollError {
  const { method, path } = c.req;
  const { allow } = allowHeader(c);
  if (allow === undefined) return notFound("path", path.slice(0, 120), "GET /docs shows what there is.");
  const details = { object: path, field: "method", value: method, hint: `Use ${allow}.` };
  return inputError("METHOD_NOT_ALLOWED", `${method} is not possible here`, details);
}

function notFound(object: string, value: string, hint: string): PlimsollError {
  return new PlimsollError("not-found", "NOT_FOUND", `${object}: there is no ${JSON.stringify(value)} here. ${hint}`, {
    object,
    value,
    hint,
  });
}
