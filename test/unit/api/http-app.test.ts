/** The HTTP app without a socket: routes, bounds, errors, cancellation, events. */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { PlimsollError } from "../../../src/domain/errors.ts";
import { planResponseSchema } from "../../../src/api/plan-response.ts";
import { appOver, fakePlans, get, post, problemOf, samplePlan, testLimits, untilAborted } from "./http-fakes.ts";

const MANIFEST = "kind: Pod\n";

describe("POST /v1/plan", () => {
  test("passes YAML on as it came, with options of the query", async () => {
    const plans = fakePlans();
    const response = await post(
      appOver({ plans }),
      MANIFEST,
      {},
      "?timeLimit=2s&strategy=greedy&seed=7&defaultNodePool=true",
    );
    assert.equal(response.status, 200);
    assert.deepEqual(planResponseSchema.parse(await response.json()), samplePlan);
    assert.deepEqual(plans.calls[0]!.sources, [{ name: "request body", text: MANIFEST }]);
    assert.deepEqual(plans.calls[0]!.options, {
      strategy: "greedy",
      timeLimitMs: 2000,
      workLimit: Number.POSITIVE_INFINITY,
      seed: 7,
      defaultNodePool: true,
    });
  });

  test("a bare List and a bare array are manifests, not an envelope", async () => {
    const plans = fakePlans();
    const app = appOver({ plans });
    for (const body of ['{"kind":"List","items":[]}', '[{"kind":"Pod"}]', '{"kind":"Pod","manifests":1}']) {
      assert.equal((await post(app, body, { "content-type": "application/json" })).status, 200, body);
      assert.equal(plans.calls.at(-1)!.sources[0]!.text, body);
    }
  });

  test("the JSON envelope: objects as they were sent, a text, or named texts", async () => {
    const plans = fakePlans();
    const app = appOver({ plans });
    const objects = '[ {"kind":"Pod", "a": "}\\"{" } ]';
    await post(app, `{"options":{"seed":3}, "manifests": ${objects}}`, { "content-type": "application/json" });
    assert.equal(plans.calls[0]!.sources[0]!.text, objects);
    assert.equal(plans.calls[0]!.options.seed, 3);
    await post(app, JSON.stringify({ manifests: 'a: "b"\n' }), { "content-type": "application/json" });
    assert.equal(plans.calls[1]!.sources[0]!.text, 'a: "b"\n');
    const files = [
      { name: "a.yaml", text: MANIFEST },
      { name: "b.json", text: '{"kind":"Pod"}' },
    ];
    await post(app, JSON.stringify({ manifests: files }), { "content-type": "application/json" });
    assert.deepEqual(plans.calls[2]!.sources, files);
  });

  test("options in the body go before the query", async () => {
    const plans = fakePlans();
    const body = JSON.stringify({ manifests: MANIFEST, options: { timeLimitMs: 10 } });
    await post(appOver({ plans }), body, { "content-type": "application/json" }, "?seed=5&timeLimitMs=20");
    assert.equal(plans.calls[0]!.options.timeLimitMs, 10);
    assert.equal(plans.calls[0]!.options.seed, 5);
  });

  const refused: Readonly<
    Record<
      string,
      readonly [
        body: string,
        headers: Record<string, string>,
        query: string,
        status: number,
        code: string,
        field: string,
      ]
    >
  > = {
    "an unknown option": [MANIFEST, {}, "?timelimit=2s", 400, "INVALID_REQUEST", "undefined"],
    "a duration that is none": [MANIFEST, {}, "?timeLimit=fast", 400, "INVALID_REQUEST", "timeLimit"],
    "a time limit over the server's": [MANIFEST, {}, "?timeLimit=5m", 400, "INVALID_REQUEST", "timeLimit"],
    "a strategy that is none": [MANIFEST, {}, "?strategy=luck", 400, "INVALID_REQUEST", "strategy"],
    "a seed that is no whole number": [MANIFEST, {}, "?seed=1.5", 400, "INVALID_REQUEST", "seed"],
    "an unknown field of the envelope": ['{"manifests":[],"optoins":{}}', {}, "", 400, "INVALID_REQUEST", "optoins"],
    "manifests twice": ['{"manifests":[],"manifests":[]}', {}, "", 400, "INVALID_REQUEST", "manifests"],
    "manifests that are a number": ['{"manifests":17}', {}, "", 400, "INVALID_REQUEST", "manifests"],
    "options that are no JSON": ['{"manifests":[],"options":{a}}', {}, "", 400, "INVALID_REQUEST", "options"],
    "prototype keys in options": [
      '{"manifests":[],"options":{"__proto__":{"seed":1}}}',
      {},
      "",
      400,
      "INVALID_REQUEST",
      "undefined",
    ],
    "a form": [
      MANIFEST,
      { "content-type": "application/x-www-form-urlencoded" },
      "",
      415,
      "UNSUPPORTED_MEDIA_TYPE",
      "Content-Type",
    ],
    "a compressed body": [
      MANIFEST,
      { "content-encoding": "gzip" },
      "",
      415,
      "UNSUPPORTED_MEDIA_TYPE",
      "Content-Encoding",
    ],
    "a body over the bound": ["x".repeat(testLimits.maxBodyBytes + 1), {}, "", 413, "BODY_TOO_LARGE", "body"],
    "another web site's page": [MANIFEST, { "sec-fetch-site": "cross-site" }, "", 403, "CROSS_SITE", "Sec-Fetch-Site"],
  };
  for (const [name, [body, headers, query, status, code, field]] of Object.entries(refused)) {
    test(`refuses ${name}`, async () => {
      const plans = fakePlans();
      const response = await post(appOver({ plans }), body, headers, query);
      const problem = await problemOf(response);
      assert.equal(response.headers.get("content-type"), "application/problem+json");
      assert.deepEqual(
        [response.status, problem.status, problem.code, String(problem.field)],
        [status, status, code, field],
      );
      assert.ok(
        problem.object !== undefined && problem.value !== undefined && problem.hint !== undefined,
        JSON.stringify(problem),
      );
      assert.equal(plans.calls.length, 0);
    });
  }

  test("stops reading a stream at the bound", async () => {
    let pulled = 0;
    let cancelled = false;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled++;
        controller.enqueue(new Uint8Array(1000).fill(120));
      },
      cancel() {
        cancelled = true;
      },
    });
    const response = await post(appOver(), body);
    assert.equal(response.status, 413);
    assert.ok(pulled < 20, `${pulled} chunks were read`);
    assert.ok(cancelled);
  });

  test("answers 408 when the body does not end", async () => {
    const body = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => undefined) });
    const response = await post(appOver({ limits: { ...testLimits, bodyTimeoutMs: 20 } }), body);
    assert.deepEqual([response.status, (await problemOf(response)).code], [408, "BODY_TIMEOUT"]);
  });

  test("answers 400 for bytes that are not UTF-8", async () => {
    const response = await post(appOver(), Uint8Array.of(0x6b, 0xff, 0xfe));
    assert.deepEqual([response.status, (await problemOf(response)).code], [400, "INVALID_ENCODING"]);
  });

  test("tells input errors with object, field, value and hint", async () => {
    const details = { object: "Pod default/web", field: "spec.x", value: "y", hint: "Write z." };
    const plans = fakePlans(() =>
      Promise.reject(new PlimsollError("input", "BAD_QUANTITY", "Pod default/web: ...", details)),
    );
    const problem = await problemOf(await post(appOver({ plans }), MANIFEST));
    assert.deepEqual(
      [problem.status, problem.code, problem.object, problem.field, problem.value, problem.hint],
      [400, "BAD_QUANTITY", ...Object.values(details)],
    );
  });

  const failures: Readonly<Record<string, readonly [kind: "overload" | "transient" | "internal", status: number]>> = {
    QUEUE_FULL: ["overload", 503],
    DEADLINE: ["transient", 504],
    CLOSED: ["transient", 503],
    SOLVER_CRASHED: ["internal", 500],
    BAD_CERTIFICATE: ["internal", 500],
  };
  for (const [code, [kind, status]] of Object.entries(failures)) {
    test(`answers ${status} for ${code}`, async () => {
      const plans = fakePlans(() => Promise.reject(new PlimsollError(kind, code, "why")));
      const response = await post(appOver({ plans }), MANIFEST);
      assert.deepEqual([response.status, (await problemOf(response)).code], [status, code]);
      assert.equal(response.headers.get("retry-after") !== null, status === 503);
    });
  }

  test("says nothing of an error that is not ours", async () => {
    const plans = fakePlans(() => Promise.reject(new Error("password is hunter2")));
    const response = await post(appOver({ plans }), MANIFEST);
    const text = await response.text();
    assert.equal(response.status, 500);
    assert.ok(!text.includes("hunter2") && text.includes('"requestId"'), text);
  });

  test("answers 429 with Retry-After when too many are in work, and takes the next when one ends", async () => {
    const plans = fakePlans(untilAborted);
    const app = appOver({ plans, limits: { ...testLimits, maxInFlight: 1 } });
    const client = new AbortController();
    const first = app.fetch(
      new Request("http://localhost/v1/plan", { method: "POST", body: MANIFEST, signal: client.signal }),
    );
    while (plans.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    const second = await post(app, MANIFEST);
    assert.equal(second.status, 429);
    assert.ok(Number(second.headers.get("retry-after")) >= 1);
    client.abort();
    await first;
    const third = post(app, MANIFEST);
    while (plans.calls.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
    plans.calls[1]!.call.signal?.throwIfAborted();
    void third;
  });

  test("refuses before reading when the solver's queue is full", async () => {
    const app = appOver({ poolStatus: () => ({ workers: 1, busy: 1, queued: 4, maxQueue: 4, replaced: 0 }) });
    const response = await post(app, MANIFEST);
    assert.deepEqual([response.status, (await problemOf(response)).code], [503, "QUEUE_FULL"]);
  });

  test("aborts the plan when the client goes away", async () => {
    const plans = fakePlans(untilAborted);
    const client = new AbortController();
    const answer = appOver({ plans }).fetch(
      new Request("http://localhost/v1/plan", { method: "POST", body: MANIFEST, signal: client.signal }),
    );
    while (plans.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    client.abort();
    assert.equal((await answer).status, 499);
    assert.equal(plans.calls[0]!.call.signal?.aborted, true);
  });

  test("answers 504 when the whole request takes too long", async () => {
    const app = appOver({ plans: fakePlans(untilAborted), limits: { ...testLimits, requestTimeoutMs: 20 } });
    const response = await post(app, MANIFEST);
    assert.deepEqual([response.status, (await problemOf(response)).code], [504, "REQUEST_TIMEOUT"]);
  });

  test("streams progress and the plan to who accepts events", async () => {
    const plans = fakePlans(({ call }) => {
      call.onProgress?.({ phase: "read", elapsedMs: 1 });
      call.onProgress?.({ phase: "polish", elapsedMs: 2, hourlyUsd: 3, lowerBoundUsd: 2 });
      return Promise.resolve(samplePlan);
    });
    const response = await post(appOver({ plans }), MANIFEST, { accept: "text/event-stream" });
    assert.equal(response.headers.get("content-type"), "text/event-stream");
    const events = (await response.text())
      .trim()
      .split("\n\n")
      .map((block) => block.split("\n"));
    assert.deepEqual(
      events.map(([event]) => event),
      ["event: progress", "event: progress", "event: plan"],
    );
    assert.deepEqual(JSON.parse(events[2]![1]!.slice(6)), samplePlan);
  });

  test("streams an error as an event, and frees its place", async () => {
    const plans = fakePlans(() => Promise.reject(new PlimsollError("input", "NO_NODE_POOL", "no pool")));
    const app = appOver({ plans, limits: { ...testLimits, maxInFlight: 1 } });
    for (let i = 0; i < 3; i++) {
      const text = await (await post(app, MANIFEST, { accept: "text/event-stream" })).text();
      assert.ok(text.startsWith("event: error\n") && text.includes('"NO_NODE_POOL"'), text);
    }
  });

  test("aborts the plan when the reader of the stream goes away", async () => {
    const plans = fakePlans(untilAborted);
    const response = await post(appOver({ plans }), MANIFEST, { accept: "text/event-stream" });
    const reader = response.body!.getReader();
    while (plans.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    await reader.cancel();
    assert.equal(plans.calls[0]!.call.signal?.aborted, true);
  });
});

describe("the other routes", () => {
  test("health is not readiness", async () => {
    const cold = appOver({ isWarm: () => false });
    assert.equal((await get(cold, "/healthz")).status, 200);
    const response = await get(cold, "/readyz");
    assert.equal(response.status, 503);
    assert.match(await response.text(), /starting/);
    assert.equal((await get(appOver(), "/readyz")).status, 200);
  });

  test("drains: finishes what is in work, takes no more, is not ready", async () => {
    let finish: () => void = () => undefined;
    const plans = fakePlans(
      () =>
        new Promise((resolve) => {
          finish = () => resolve(samplePlan);
        }),
    );
    const app = appOver({ plans });
    const first = post(app, MANIFEST);
    while (plans.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    const drained = app.drain(5_000);
    const second = await post(app, MANIFEST);
    assert.deepEqual([second.status, (await problemOf(second)).code], [503, "DRAINING"]);
    assert.equal((await get(app, "/readyz")).status, 503);
    finish();
    assert.equal((await first).status, 200);
    await drained;
  });

  test("drains for no longer than it is told", async () => {
    const plans = fakePlans(untilAborted);
    const app = appOver({ plans });
    void post(app, MANIFEST);
    while (plans.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    await app.drain(20);
    assert.equal(plans.calls[0]!.call.signal?.aborted, false);
  });

  test("a token guards the API and not the probes and the page", async () => {
    const app = appOver({ token: "s3cret-token" });
    for (const path of ["/healthz", "/readyz", "/", "/app.js", "/docs", "/docs.css", "/openapi.json"]) {
      assert.equal((await get(app, path)).status, 200, path);
    }
    for (const path of ["/v1/catalog", "/v1/examples", "/metrics", "/v1/nothing"]) {
      const response = await get(app, path);
      assert.equal(response.status, 401, path);
      assert.match(response.headers.get("www-authenticate") ?? "", /^Bearer/);
    }
    for (const authorization of [
      "Bearer wrong-token",
      "Basic s3cret-token",
      "Bearer s3cret-toke",
      "s3cret-token",
      "Bearer ",
    ]) {
      const response = await get(app, "/v1/catalog", { authorization });
      assert.equal(response.status, 401, authorization);
      assert.ok(!(await response.text()).includes("s3cret"));
    }
    assert.equal((await get(app, "/v1/catalog", { authorization: "Bearer s3cret-token" })).status, 200);
  });

  test("every answer has safe headers and a request id", async () => {
    for (const path of ["/", "/healthz", "/v1/catalog", "/nothing"]) {
      const { headers } = await get(appOver(), path);
      assert.match(headers.get("content-security-policy") ?? "", /default-src 'none'/, path);
      assert.equal(headers.get("x-content-type-options"), "nosniff", path);
      assert.equal(headers.get("referrer-policy"), "no-referrer", path);
      assert.equal(headers.get("x-frame-options"), "DENY", path);
      assert.match(headers.get("x-request-id") ?? "", /^[0-9a-f-]{36}$/, path);
    }
  });

  test("404 and 405 say what there is", async () => {
    const missing = await get(appOver(), "/v2/plan");
    assert.deepEqual([missing.status, (await problemOf(missing)).code], [404, "NOT_FOUND"]);
    const wrong = await get(appOver(), "/v1/plan");
    assert.deepEqual(
      [wrong.status, wrong.headers.get("allow"), (await problemOf(wrong)).code],
      [405, "POST", "METHOD_NOT_ALLOWED"],
    );
  });

  test("the catalogue is filtered, sorted and paged", async () => {
    const names = async (query: string): Promise<string[]> => {
      const page = (await (await get(appOver(), `/v1/catalog${query}`)).json()) as {
        items: { instanceType: string }[];
      };
      return page.items.map((item) => item.instanceType);
    };
    assert.deepEqual(await names(""), ["c7g.large", "m7i.large", "g5.xlarge"]);
    assert.deepEqual(await names("?arch=amd64&maxPrice=1"), ["m7i.large", "g5.xlarge"]);
    assert.deepEqual(await names("?capacityType=on-demand&maxPrice=1"), ["c7g.large", "m7i.large"]);
    assert.deepEqual(await names("?minMemory=5Gi&sort=memory"), ["m7i.large", "g5.xlarge"]);
    assert.deepEqual(await names("?accelerated=true"), ["g5.xlarge"]);
    assert.deepEqual(await names("?name=*7*.large&category=c,r"), ["c7g.large"]);
    assert.deepEqual(await names("?offset=1&limit=1"), ["m7i.large"]);
    assert.deepEqual(await names("?name=(((.%2B)%2B)%2B)%2B$"), []);
  });

  test("the catalogue gives one price for zones that share it", async () => {
    const page = (await (await get(appOver(), "/v1/catalog?name=m7i.large")).json()) as {
      items: { prices: unknown[] }[];
    };
    assert.deepEqual(page.items[0]!.prices, [
      { capacityType: "spot", hourlyUsd: 0.0252, zones: ["us-east-1b"] },
      { capacityType: "spot", hourlyUsd: 0.0504, zones: ["us-east-1a"] },
      { capacityType: "on-demand", hourlyUsd: 0.1008, zones: ["us-east-1a", "us-east-1b"] },
    ]);
  });

  for (const query of [
    "?limit=0x10",
    "?limit=99999",
    "?minCpu=lots",
    "?sort=luck",
    "?nosuch=1",
    "?accelerated=maybe",
    "?maxPrice=-1",
  ]) {
    test(`the catalogue refuses ${query}`, async () => {
      const response = await get(appOver(), `/v1/catalog${query}`);
      const problem = await problemOf(response);
      assert.equal(response.status, 400);
      assert.ok(
        problem.object !== undefined && problem.value !== undefined && problem.hint !== undefined,
        JSON.stringify(problem),
      );
    });
  }

  test("examples are listed and served", async () => {
    assert.deepEqual(await (await get(appOver(), "/v1/examples")).json(), {
      examples: [{ id: "one", title: "One", description: "First" }],
    });
    assert.equal(await (await get(appOver(), "/v1/examples/one")).text(), "kind: Pod\n");
    assert.equal((await get(appOver(), "/v1/examples/..%2F..%2Fpackage.json")).status, 404);
  });

  test("metrics tell requests, plans, money and workers", async () => {
    const app = appOver();
    await post(app, MANIFEST);
    await post(app, MANIFEST, {}, "?seed=x");
    await get(app, "/nothing/at/all");
    const text = await (await get(app, "/metrics")).text();
    for (const line of [
      'plimsoll_http_requests_total{method="POST",route="/v1/plan",status="200"} 1',
      'plimsoll_http_requests_total{method="POST",route="/v1/plan",status="400"} 1',
      'plimsoll_http_requests_total{method="GET",route="other",status="404"} 1',
      'plimsoll_plans_total{strategy="ilp",status="feasible"} 1',
      "plimsoll_plan_saved_usd_per_hour_total 0.2016",
      'plimsoll_plan_pods_total{outcome="unschedulable"} 1',
      "plimsoll_solver_workers_replaced_total 3",
      "plimsoll_http_requests_in_flight 0",
      "plimsoll_catalog_instance_types 3",
    ]) {
      assert.ok(text.includes(`${line}\n`), `no ${line} in\n${text}`);
    }
  });
});

describe("the documents", () => {
  test("OpenAPI has every route, and resolves within itself", async () => {
    const document = (await (await get(appOver(), "/openapi.json")).json()) as {
      openapi: string;
      paths: Record<string, unknown>;
      components: { schemas: Record<string, unknown> };
    };
    assert.equal(document.openapi, "3.1.0");
    assert.deepEqual(Object.keys(document.paths).sort(), [
      "/healthz",
      "/metrics",
      "/readyz",
      "/v1/catalog",
      "/v1/examples",
      "/v1/examples/{id}",
      "/v1/plan",
    ]);
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1]!);
    assert.ok(refs.length > 5);
    for (const ref of refs) {
      assert.ok(Object.hasOwn(document.components.schemas, ref.replace("#/components/schemas/", "")), ref);
    }
  });

  test("the docs page needs nothing from elsewhere and escapes what it shows", async () => {
    const page = await (await get(appOver(), "/docs")).text();
    assert.ok(page.includes("/v1/plan") && page.includes("hourlyUsd"));
    assert.doesNotMatch(page, /<script|https?:\/\/(?!127\.0\.0\.1)|style="/);
  });
});
