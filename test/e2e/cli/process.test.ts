/** The command line as a process, the way a user starts it. */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { describe, test } from "vitest";
import { planResponseSchema } from "../../../src/api/plan-response.ts";
import { easyManifests, hardManifests } from "../../support/manifests.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
  /** Resolves when stdout holds the text. */
  readonly shows: (text: string) => Promise<string>;
}

function start(args: readonly string[], stdin = ""): Started {
  const env = { ...process.env, PLIMSOLL_LOG_LEVEL: "info" };
  const child = spawn(process.execPath, ["src/main.ts", ...args], { cwd: root, env });
  const texts = { stdout: "", stderr: "" };
  const waiting = new Set<() => void>();
  child.stdout.on("data", (chunk: Buffer) => {
    texts.stdout += chunk.toString();
    for (const look of waiting) look();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    texts.stderr += chunk.toString();
  });
  child.stdin.on("error", () => undefined);
  child.stdin.end(stdin);
  return {
    child,
    ended: new Promise((resolve) => child.on("close", (code) => resolve({ code, ...texts }))),
    shows: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (texts.stdout.includes(text)) resolve(texts.stdout);
        };
        waiting.add(look);
        child.on("close", () => reject(new Error(`ended without "${text}": ${texts.stdout}${texts.stderr}`)));
        look();
      }),
  };
}

describe("plimsoll as a process", { timeout: 60_000 }, () => {
  test("plans an example as a table, with exit code 0", async () => {
    const { code, stderr, stdout } = await start(["plan", "-f", "examples/argo-cd-ha.yaml", "-t", "300ms"]).ended;
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(stdout, /^14 pods on 3 new nodes/);
    assert.match(stdout, /Lower bound/);
  });

  test("plans standard input as JSON, the wire schema", async () => {
    const { code, stdout } = await start(["plan", "-f", "-", "-t", "300ms", "-o", "json"], easyManifests(4)).ended;
    assert.equal(code, 0);
    const plan = planResponseSchema.parse(JSON.parse(stdout));
    assert.equal(plan.solve.pods, 4);
  });

  test("gives the same plan twice when the work is limited", async () => {
    const args = ["plan", "-f", "-", "-w", "3000", "-o", "json"];
    const runs = await Promise.all([start(args, hardManifests(40)).ended, start(args, hardManifests(40)).ended]);
    const [a, b] = runs.map(({ stdout }) => planResponseSchema.parse(JSON.parse(stdout)));
    assert.deepEqual(a!.nodes, b!.nodes);
    assert.deepEqual(a!.cost, b!.cost);
  });

  test("needs a NodePool, or takes the default one when told", async () => {
    const podsOnly = easyManifests().split("---\n").at(-1)!;
    const without = await start(["plan", "-f", "-", "-t", "0"], podsOnly).ended;
    assert.equal(without.code, 2);
    assert.match(without.stderr, /--default-node-pool/);
    const withIt = await start(["plan", "-f", "-", "-t", "0", "--default-node-pool"], podsOnly).ended;
    assert.equal(withIt.code, 0, withIt.stderr);
    assert.match(withIt.stdout, /default one stands in/);
  });

  test("tells a bad quantity on stderr with exit code 2", async () => {
    const { code, stderr, stdout } = await start(["plan", "-f", "-"], easyManifests().replace("cpu: 500m", "cpu: ten"))
      .ended;
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, /^error: .*web.*cpu.*ten/);
  });

  test("is interrupted in the middle of a search with exit code 130, at once", async () => {
    const { child, ended } = start(["plan", "-f", "-", "-t", "60s"], hardManifests(400));
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    const asked = performance.now();
    child.kill("SIGINT");
    const { code, stderr } = await ended;
    assert.deepEqual([code, stderr], [130, "interrupted\n"]);
    assert.ok(performance.now() - asked < 5_000);
  });

  test("a reader that leaves early is no error", async () => {
    const { child, ended } = start(["catalog", "-o", "json"]);
    child.stdout!.once("data", () => child.stdout!.destroy());
    const { code, stderr } = await ended;
    assert.deepEqual([code, stderr], [0, ""]);
  });

  test("serves until SIGTERM, finishing what is in work", async () => {
    const { child, ended, shows } = start(["serve", "--port", "0"]);
    const url = /http:\/\/\S+/.exec(await shows("Ctrl-C"))![0];
    assert.match(await (await fetch(`${url}/healthz`)).text(), /ok/);
    const inWork = await fetch(`${url}/v1/plan?timeLimit=1s`, {
      method: "POST",
      headers: { "content-type": "application/yaml", accept: "text/event-stream" },
      body: hardManifests(80),
    });
    child.kill("SIGTERM");
    assert.match(await inWork.text(), /event: plan\n/);
    const { code, stderr } = await ended;
    assert.equal(code, 0);
    for (const line of stderr.trim().split("\n")) JSON.parse(line);
    assert.match(stderr, /"msg":"stopped"/);
  });

  test("warns when it listens beyond this machine without a token", async () => {
    const { child, ended, shows } = start(["serve", "--port", "0", "--host", "0.0.0.0"]);
    await shows("Ctrl-C");
    child.kill("SIGTERM");
    assert.match((await ended).stderr, /without a token/);
  });

  test("says its version", async () => {
    const { version } = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as { version: string };
    const { stdout } = await start(["version"]).ended;
    assert.ok(stdout.startsWith(`plimsoll ${version} (Node v`), stdout);
  });
});
