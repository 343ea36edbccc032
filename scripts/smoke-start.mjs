/** Does `npm start` do the main job? It must serve the page, answer a plan for an example, and end when told to. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** A first start installs packages and a Node. */
const READY_WITHIN_MS = 300_000;
const END_WITHIN_MS = 30_000;
const EXAMPLE = "online-boutique.yaml";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const port = await freePort();
const site = `http://127.0.0.1:${port}`;
const server = spawn("npm", ["start", "--", "--port", String(port)], {
  cwd: root,
  stdio: ["ignore", "inherit", "inherit"],
});
/** @type {string | undefined} */
let endedEarly;
server.once("exit", (code, signal) => (endedEarly = `npm start ended with ${String(code ?? signal)}`));

try {
  await ready();
  const page = await fetch(site);
  assert.equal(page.status, 200);
  assert.match(page.headers.get("content-type") ?? "", /^text\/html/);
  assert.match(await page.text(), /plimsoll/i);
  console.log(`start: page served at ${site}`);

  const answer = await fetch(`${site}/v1/plan`, {
    method: "POST",
    headers: { "content-type": "application/yaml" },
    body: readFileSync(join(root, "examples", EXAMPLE)),
  });
  const body = await answer.text();
  assert.equal(answer.status, 200, body);
  const plan = /** @type {{ cost: { hourlyUsd: number, lowerBoundUsd: number }, nodes: { pods: string[] }[] }} */ (
    JSON.parse(body)
  );
  const pods = plan.nodes.reduce((sum, node) => sum + node.pods.length, 0);
  assert.ok(pods > 0, "the plan places pods");
  assert.ok(plan.cost.lowerBoundUsd > 0 && plan.cost.lowerBoundUsd <= plan.cost.hourlyUsd + 1e-9, "the bound is one");
  console.log(`start: ${EXAMPLE}: ${pods} pods on ${plan.nodes.length} nodes for ${plan.cost.hourlyUsd} $/h`);
} finally {
  server.kill("SIGTERM");
}
await gone();
console.log("start: ended when told to");
process.exit(0);

async function ready() {
  const giveUpAt = Date.now() + READY_WITHIN_MS;
  for (;;) {
    const answered = await fetch(`${site}/readyz`).then(
      (response) => response.ok,
      () => false,
    );
    if (answered) return;
    if (endedEarly !== undefined) throw new Error(endedEarly);
    if (Date.now() > giveUpAt) throw new Error("npm start does not get ready");
    await wait(200);
  }
}

/** npm may be gone before the server, which finishes its requests first. */
async function gone() {
  const giveUpAt = Date.now() + END_WITHIN_MS;
  while (
    await fetch(`${site}/healthz`).then(
      () => true,
      () => false,
    )
  ) {
    assert.ok(Date.now() < giveUpAt, "the server still answers after SIGTERM to npm start");
    await wait(200);
  }
}

/** @returns {Promise<number>} */
async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
