/** What Prometheus is told: requests, plans, money, and the solver's workers. */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";
import type { PoolStatus } from "../../../workers/pool.ts";
import type { PlanResponse } from "../plan-response.ts";

export interface Metrics {
  readonly contentType: string;
  render(): Promise<string>;
  request(method: string, route: string, status: number, seconds: number): void;
  planned(plan: PlanResponse): void;
  planFailed(code: string): void;
}

export interface MetricsSource {
  readonly version: string;
  readonly instanceTypes: number;
  readonly pool: () => PoolStatus;
  readonly inFlight: () => number;
}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60];

/** A registry of its own, so that two apps in one process do not meet. */
export function createMetrics(source: MetricsSource): Metrics {
  const registry = new Registry();
  const registers = [registry];
  // On Deno they are not all to be had.
  if (!("Deno" in globalThis)) collectDefaultMetrics({ register: registry });

  const requests = new Counter({
    name: "plimsoll_http_requests_total",
    help: "HTTP requests answered",
    labelNames: ["method", "route", "status"],
    registers,
  });
  const duration = new Histogram({
    name: "plimsoll_http_request_duration_seconds",
    help: "Time from request to the end of the answer",
    labelNames: ["route"],
    buckets: SECONDS,
    registers,
  });
  const plans = new Counter({
    name: "plimsoll_plans_total",
    help: "Plans made, by strategy and by whether the cost was proved optimal",
    labelNames: ["strategy", "status"],
    registers,
  });
  const failures = new Counter({
    name: "plimsoll_plan_errors_total",
    help: "Plan requests that ended in an error, by its code",
    labelNames: ["code"],
    registers,
  });
  const solve = new Histogram({
    name: "plimsoll_solve_duration_seconds",
    help: "Time of the search alone",
    labelNames: ["strategy"],
    buckets: SECONDS,
    registers,
  });
  const gap = new Histogram({
    name: "plimsoll_plan_gap_ratio",
    help: "(cost - lower bound) / lower bound of plans",
    buckets: [0, 0.0001, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5],
    registers,
  });
  const cost = new Counter({
    name: "plimsoll_plan_cost_usd_per_hour_total",
    help: "Sum of the hourly cost of plans",
    registers,
  });
  const saved = new Counter({
    name: "plimsoll_plan_saved_usd_per_hour_total",
    help: "Sum of what plans cost less than the greedy plan, per hour",
    registers,
  });
  const pods = new Counter({
    name: "plimsoll_plan_pods_total",
    help: "Pods in plans, by whether they got a place",
    labelNames: ["outcome"],
    registers,
  });
  gauges(source, registers);

  return {
    contentType: registry.contentType,
    render: () => registry.metrics(),
    request(method, route, status, seconds) {
      requests.inc({ method, route, status: String(status) });
      duration.observe({ route }, seconds);
    },
    planned(plan) {
      const { strategy, status } = plan.solve;
      plans.inc({ strategy, status });
      solve.observe({ strategy }, plan.solve.ms / 1000);
      gap.observe(plan.cost.gap);
      cost.inc(plan.cost.hourlyUsd);
      saved.inc(Math.max(0, plan.cost.greedyHourlyUsd - plan.cost.hourlyUsd));
      pods.inc({ outcome: "unschedulable" }, plan.unschedulable.length);
      pods.inc({ outcome: "placed" }, Math.max(0, plan.solve.pods - plan.unschedulable.length));
    },
    planFailed(code) {
      failures.inc({ code });
    },
  };
}

function gauges(source: MetricsSource, registers: Registry[]): void {
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  };
  gauge("plimsoll_http_requests_in_flight", "Plan requests in work", source.inFlight);
  gauge("plimsoll_solver_workers", "Solver threads", () => source.pool().workers);
  gauge("plimsoll_solver_workers_busy", "Solver threads with a solve", () => source.pool().busy);
  gauge("plimsoll_solver_queue_length", "Solves that wait for a thread", () => source.pool().queued);
  gauge("plimsoll_solver_queue_limit", "Solves that may wait for a thread", () => source.pool().maxQueue);
  gauge("plimsoll_catalog_instance_types", "Instance types in the catalogue", () => source.instanceTypes);
  new Counter({
    name: "plimsoll_solver_workers_replaced_total",
    help: "Solver threads that were ended or died, and were replaced",
    registers,
    collect() {
      this.reset();
      this.inc(source.pool().replaced);
    },
  });
  const runtime = "Deno" in globalThis ? "deno" : "node";
  new Gauge({
    name: "plimsoll_build_info",
    help: "Always 1; the version is in the label",
    labelNames: ["version", "runtime"],
    registers,
  }).set({ version: source.version, runtime }, 1);
}
