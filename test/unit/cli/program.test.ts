/** The command line without a process: what it asks for, what it prints, how it ends. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, test } from "vitest";
import { parse } from "yaml";
import { PlimsollError } from "../../../src/domain/errors.ts";
import type { ServerOptions } from "../../../src/cli/runtime.ts";
import { bareRuntime, runInside, type CliRun, type CliRunOptions } from "../../support/cli-run.ts";
import { fakePlans, samplePlan, smallCatalog, untilAborted, type FakePlans } from "../api/http-fakes.ts";

const folder = mkdtempSync(join(tmpdir(), "plimsoll-cli-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, "a.yaml");
writeFileSync(file, "kind: Pod\n");

const fullPlan = { ...samplePlan, unschedulable: [], rejected: [] };

interface PlanRun extends CliRun {
  readonly plans: FakePlans;
  readonly closed: boolean;
  readonly opened: readonly (string | undefined)[];
}

async function plan(
  args: readonly string[],
  options: CliRunOptions = {},
  plans = fakePlans(() => Promise.resolve(fullPlan)),
): Promise<PlanRun> {
  let closed = false;
  const opened: (string | undefined)[] = [];
  const runtime = bareRuntime({
    openPlanner: ({ catalogPath }) => {
      opened.push(catalogPath);
      return Promise.resolve({
        plans,
        close: () => {
          closed = true;
          return Promise.resolve();
        },
      });
    },
  });
  return { ...(await runInside(["plan", ...args], runtime, options)), plans, closed, opened };
}

describe("plan", () => {
  test("passes the files on in order, each once, and closes the pool", async () => {
    const nested = join(folder, "tree");
    mkdirSync(join(nested, "sub"), { recursive: true });
    mkdirSync(join(nested, ".hidden"));
    for (const name of ["b.yml", "a.json", "sub/c.yaml", "notes.txt", ".hidden/d.yaml"])
      writeFileSync(join(nested, name), name);
    const run = await plan(["-f", file, nested, "-f", "-", "-f", file], { stdin: "from stdin" });
    assert.equal(run.code, 0, run.stderr);
    assert.deepEqual(
      run.plans.calls[0]!.sources.map(({ name, text }) => [name, text]),
      [
        [file, "kind: Pod\n"],
        [join(nested, "a.json"), "a.json"],
        [join(nested, "b.yml"), "b.yml"],
        [join(nested, "sub", "c.yaml"), "sub/c.yaml"],
        ["stdin", "from stdin"],
      ],
    );
    assert.ok(run.closed);
  });

  test("flags go before the environment, and the environment before the defaults", async () => {
    const env = { PLIMSOLL_TIME_LIMIT: "3s", PLIMSOLL_SEED: "9", PLIMSOLL_CATALOG: "x.json" };
    const run = await plan(["-f", file, "--time-limit", "500ms", "--strategy", "greedy"], { env });
    assert.deepEqual(run.plans.calls[0]!.options, {
      timeLimitMs: 500,
      workLimit: Number.POSITIVE_INFINITY,
      strategy: "greedy",
      seed: 9,
      defaultNodePool: false,
    });
    assert.deepEqual(run.opened, ["x.json"]);
  });

  test("a work limit alone stands for the clock", async () => {
    assert.equal((await plan(["-f", file, "-w", "500"])).plans.calls[0]!.options.timeLimitMs, Number.POSITIVE_INFINITY);
    assert.equal((await plan(["-f", file, "-w", "500", "-t", "2s"])).plans.calls[0]!.options.timeLimitMs, 2000);
  });

  test("prints JSON and YAML that hold the whole plan", async () => {
    assert.deepEqual(JSON.parse((await plan(["-f", file, "-o", "json"])).stdout), fullPlan);
    assert.deepEqual(parse((await plan(["-f", file, "-o", "yaml"])).stdout), fullPlan);
  });

  test("ends with 3 when pods are left or objects were rejected", async () => {
    assert.equal((await plan(["-f", file], {}, fakePlans())).code, 3);
    const rejectedOnly = fakePlans(() => Promise.resolve({ ...samplePlan, unschedulable: [] }));
    assert.equal((await plan(["-f", file], {}, rejectedOnly)).code, 3);
  });

  test("ends with 130 when it is interrupted, and closes the pool", async () => {
    const interrupt = new AbortController();
    const plans = fakePlans(untilAborted);
    const running = plan(["-f", file], { signal: interrupt.signal }, plans);
    while (plans.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    interrupt.abort();
    const run = await running;
    assert.deepEqual([run.code, run.stderr, run.closed], [130, "interrupted\n", true]);
  });

  test("tells an error with its hint on a line of its own, and no stack", async () => {
    const error = new PlimsollError(
      "input",
      "BAD_QUANTITY",
      'Pod default/web: cpu: "x" is not a quantity. Write 500m.',
      {
        object: "Pod default/web",
        hint: "Write 500m.",
      },
    );
    const run = await plan(
      ["-f", file],
      {},
      fakePlans(() => Promise.reject(error)),
    );
    assert.deepEqual([run.code, run.stdout], [2, ""]);
    assert.equal(run.stderr, 'error: Pod default/web: cpu: "x" is not a quantity\nhint: Write 500m.\n');
    const debug = await plan(
      ["-f", file, "--debug"],
      {},
      fakePlans(() => Promise.reject(error)),
    );
    assert.match(debug.stderr, /BAD_QUANTITY \(input\)[^]*\n {4}at /);
  });

  test("names the default pool where the input has none", async () => {
    const none = fakePlans(() =>
      Promise.reject(new PlimsollError("input", "NO_NODE_POOL", "no pool. Add one.", { hint: "Add one." })),
    );
    assert.match((await plan(["-f", file], {}, none)).stderr, /--default-node-pool/);
    assert.equal((await plan(["-f", file, "--default-node-pool"])).plans.calls[0]!.options.defaultNodePool, true);
  });

  test("ends with 1 for what is nobody's doing but ours", async () => {
    const run = await plan(
      ["-f", file],
      {},
      fakePlans(() => Promise.reject(new TypeError("oops"))),
    );
    assert.equal(run.code, 1);
    assert.match(run.stderr, /^error: oops\nhint: This is a bug/);
  });

  const wrong: Readonly<Record<string, readonly [args: readonly string[], says: RegExp]>> = {
    "no input": [[], /^error: plan: -f: there is nothing to plan for\nhint: .*-f FILE/],
    "a file that is not there": [["-f", "nope.yaml"], /^error: nope\.yaml: -f: there is no such file/],
    "a folder without manifests": [["-f", join(folder, "empty")], /has no \*\.yaml/],
    "a URL": [["-f", "https://example.com/a.yaml"], /curl -sS URL/],
    "a misspelled option": [["-f", file, "--time-limt", "1s"], /Did you mean --time-limit\?/],
    "a duration that is none": [["-f", file, "-t", "soon"], /--time-limit: "soon" is not a duration\nhint: .*500ms/],
    "a duration out of range": [["-f", file, "-t", "2h"], /--time-limit: "2h" is out of range\nhint: .*0s to 10m/],
    "a strategy that is none": [
      ["-f", file, "-s", "magic"],
      /--strategy: "magic".*\nhint: .*ilp, greedy, cluster-autoscaler/,
    ],
    "a seed that is none": [["-f", file, "--seed", "-1"], /--seed: "-1" is not a whole number/],
    "an output that is none": [["-f", file, "-o", "xml"], /Allowed choices are table, json, yaml/],
  };
  mkdirSync(join(folder, "empty"));
  for (const [name, [args, says]] of Object.entries(wrong)) {
    test(`refuses ${name} with exit code 2`, async () => {
      const run = await plan(args);
      assert.deepEqual([run.code, run.stdout], [2, ""], run.stderr);
      assert.match(run.stderr, says);
    });
  }
  test("a wrong variable is named as such", async () => {
    const run = await plan(["-f", file], { env: { PLIMSOLL_TIME_LIMIT: "soon" } });
    assert.equal(run.code, 2);
    assert.match(run.stderr, /^error: PLIMSOLL_TIME_LIMIT: "soon"/);
  });
});

describe("the table", () => {
  test("tells nodes, money, what is left and why, in plain text through a pipe", async () => {
    const { stdout } = await plan(["-f", file], {}, fakePlans());

    assert.doesNotMatch(stdout, /[\u001b\u2588]/);
    for (const line of [
      /^3 pods on 2 new nodes and 1 existing node, \$0\.2016 per hour, 1 pod left$/m,
      /^ {2}2 x {2}m7i\.large {2}us-east-1a {2}on-demand {4}0\.1008 {5}1 {2}#+\.+ {2}82% {2}#+\.+ {2}28%$/m,
      /^node-1 +m5\.large +us-east-1b +1/m,
      /^Cost +\$0\.2016\/h +\$147\.17 a month$/m,
      /^Lower bound +\$0\.2000\/h .*gap 0\.80%$/m,
      /^Greedy +\$0\.4032\/h {2}this plan saves 50\.0%, \$147\.17 a month$/m,
      /^ {2}batch\/huge-0\n {4}999 CPUs are more than any type has\.$/m,
      /^1 object rejected\n {2}Pod default\/bad: cpu: "x" is not a quantity\.$/m,
      /^Why this mix\n {2}- The m7i family/m,
      /2 Services/,
    ]) {
      assert.match(stdout, line);
    }
  });

  for (const columns of [80, 120, 200]) {
    test(`keeps to ${columns} columns on a terminal, with bars and colours`, async () => {
      const { stdout } = await plan(["-f", file, "--pods"], { columns }, fakePlans());
      assert.match(stdout, /\u001b\[/);
      assert.match(stdout, /█/);

      for (const line of stdout.replaceAll(/\u001b\[[0-9;]*m/g, "").split("\n"))
        assert.ok(line.length <= columns, line);
    });
  }

  test("has no colours when told so", async () => {
    for (const [args, env] of [
      [["--no-color"], {}],
      [[], { NO_COLOR: "1" }],
      [[], { TERM: "dumb" }],
    ] as const) {
      const { stdout } = await plan(["-f", file, ...args], { columns: 100, env }, fakePlans());

      assert.doesNotMatch(stdout, /\u001b/);
    }
  });

  test("a plan for nothing says so", async () => {
    const nothing = {
      ...fullPlan,
      nodes: [],
      existingNodes: [],
      cost: { hourlyUsd: 0, lowerBoundUsd: 0, gap: 0, greedyHourlyUsd: 0 },
    };
    assert.match(
      (
        await plan(
          ["-f", file],
          {},
          fakePlans(() => Promise.resolve(nothing)),
        )
      ).stdout,
      /^Nothing to place/,
    );
  });

  test("does not credit a saving against a greedy plan that placed fewer pods", async () => {
    const more = { ...fullPlan, solve: { ...fullPlan.solve, greedyUnplaced: 2 } };
    const { stdout } = await plan(
      ["-f", file],
      {},
      fakePlans(() => Promise.resolve(more)),
    );
    assert.match(stdout, /Greedy .*leaves 2 more pods without a place/);
  });
});

describe("serve", () => {
  async function serve(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<CliRun & { readonly options: ServerOptions | undefined; readonly stopped: boolean }> {
    let options: ServerOptions | undefined;
    let stopped = false;
    const runtime = bareRuntime({
      startServer: (given) => {
        options = given;
        return Promise.resolve({
          url: "http://127.0.0.1:1",
          stop: () => {
            stopped = true;
            return Promise.resolve();
          },
        });
      },
    });
    const run = await runInside(["serve", ...args], runtime, { env, signal: AbortSignal.abort() });
    return { ...run, options, stopped };
  }

  test("prints its address and stops when told", async () => {
    const run = await serve([]);
    assert.deepEqual([run.code, run.stopped], [0, true]);
    assert.match(run.stdout, /^Plimsoll is at http:\/\/127\.0\.0\.1:1 /);
    assert.equal(run.options!.settings.host, "127.0.0.1");
    assert.equal(run.options!.token, undefined);
  });

  test("looks for a free port only when none was asked for", async () => {
    assert.ok((await serve([])).options!.portsToTry > 1);
    assert.equal((await serve(["--port", "8080"])).options!.portsToTry, 1);
    assert.equal((await serve([], { PLIMSOLL_PORT: "9000" })).options!.portsToTry, 1);
  });

  test("reads the token from the environment or a file, and never shows it", async () => {
    const path = join(folder, "token");
    writeFileSync(path, "abcdefgh12345678\n");
    assert.equal((await serve([], { PLIMSOLL_TOKEN: "zyxwvuts87654321" })).options!.token, "zyxwvuts87654321");
    assert.equal((await serve(["--token-file", path])).options!.token, "abcdefgh12345678");
    for (const args of [
      ["--token", "has a space in it"],
      ["--token", "short"],
      ["--token-file", join(folder, "none")],
    ]) {
      const run = await serve(args);
      assert.equal(run.code, 2);
      assert.ok(!run.stderr.includes("has a space") && !run.stderr.includes("short\n"), run.stderr);
    }
  });

  test("reads sizes and durations with units", async () => {
    const { options } = await serve(["--max-body", "64MiB", "--drain-timeout", "2m"]);
    assert.deepEqual([options!.settings.maxBodyBytes, options!.settings.drainTimeoutMs], [64 * 2 ** 20, 120_000]);
    assert.match((await serve(["--max-body", "10"])).stderr, /--max-body: "10" is out of range\nhint: .*1KiB to 1GiB/);
  });
});

describe("catalog, version and the rest", () => {
  const runtime = bareRuntime({ openCatalog: () => Promise.resolve(smallCatalog) });

  test("catalog lists what matches", async () => {
    const run = await runInside(["catalog", "--arch", "amd64", "--capacity-type", "on-demand"], runtime);
    assert.equal(run.code, 0, run.stderr);
    assert.match(run.stdout, /^m7i\.large +amd64 +2 +8 +1\.92 +7\.9 +58 +0\.1008 +on-demand +us-east-1a,b$/m);
    assert.match(run.stdout, /^g5\.xlarge .*1 nvidia\.com\/gpu/m);
    assert.doesNotMatch(run.stdout, /c7g/);
    const json = JSON.parse((await runInside(["catalog", "c7g.*", "-o", "json"], runtime)).stdout) as { total: number };
    assert.equal(json.total, 1);
  });

  test("catalog refuses filters that are none", async () => {
    for (const args of [
      ["--min-memory", "lots"],
      ["--limit", "few"],
      ["--max-price", "cheap"],
      ["--sort", "luck"],
    ]) {
      const run = await runInside(["catalog", ...args], runtime);
      assert.deepEqual([run.code, run.stdout], [2, ""], args.join(" "));
    }
  });

  test("version, help, no command, and typing errors", async () => {
    assert.equal((await runInside(["version"], runtime)).stdout, "plimsoll 1.2.3 (test)\n");
    assert.equal((await runInside(["--version"], runtime)).stdout, "1.2.3\n");
    const help = await runInside(["--help"], runtime);
    assert.equal(help.code, 0);
    assert.match(help.stdout, /Exit codes:[^]*130/);
    assert.doesNotMatch(help.stdout, /controller|consolidate/);
    assert.equal((await runInside([], runtime)).code, 2);
    const typo = await runInside(["paln"], runtime);
    assert.equal(typo.code, 2);
    assert.match(typo.stderr, /Did you mean plan\?/);
  });

  test("commands of later versions answer that they are not there yet", async () => {
    for (const name of ["controller", "consolidate", "simulate", "savings", "bench"]) {
      const run = await runInside([name, "--any", "thing"], runtime);
      assert.equal(run.code, 2);
      assert.match(run.stderr, new RegExp(`^error: ${name}: not yet`));
    }
  });

  test("the help of plan, serve and catalog has examples, defaults and variables", async () => {
    for (const name of ["plan", "serve", "catalog"]) {
      const { stdout } = await runInside([name, "--help"], runtime);
      assert.match(stdout, /Examples:\n {2}/, name);
      assert.match(stdout, /env:\s+PLIMSOLL_CATALOG/, name);
    }
    assert.match((await runInside(["plan", "--help"], runtime)).stdout, /Exit codes: 0 /);
  });
});
