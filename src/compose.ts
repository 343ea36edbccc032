/** The composition root: the only place that knows every part, wired by hand. */
import { createSolverPool } from "../workers/create-pool.ts";
import type { PoolStatus, SolverPool } from "../workers/pool.ts";
import { withPortfolio } from "../workers/portfolio.ts";
import { loadCatalogFile, loadEmbeddedCatalog } from "./adapters/catalog/index.ts";
import type { PlanService } from "./api/plan-service.ts";
import { createPlanService } from "./api/planner.ts";
import { SERVE_SETTINGS, type ServeSettings } from "./api/settings.ts";
import type { Catalog } from "./ports/catalog.ts";

export interface PlimsollOptions {
  /** A catalogue file; absent: the embedded one. */
  readonly catalogPath?: string | undefined;
  /** Solver threads; 0 or absent: one less than there are cores, at least one. */
  readonly workers?: number;
  /** Searches at once for each plan, from different seeds; the best is answered. Default 1. */
  readonly searches?: number;
  /** Solves that may wait for a thread; default 16. */
  readonly maxQueue?: number;
  /** Milliseconds since the epoch; default the machine's clock. */
  readonly now?: () => number;
}

/** Catalogue, solver pool and plan service. */
export interface Plimsoll {
  readonly catalog: Catalog;
  readonly plans: PlanService;
  poolStatus(): PoolStatus;
  /** Resolves when every thread has gone through a first plan. */
  warmUp(): Promise<void>;
  /** Ends the threads; plans in work end with `CLOSED`. */
  close(): Promise<void>;
}

/**
 * How long a worker may overrun its time limit before it is ended, ms. The greedy plan is made whatever the limit, and on
 * a busy machine of 2 cores a solve of 50,000 pods went seconds over a limit of 0.2 s: less would end good plans.
 */
const GRACE_MS = 5_000;

/**
 * Loads a catalogue and starts a solver pool, both at once.
 * @throws PlimsollError (input) `CATALOG_UNREADABLE`, `INVALID_CATALOG`
 */
export async function createPlimsoll(options: PlimsollOptions = {}): Promise<Plimsoll> {
  const starting = createSolverPool({
    workers: options.workers === undefined || options.workers === 0 ? await defaultWorkers() : options.workers,
    maxQueue: options.maxQueue ?? SERVE_SETTINGS.maxQueue.default,
    graceMs: GRACE_MS,
  });
  const [poolStart, catalogStart] = await Promise.allSettled([starting, openCatalog(options.catalogPath)]);
  if (poolStart.status === "rejected") throw poolStart.reason;
  const pool = poolStart.value;
  if (catalogStart.status === "rejected") {
    await pool.close();
    throw catalogStart.reason;
  }
  const catalog = catalogStart.value;
  const searching = withPortfolio(pool, options.searches ?? 1);
  const plans = createPlanService({ catalog, pool: searching, now: options.now ?? Date.now });
  return {
    catalog,
    plans,
    poolStatus: () => pool.status(),
    warmUp: () => warmUp(plans, pool),
    close: () => pool.close(),
  };
}

/** The catalogue of a file, or the embedded one. */
export function openCatalog(path: string | undefined): Promise<Catalog> {
  return path === undefined ? loadEmbeddedCatalog() : loadCatalogFile(path);
}

async function defaultWorkers(): Promise<number> {
  const { availableParallelism } = await import("node:os");
  return Math.max(1, availableParallelism() - 1);
}

/** One small plan for each thread: it loads what is loaded late, sizes the catalogue, and goes through every stage. */
async function warmUp(plans: PlanService, pool: SolverPool): Promise<void> {
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "warm-up" }, spec: { containers: [WARM_CONTAINER] } };
  const sources = [{ name: "warm-up", text: JSON.stringify(pod) }];
  const options = { strategy: "ilp", timeLimitMs: 1000, workLimit: 100, seed: 1, defaultNodePool: true } as const;
  await Promise.all(Array.from({ length: pool.status().workers }, () => plans.plan(sources, options)));
}

const WARM_CONTAINER = { name: "c", image: "i", resources: { requests: { cpu: "1", memory: "1Gi" } } };

export interface ServeOptions {
  readonly settings: ServeSettings;
  readonly token: string | undefined;
  readonly portsToTry: number;
  readonly catalogPath: string | undefined;
  readonly version: string;
}

export interface RunningServer {
  readonly url: string;
  /** Finishes what is in work, up to the drain timeout, then closes everything. */
  stop(): Promise<void>;
}

/**
 * Starts the HTTP server. It answers at once; /readyz says when the solver is warm.
 * @throws PlimsollError (input) `PORT_TAKEN`, `CANNOT_LISTEN`, and those of {@link createPlimsoll}
 */
export async function startServer(options: ServeOptions): Promise<RunningServer> {
  const { settings, token, version } = options;
  const [{ createApp }, { isLoopback, listen }, { createSiteFiles }, { pino }] = await Promise.all([
    import("./api/http/app.ts"),
    import("./api/http/listen.ts"),
    import("./api/http/site-files.ts"),
    import("pino"),
  ]);
  const log = pino({ level: settings.logLevel, base: null }, pino.destination({ fd: 2, sync: true }));
  const { catalogPath } = options;
  const plimsoll = await createPlimsoll({ catalogPath, workers: settings.workers, maxQueue: settings.maxQueue });
  let warm = false;
  let closing = false;
  plimsoll.warmUp().then(
    () => {
      warm = true;
      log.info({ workers: plimsoll.poolStatus().workers }, "ready");
    },
    (error: unknown) => {
      if (!closing) log.error({ err: error }, "the solver did not start");
    },
  );
  const app = createApp({
    plans: plimsoll.plans,
    catalog: plimsoll.catalog,
    poolStatus: () => plimsoll.poolStatus(),
    isWarm: () => warm,
    limits: settings,
    ...(token === undefined ? {} : { token }),
    version,
    files: createSiteFiles(new URL("./web/", import.meta.url), new URL("../examples/", import.meta.url)),
    log,
    now: () => performance.now(),
  });
  try {
    const { host, port } = settings;
    const { bodyTimeoutMs } = settings;
    const server = await listen((request) => app.fetch(request), {
      host,
      port,
      portsToTry: options.portsToTry,
      // The app ends slow bodies itself, with an answer; this is for what never gets to it.
      requestTimeoutMs: bodyTimeoutMs + 10_000,
    });
    if (!isLoopback(host) && token === undefined) {
      log.warn({ host }, "listening beyond this machine without a token: anybody who reaches it can use it");
    }
    log.info({ url: server.url, version }, "listening");
    return {
      url: server.url,
      async stop() {
        closing = true;
        log.info({}, "stopping");
        await app.drain(settings.drainTimeoutMs);
        await server.close();
        await plimsoll.close();
        log.info({}, "stopped");
      },
    };
  } catch (error) {
    closing = true;
    await plimsoll.close();
    throw error;
  }
}
