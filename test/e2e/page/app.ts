/** The real HTTP app with the real page, catalogue and examples, around any plan service, on a free loopback port. */
import { loadEmbeddedCatalog } from "../../../src/adapters/catalog/index.ts";
import { createApp } from "../../../src/api/http/app.ts";
import { listen } from "../../../src/api/http/listen.ts";
import { createSiteFiles } from "../../../src/api/http/site-files.ts";
import type { PlanCall, PlanOptions, PlanService, ManifestSource } from "../../../src/api/plan-service.ts";
import type { PlanResponse } from "../../../src/api/plan-response.ts";

export interface TestApp {
  readonly url: string;
  close(): Promise<void>;
}

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Serves until closed. */
export async function startApp(plans: PlanService, token?: string): Promise<TestApp> {
  const app = createApp({
    plans,
    catalog: await loadEmbeddedCatalog(),
    poolStatus: () => ({ workers: 1, busy: 0, queued: 0, maxQueue: 8, replaced: 0 }),
    isWarm: () => true,
    limits: {
      maxBodyBytes: 2 ** 25,
      bodyTimeoutMs: 10_000,
      requestTimeoutMs: 60_000,
      maxTimeLimitMs: 30_000,
      maxInFlight: 8,
    },
    ...(token === undefined ? {} : { token }),
    version: "0.0.0",
    files: createSiteFiles(
      new URL("../../../src/web/", import.meta.url),
      new URL("../../../examples/", import.meta.url),
    ),
    log: silent,
    now: () => performance.now(),
  });
  const listening = await listen((request) => app.fetch(request), {
    host: "127.0.0.1",
    port: 0,
    requestTimeoutMs: 60_000,
  });
  return { url: `${listening.url}/`, close: () => listening.close() };
}

/** Answers every request with `plan`, and keeps what was asked. */
export interface CannedPlans extends PlanService {
  plan(sources: readonly ManifestSource[], options: PlanOptions, call?: PlanCall): Promise<PlanResponse>;
  readonly asked: { readonly sources: readonly ManifestSource[]; readonly options: PlanOptions }[];
  answer: (call: PlanCall | undefined) => Promise<PlanResponse>;
}

export function cannedPlans(plan: PlanResponse): CannedPlans {
  const canned: CannedPlans = {
    asked: [],
    answer: () => Promise.resolve(plan),
    plan: (sources, options, call) => {
      canned.asked.push({ sources, options });
      return canned.answer(call);
    },
  };
  return canned;
}
