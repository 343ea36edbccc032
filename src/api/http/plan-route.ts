/** `POST /v1/plan`: bounded, cancelled with its client, answered as JSON or as a stream of events. */
import { streamSSE } from "hono/streaming";
import { PlimsollError } from "../../domain/errors.ts";
import type { PoolStatus } from "../../../workers/pool.ts";
import type { PlanCall, PlanProgress, PlanService } from "../plan-service.ts";
import type { PlanResponse } from "../plan-response.ts";
import { formatDuration } from "../units.ts";
import type { AppContext, HttpLimits, Log } from "./context.ts";
import { readBody } from "./body.ts";
import type { InFlight } from "./in-flight.ts";
import type { Metrics } from "./metrics.ts";
import { checkMediaType, readPlanRequest, type PlanRequest } from "./plan-request.ts";
import { isCodedError, toProblem } from "./problem.ts";

export interface PlanHandlerDeps {
  readonly plans: PlanService;
  readonly poolStatus: () => PoolStatus;
  readonly limits: HttpLimits;
  readonly metrics: Metrics;
  readonly inFlight: InFlight;
  readonly log: Log;
}

/** Proxies and browsers drop a connection that is silent for long. */
const KEEP_ALIVE_MS = 15_000;

/** At most so many progress events a second: a client draws them, it does not record them. */
const PROGRESS_EVERY_MS = 100;

export function createPlanHandler(deps: PlanHandlerDeps): (c: AppContext) => Promise<Response> {
  return async (c) => {
    checkMediaType(c.req.header("content-type") ?? null);
    checkRoom(deps.poolStatus());
    const leave = deps.inFlight.enter();
    const startMs = performance.now();
    const cancel = new AbortController();
    const timer = setTimeout(() => cancel.abort(requestTimeout(deps.limits)), deps.limits.requestTimeoutMs);
    const done = (): void => {
      clearTimeout(timer);
      leave(performance.now() - startMs);
    };
    const signal = AbortSignal.any([c.req.raw.signal, cancel.signal]);
    let streams = false;
    try {
      const { maxBodyBytes, bodyTimeoutMs, maxTimeLimitMs } = deps.limits;
      const text = await readBody(c.req.raw, { maxBytes: maxBodyBytes, timeoutMs: bodyTimeoutMs });
      const request = readPlanRequest(text, new URL(c.req.url).searchParams, maxTimeLimitMs);
      if (wantsEvents(c.req.header("accept"))) {
        streams = true;
        return streamPlan(c, deps, request, signal, cancel, done);
      }
      const plan = await makePlan(c, deps, request, { signal });
      return c.json(plan, 200, { "cache-control": "no-store" });
    } catch (error) {
      throw reasonOf(error, cancel.signal);
    } finally {
      if (!streams) done();
    }
  };
}

/** Nothing is gained by reading 32 MB for a queue that is full. */
function checkRoom({ busy, maxQueue, queued, workers }: PoolStatus): void {
  if (busy < workers || queued < maxQueue) return;
  const hint = "Try again after the time in Retry-After.";
  const message = `request: the solver's queue is full (${String(queued)} waiting, ${String(busy)} running). ${hint}`;
  throw new PlimsollError("overload", "QUEUE_FULL", message, { object: "request", hint });
}

async function makePlan(
  c: AppContext,
  deps: PlanHandlerDeps,
  request: PlanRequest,
  call: PlanCall,
): Promise<PlanResponse> {
  try {
    const plan = await deps.plans.plan(request.sources, request.options, call);
    deps.metrics.planned(plan);
    const { cost, nodes, solve, unschedulable } = plan;
    const fields = { requestId: c.get("requestId"), pods: solve.pods, nodes: nodes.length, hourlyUsd: cost.hourlyUsd };
    const more = { gap: cost.gap, stop: solve.stop, solveMs: solve.ms, ms: solve.totalMs, left: unschedulable.length };
    deps.log.info({ ...fields, ...more }, "plan");
    return plan;
  } catch (error) {
    deps.metrics.planFailed(isCodedError(error) ? error.code : "INTERNAL");
    throw error;
  }
}

/** The status is sent before the plan is known: what goes wrong later is an event. */
function streamPlan(
  c: AppContext,
  deps: PlanHandlerDeps,
  request: PlanRequest,
  signal: AbortSignal,
  cancel: AbortController,
  done: () => void,
): Response {
  return streamSSE(c, async (stream) => {
    stream.onAbort(() => cancel.abort(new PlimsollError("transient", "ABORTED", "the client went away.")));
    const keepAlive = setInterval(() => void stream.write(":\n\n").catch(() => undefined), KEEP_ALIVE_MS);
    let lastMs = Number.NEGATIVE_INFINITY;
    let lastPhase = "";
    const onProgress = (progress: PlanProgress): void => {
      const nowMs = performance.now();
      if (progress.phase === lastPhase && nowMs - lastMs < PROGRESS_EVERY_MS) return;
      lastMs = nowMs;
      lastPhase = progress.phase;
      void stream.writeSSE({ event: "progress", data: JSON.stringify(progress) }).catch(() => undefined);
    };
    try {
      const plan = await makePlan(c, deps, request, { signal, onProgress });
      await stream.writeSSE({ event: "plan", data: JSON.stringify(plan) });
    } catch (error) {
      const problem = toProblem(reasonOf(error, cancel.signal), c.get("requestId"));
      if (problem.status >= 500)
        deps.log.error({ requestId: problem.requestId, code: problem.code, err: error }, problem.detail);
      await stream.writeSSE({ event: "error", data: JSON.stringify(problem) });
    } finally {
      clearInterval(keepAlive);
      done();
    }
  });
}

function wantsEvents(accept: string | undefined): boolean {
  return accept?.includes("text/event-stream") ?? false;
}

/** An abort by ourselves is told as what we aborted for. */
function reasonOf(error: unknown, cancelled: AbortSignal): unknown {
  return cancelled.aborted && isCodedError(error) && error.code === "ABORTED" ? cancelled.reason : error;
}

function requestTimeout(limits: HttpLimits): PlimsollError {
  const hint = "Try again when the server is less busy, or start it with a longer --request-timeout.";
  const message = `request: no answer within ${formatDuration(limits.requestTimeoutMs)}. ${hint}`;
  return new PlimsollError("transient", "REQUEST_TIMEOUT", message, { object: "request", hint });
}
