/** The endpoint as its clients meet it: real sockets, real solver; the same on Node and Deno. */
import assert from "node:assert/strict";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, test } from "vitest";
import type { RunningServer } from "../../../src/compose.ts";
import { planResponseSchema, type PlanResponse } from "../../../src/api/plan-response.ts";
import { metric, startTestServer, untilReady } from "../../support/api-server.ts";
import { easyManifests, hardManifests } from "../../support/manifests.ts";

const YAML = { "content-type": "application/yaml" };

interface PostInit {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

function postPlan(url: string, body: string, query = "", init: PostInit = {}): Promise<Response> {
  return fetch(`${url}/v1/plan${query}`, { method: "POST", body, ...init, headers: { ...YAML, ...init.headers } });
}

/** Reads events until one is called `name`. */
async function untilEvent(response: Response, name: string): Promise<void> {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes(`event: ${name}`)) {
    const { done, value } = await reader.read();
    assert.ok(!done, `the stream ended without ${name}: ${text.slice(0, 300)}`);
    text += value;
  }
  reader.releaseLock();
}

/** Sends raw bytes and gives back what comes before the server closes or 10 s pass. */
function exchange(
  url: string,
  send: (write: (chunk: Uint8Array | string) => boolean) => void,
): Promise<{ answer: string; sent: () => number }> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let sent = 0;
    let answer = "";
    const socket = connect(Number(port), hostname, () => {
      send((chunk) => {
        sent += chunk.length;
        return socket.writable && socket.write(chunk);
      });
    });
    const finish = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ answer, sent: () => sent });
    };
    const timer = setTimeout(() => reject(new Error(`no end of the answer: ${answer}`)), 10_000);
    socket.on("data", (data) => {
      answer += data.toString();
      if (answer.includes('"requestId"')) finish();
    });
    socket.on("close", finish);
    socket.on("error", () => {
      if (answer !== "") finish();
    });
    socket.on("drain", () => socket.emit("refill"));
  });
}

describe("a server with one worker", () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startTestServer({ bodyTimeoutMs: 1_500, maxBodyBytes: 2 ** 20, maxInFlight: 2, maxQueue: 0 });
    await untilReady(server.url);
  });
  afterAll(() => server.stop());

  test("answers a plan that keeps to the schema", async () => {
    const response = await postPlan(server.url, easyManifests(5), "?timeLimit=300ms");
    assert.equal(response.status, 200);
    const plan = planResponseSchema.parse(await response.json());
    assert.equal(
      plan.nodes.reduce((sum, node) => sum + node.pods.length, 0),
      5,
    );
    assert.ok(plan.cost.hourlyUsd > 0 && plan.cost.lowerBoundUsd <= plan.cost.hourlyUsd);
    assert.ok(plan.cost.hourlyUsd <= plan.cost.greedyHourlyUsd + 1e-9);
    const sum = plan.nodes.reduce((total, node) => total + node.hourlyUsd, 0);
    assert.ok(Math.abs(sum - plan.cost.hourlyUsd) < 1e-9);
  });

  test("the same plan from YAML and from a JSON envelope when the work is limited", async () => {
    const query = "?workLimit=2000";
    const plans: PlanResponse[] = [];
    const load = async (response: Response): Promise<PlanResponse> => planResponseSchema.parse(await response.json());
    plans.push(await load(await postPlan(server.url, easyManifests(), query)));
    const envelope = JSON.stringify({ manifests: easyManifests(), options: { workLimit: 2000 } });
    plans.push(
      await load(await postPlan(server.url, envelope, "", { headers: { "content-type": "application/json" } })),
    );
    assert.deepEqual(plans[0]!.nodes, plans[1]!.nodes);
  });

  test("streams progress, then the plan", async () => {
    const response = await postPlan(server.url, hardManifests(60), "?timeLimit=300ms", {
      headers: { accept: "text/event-stream" },
    });
    const events = (await response.text()).trim().split("\n\n");
    assert.ok(events.length > 3 && events[0]!.startsWith("event: progress\n"), events[0]);
    const last = events.at(-1)!;
    assert.ok(last.startsWith("event: plan\ndata: "), last.slice(0, 100));
    planResponseSchema.parse(JSON.parse(last.slice("event: plan\ndata: ".length)));
  });

  test("a client that goes away frees the worker", async () => {
    const replaced = await metric(server.url, "plimsoll_solver_workers_replaced_total");
    const client = new AbortController();
    const response = await postPlan(server.url, hardManifests(400), "?timeLimit=25s", {
      headers: { accept: "text/event-stream" },
      signal: client.signal,
    });
    await untilEvent(response, 'progress\ndata: {"phase":"greedy"');
    assert.equal(await metric(server.url, "plimsoll_solver_workers_busy"), 1);
    client.abort();
    const start = performance.now();
    const next = await postPlan(server.url, easyManifests(), "?timeLimit=200ms").then(async (first) => {
      // The place in the queue may not be free at the very moment.
      if (first.status === 200) return first;
      await new Promise((resolve) => setTimeout(resolve, 500));
      return postPlan(server.url, easyManifests(), "?timeLimit=200ms");
    });
    assert.equal(next.status, 200);
    await next.text();
    assert.ok(performance.now() - start < 15_000, "the next plan had to wait for the one that nobody wants");
    assert.equal(await metric(server.url, "plimsoll_solver_workers_replaced_total"), replaced + 1);
    assert.equal(await metric(server.url, "plimsoll_http_requests_in_flight"), 0);
  });

  test("a client that waits for JSON and goes away frees the worker, too", async () => {
    const replaced = await metric(server.url, "plimsoll_solver_workers_replaced_total");
    const client = new AbortController();
    // Large enough not to come in one piece: Deno.serve does not see such clients go.
    const body = `${hardManifests(400)}# ${"padding ".repeat(40_000)}\n`;
    const answer = postPlan(server.url, body, "?timeLimit=25s", { signal: client.signal });
    const failed = assert.rejects(answer, { name: "AbortError" });
    while ((await metric(server.url, "plimsoll_solver_workers_busy")) < 1);
    client.abort();
    await failed;
    const start = performance.now();
    while ((await metric(server.url, "plimsoll_http_requests_in_flight")) > 0) {
      assert.ok(performance.now() - start < 5_000, "the plan that nobody wants goes on");
    }
    assert.equal(await metric(server.url, "plimsoll_solver_workers_replaced_total"), replaced + 1);
  });

  test("a full queue is answered 503 with Retry-After, and the rest goes on", async () => {
    const clients = new AbortController();
    const busy = await postPlan(server.url, hardManifests(400), "?timeLimit=25s", {
      headers: { accept: "text/event-stream" },
      signal: clients.signal,
    });
    await untilEvent(busy, 'progress\ndata: {"phase":"greedy"');
    const full = await postPlan(server.url, easyManifests());
    assert.deepEqual([full.status, ((await full.json()) as { code: string }).code], [503, "QUEUE_FULL"]);
    assert.ok(Number(full.headers.get("retry-after")) >= 1);
    assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
    clients.abort();
  });

  test("a body of 100 MB is refused at its first bytes", async () => {
    const chunk = new Uint8Array(64 * 1024).fill(97);
    const total = 100_000_000;
    const { answer, sent } = await exchange(server.url, (write) => {
      write(
        `POST /v1/plan HTTP/1.1\r\nHost: x\r\nContent-Type: application/yaml\r\nContent-Length: ${String(total)}\r\n\r\n`,
      );
      const more = setInterval(() => {
        for (let i = 0; i < 8; i++) if (!write(chunk)) break;
      }, 5);
      setTimeout(() => clearInterval(more), 3_000);
    });
    assert.match(answer, /^HTTP\/1\.1 413 /);
    assert.match(answer, /"code":"BODY_TOO_LARGE".*"value":"100000000 bytes"/);
    assert.ok(sent() < total / 2, `${String(sent())} bytes were sent`);
  });

  test("a chunked body over the bound is refused", async () => {
    const response = await postPlan(server.url, "#".repeat(2 ** 20 + 1));
    assert.equal(response.status, 413);
    await response.text();
  });

  test("a body that does not come is answered 408", async () => {
    const { answer } = await exchange(server.url, (write) => {
      write(
        "POST /v1/plan HTTP/1.1\r\nHost: x\r\nContent-Type: application/yaml\r\nContent-Length: 1000\r\n\r\nkind: P",
      );
    });
    assert.match(answer, /^HTTP\/1\.1 408 /);
    assert.match(answer, /BODY_TIMEOUT/);
  });

  test("bodies that dawdle count as requests in work: one more is answered 429 with Retry-After", async () => {
    const dawdle = (write: (chunk: string) => boolean): void => {
      write("POST /v1/plan HTTP/1.1\r\nHost: x\r\nContent-Type: application/yaml\r\nContent-Length: 9\r\n\r\nkind");
    };
    const slow = [exchange(server.url, dawdle), exchange(server.url, dawdle)];
    while ((await metric(server.url, "plimsoll_http_requests_in_flight")) < 2);
    const third = await postPlan(server.url, easyManifests());
    assert.deepEqual([third.status, ((await third.json()) as { code: string }).code], [429, "TOO_MANY_REQUESTS"]);
    assert.ok(Number(third.headers.get("retry-after")) >= 1);
    for (const { answer } of await Promise.all(slow)) assert.match(answer, /^HTTP\/1\.1 408 /);
  });

  test("serves the page, its files and the examples that it lists", async () => {
    const page = await (await fetch(`${server.url}/`)).text();
    const names = [...page.matchAll(/(?:href|src)="([\w-]+\.(?:css|js|svg))"/g)].map((match) => match[1]!);
    assert.ok(names.length >= 2, page.slice(0, 500));
    for (const name of names) assert.equal((await fetch(`${server.url}/${name}`)).status, 200, name);
    const { examples } = (await (await fetch(`${server.url}/v1/examples`)).json()) as { examples: { id: string }[] };
    assert.ok(examples.length >= 3);
    for (const { id } of examples)
      assert.match(await (await fetch(`${server.url}/v1/examples/${id}`)).text(), /kind: /);
  });

  test("nothing outside of the listed files is served", async () => {
    for (const path of [
      "/api.ts",
      "/..%2fcompose.ts",
      "/assets/..%2f..%2fpackage.json",
      "/tsconfig.json",
      "/assets/",
    ]) {
      const response = await fetch(`${server.url}${path}`);
      assert.equal(response.status, 404, path);
      await response.text();
    }
  });
});

test("stopping finishes what is in work and takes no more", async () => {
  const server = await startTestServer();
  await untilReady(server.url);
  const inWork = postPlan(server.url, hardManifests(50), "?timeLimit=500ms", {
    headers: { accept: "text/event-stream" },
  });
  const response = await inWork;
  const text = response.text();
  await server.stop();
  assert.match(await text, /event: plan\n/);
  await assert.rejects(fetch(`${server.url}/healthz`));
});

test("a port that is taken is said, or passed over", async () => {
  const first = await startTestServer();
  try {
    const port = Number(new URL(first.url).port);
    await assert.rejects(startTestServer({ port }), { code: "PORT_TAKEN" });
  } finally {
    await first.stop();
  }
});
