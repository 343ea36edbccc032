/** What the HTTP app stands on, made of nothing: a plan service that a test controls, and a catalogue of three types. */
import { createApp, type App, type AppDeps } from "../../../src/api/http/app.ts";
import type { ManifestSource, PlanCall, PlanOptions, PlanService } from "../../../src/api/plan-service.ts";
import type { PlanResponse } from "../../../src/api/plan-response.ts";
import { allocatableOf } from "../../../src/domain/allocatable.ts";
import type { SizedInstanceType } from "../../../src/domain/instance-type.ts";
import type { Catalog } from "../../../src/ports/catalog.ts";

const GIB = 2 ** 30;

function type(name: string, arch: string, cpu: number, memoryGib: number, price: number, gpus = 0): SizedInstanceType {
  const [family = ""] = name.split(".");
  const label = (value: string): { complement: false; values: Set<string> } => ({
    complement: false,
    values: new Set([value]),
  });
  const capacity = new Map([
    ["cpu", cpu * 1000],
    ["memory", memoryGib * GIB],
    ["pods", 58],
    ...(gpus > 0 ? ([["nvidia.com/gpu", gpus]] as const) : []),
  ]);
  const overhead = {
    kubeReserved: new Map([["cpu", 80]]),
    systemReserved: new Map<string, number>(),
    evictionThreshold: new Map([["memory", 100 * 2 ** 20]]),
  };
  return {
    name,
    requirements: new Map([
      ["kubernetes.io/arch", label(arch)],
      ["karpenter.k8s.aws/instance-category", label(family.charAt(0))],
      ["karpenter.k8s.aws/instance-family", label(family)],
    ]),
    capacity,
    overhead,
    allocatable: allocatableOf({ capacity, overhead }),
    offerings: ["us-east-1a", "us-east-1b"].flatMap((zone) => [
      { zone, capacityType: "on-demand" as const, priceUsdPerHour: price, available: true },
      {
        zone,
        capacityType: "spot" as const,
        priceUsdPerHour: zone.endsWith("a") ? price / 2 : price / 4,
        available: true,
      },
    ]),
  };
}

export const smallCatalog: Catalog = {
  info: () => ({ region: "us-east-1", date: "2026-07-20", source: "test", instanceTypes: 3 }),
  instanceTypes: () => [
    type("c7g.large", "arm64", 2, 4, 0.0725),
    type("g5.xlarge", "amd64", 4, 16, 1.006, 1),
    type("m7i.large", "amd64", 2, 8, 0.1008),
  ],
};

/** A plan with two nodes of one kind, a pod left over and an object rejected. */
export const samplePlan: PlanResponse = {
  apiVersion: "plimsoll.dev/v1",
  kind: "Plan",
  cost: { hourlyUsd: 0.2016, lowerBoundUsd: 0.2, gap: 0.008, greedyHourlyUsd: 0.4032 },
  nodes: ["us-east-1a", "us-east-1a"].map((zone, i) => ({
    nodePool: "default",
    instanceType: "m7i.large",
    zone,
    capacityType: "on-demand" as const,
    hourlyUsd: 0.1008,
    labels: {},
    pods: [`default/web-${String(i)}`],
    requests: { cpu: "1500m", memory: "2Gi", pods: "1" },
    daemonRequests: { cpu: "100m" },
    allocatable: { cpu: "1930m", memory: "7Gi", pods: "29" },
    alternates: [{ instanceType: "m7a.large", zone, capacityType: "on-demand" as const, hourlyUsd: 0.11592 }],
  })),
  existingNodes: [{ name: "node-1", pods: ["default/api-0"], instanceType: "m5.large", zone: "us-east-1b" }],
  workloads: [
    {
      owner: "Deployment/web",
      namespace: "default",
      requests: { cpu: "1500m" },
      pods: ["default/web-0", "default/web-1"],
    },
    { owner: "Deployment/api", namespace: "default", requests: { cpu: "1" }, pods: ["default/api-0"] },
    { owner: "Job/huge", namespace: "batch", requests: { cpu: "999" }, pods: ["batch/huge-0"] },
  ],
  unschedulable: [{ pod: "batch/huge-0", code: "NO_TYPE_FITS", reason: "999 CPUs are more than any type has." }],
  rejected: [
    { kind: "Pod", name: "default/bad", code: "BAD_QUANTITY", message: 'Pod default/bad: cpu: "x" is not a quantity.' },
  ],
  ignored: { Service: 2 },
  explanation: ["The m7i family is cheapest for this mix."],
  solve: {
    status: "feasible",
    stop: "time-limit",
    strategy: "ilp",
    ms: 12,
    totalMs: 20,
    pods: 4,
    podClasses: 2,
    shapes: 3,
    greedyUnplaced: 1,
    work: 10,
    lpSolves: 1,
    ilpSolves: 1,
    packings: 5,
    polishMoves: 0,
    parts: 1,
  },
  catalog: { region: "us-east-1", date: "2026-07-20", source: "test", instanceTypes: 3 },
};

export interface SeenCall {
  readonly sources: readonly ManifestSource[];
  readonly options: PlanOptions;
  readonly call: PlanCall;
}

export interface FakePlans extends PlanService {
  readonly calls: SeenCall[];
}

/** Answers with `answer`, or as it says; remembers what it was asked. */
export function fakePlans(
  answer: (seen: SeenCall) => Promise<PlanResponse> = () => Promise.resolve(samplePlan),
): FakePlans {
  const calls: SeenCall[] = [];
  return {
    calls,
    plan(sources, options, call = {}) {
      const seen = { sources, options, call };
      calls.push(seen);
      return answer(seen);
    },
  };
}

/** Ends when its caller aborts, and not before. */
export function untilAborted({ call }: SeenCall): Promise<never> {
  return new Promise((_, reject) => {
    const abort = (): void => {
      reject(Object.assign(new Error("cancelled"), { code: "ABORTED", kind: "transient", details: {} }));
    };
    if (call.signal?.aborted === true) abort();
    else call.signal?.addEventListener("abort", abort, { once: true });
  });
}

export const testLimits = {
  maxBodyBytes: 10_000,
  bodyTimeoutMs: 5_000,
  requestTimeoutMs: 10_000,
  maxTimeLimitMs: 30_000,
  maxInFlight: 4,
};

/** An app over fakes; `change` replaces some of them. */
export function appOver(change: Partial<AppDeps> = {}): App {
  return createApp({
    plans: fakePlans(),
    catalog: smallCatalog,
    poolStatus: () => ({ workers: 1, busy: 0, queued: 0, maxQueue: 4, replaced: 3 }),
    isWarm: () => true,
    limits: testLimits,
    version: "1.2.3",
    files: {
      page: () =>
        Promise.resolve({ body: new TextEncoder().encode("<!doctype html>"), contentType: "text/html; charset=utf-8" }),
      asset: (name) =>
        Promise.resolve(
          name === "app.js" ? { body: new TextEncoder().encode("1"), contentType: "text/javascript" } : undefined,
        ),
      examples: () => Promise.resolve([{ id: "one", title: "One", description: "First" }]),
      example: (id) => Promise.resolve(id === "one" ? "kind: Pod\n" : undefined),
    },
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    now: () => performance.now(),
    ...change,
  });
}

/** A POST of a body to the app. */
export function post(
  app: App,
  body: BodyInit,
  headers: Readonly<Record<string, string>> = {},
  query = "",
): Promise<Response> {
  const init = { method: "POST", body, headers: { "content-type": "application/yaml", ...headers }, duplex: "half" };
  return app.fetch(new Request(`http://localhost/v1/plan${query}`, init));
}

export function get(app: App, path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return app.fetch(new Request(`http://localhost${path}`, { headers }));
}

/** The fields of a problem+json answer that tests look at. */
export interface SeenProblem {
  readonly status: number;
  readonly code: string;
  readonly object?: string;
  readonly field?: string;
  readonly value?: string;
  readonly hint?: string;
  readonly detail: string;
}

export async function problemOf(response: Response): Promise<SeenProblem> {
  return (await response.json()) as SeenProblem;
}
