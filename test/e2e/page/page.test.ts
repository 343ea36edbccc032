/** The page in a real browser, served by the real app, around a plan service that answers what the test says. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, test } from "vitest";
import type { Browser, Page } from "playwright-core";
import { PlimsollError } from "../../../src/domain/errors.ts";
import type { PlanCall } from "../../../src/api/plan-service.ts";
import type { PlanResponse } from "../../../src/api/plan-response.ts";
import { node, planOf, podNames } from "../../support/plan-response.ts";
import { cannedPlans, startApp, type CannedPlans, type TestApp } from "./app.ts";
import { launchBrowser, visit, type Visit } from "./browser.ts";

let browser: Browser;
let app: TestApp;
let plans: CannedPlans;
let open: Visit[] = [];

beforeAll(async () => {
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser.close();
});

beforeEach(async () => {
  plans = cannedPlans(planOf([node(podNames(3))]));
  app = await startApp(plans);
});

afterEach(async () => {
  await Promise.all(open.map((visited) => visited.close()));
  open = [];
  await app.close();
});

async function go(options: Parameters<typeof visit>[2] = {}, path = ""): Promise<Visit> {
  const visited = await visit(browser, app.url + path, options);
  open.push(visited);
  await hasManifests(visited.page);
  return visited;
}

/** Waits until the first example's manifests are there. */
const hasManifests = (page: Page): Promise<unknown> =>
  page.waitForFunction(() => document.querySelector<HTMLTextAreaElement>("#editor")?.value !== "");

async function plan(page: Page): Promise<void> {
  await page.click("#plan");
  await page.waitForSelector(".bill, .problem");
  await page.waitForSelector("#progress", { state: "hidden" });
}

const answer = (response: PlanResponse): void => {
  plans.answer = () => Promise.resolve(response);
};

const textOf = async (page: Page, selector: string): Promise<string> =>
  ((await page.locator(selector).first().textContent()) ?? "").replaceAll(/\s+/g, " ");

/** Relative luminance contrast of an element's text against the nearest ground that is not transparent. */
const contrast = (page: Page, selector: string): Promise<number> =>
  page
    .locator(selector)
    .first()
    .evaluate((element) => {
      const channels = (color: string): number[] => (color.match(/[\d.]+/g) ?? []).map(Number);
      const luminance = (color: string): number => {
        const [r = 0, g = 0, b = 0] = channels(color).map((c) => {
          const share = c / 255;
          return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      let ground: Element | null = element;
      while (ground !== null && (channels(getComputedStyle(ground).backgroundColor)[3] ?? 1) < 1)
        ground = ground.parentElement;
      const back = ground === null ? "rgb(255, 255, 255)" : getComputedStyle(ground).backgroundColor;
      const [high = 1, low = 1] = [luminance(getComputedStyle(element).color), luminance(back)].sort((a, b) => b - a);
      return (high + 0.05) / (low + 0.05);
    });

describe("the page", () => {
  test("loads with the examples and the catalogue, and has nothing to complain about", async () => {
    const { page, complaints } = await go();
    assert.equal(await page.title(), "Plimsoll · the cheapest fleet for your pods");
    assert.ok((await page.locator("#example option").count()) >= 5);
    assert.match(await textOf(page, "#catalog"), /[\d,]{5,} EC2 types in us-east-1, prices of 20\d\d-/);
    assert.match(await page.inputValue("#editor"), /kind: NodePool/);
    assert.deepEqual(complaints, []);
  });

  test("is served with a policy that forbids inline scripts and other origins", async () => {
    const response = await fetch(app.url);
    const policy = response.headers.get("content-security-policy") ?? "";
    assert.match(policy, /script-src 'self'(;|$)/);
    assert.doesNotMatch(policy, /unsafe/);
  });

  test("asks for what was chosen and shows the bill against greedy and the bound", async () => {
    const { page, complaints } = await go();
    await page.selectOption("#time-limit", "3000");
    await page.getByText("Cluster Autoscaler").click();
    await page.keyboard.press("Control+Enter");
    await page.waitForSelector(".bill");
    const asked = plans.asked[0];
    assert.equal(asked?.options.timeLimitMs, 3000);
    assert.equal(asked.options.strategy, "cluster-autoscaler");
    assert.equal(asked.sources[0]?.name, "online-boutique.yaml");
    const bill = await textOf(page, ".bill");
    assert.match(bill, /\$0\.116 an hour/);
    assert.match(bill, /1 new node for 3 pods/);
    assert.match(bill, /at most 0\.5% above the least possible/);
    assert.match(bill, /Saves \$42\.31 a month \(33%\)/);
    const widths = await page.$$eval(".bar-fill", (bars) => bars.map((bar) => bar.getBoundingClientRect().width));
    assert.ok(Math.abs((widths[1] ?? 0) / (widths[0] ?? 1) - 1 / 1.5) < 0.01, `bars ${widths.join(", ")}`);
    assert.deepEqual(complaints, []);
  });

  test("says that a plan is proven when cost and bound meet", async () => {
    const base = planOf([node(podNames(3))]);
    const { hourlyUsd } = base.cost;
    answer({
      ...base,
      cost: { ...base.cost, lowerBoundUsd: hourlyUsd, gap: 0 },
      solve: { ...base.solve, status: "optimal", stop: "proven" },
    });
    const { page } = await go();
    await plan(page);
    assert.equal(await textOf(page, ".verdict"), "proven optimal");
  });

  test("draws equal nodes once, with a count, and opens one with its pods and alternates", async () => {
    answer(
      planOf([
        node(podNames(3)),
        node(podNames(3, "more"), { zone: "us-east-1b" }),
        node(podNames(1, "last"), { instanceType: "c7a.medium" }),
      ]),
    );
    const { page } = await go();
    await plan(page);
    assert.equal(await page.locator(".tile").count(), 2);
    assert.equal(await textOf(page, ".tile-count"), "×2");
    assert.equal(await page.locator(".tile").first().locator(".pod").count(), 6);
    await page.locator(".tile").first().click();
    const dialog = await textOf(page, "dialog[open]");
    assert.match(dialog, /2 × m7a\.large/);
    assert.match(dialog, /us-east-1a, us-east-1b/);
    assert.match(dialog, /m7i\.large us-east-1b on-demand|m7i\.largeus-east-1bon-demand/);
    assert.match(dialog, /500m CPU · 1 GiB/);
    await page.keyboard.press("Escape");
    assert.equal(await page.locator("dialog").count(), 0);
  });

  test("names pods on hover and to the keyboard", async () => {
    const { page } = await go();
    await plan(page);
    await page.locator(".pod").first().hover();
    assert.match(await textOf(page, "#tip"), /shop\/web-0.*500m CPU · 1 GiB/);
    await page.locator(".tile").first().focus();
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    assert.match(await textOf(page, "#status"), /shop\/web-0, 500m CPU · 1 GiB/);
  });

  test("draws what existing nodes receive", async () => {
    answer(
      planOf([], {
        cost: { hourlyUsd: 0, lowerBoundUsd: 0, gap: 0, greedyHourlyUsd: 0 },
        existingNodes: [
          {
            name: "ip-10-0-1-2.ec2.internal",
            pods: podNames(2),
            instanceType: "m5.large",
            zone: "us-east-1a",
            allocatable: { cpu: "1930m", memory: "6903Mi" },
            used: { cpu: "250m", memory: "120Mi" },
            requests: { cpu: "1", memory: "2Gi" },
          },
        ],
        workloads: [
          { owner: "Deployment/web", namespace: "shop", requests: { cpu: "500m", memory: "1Gi" }, pods: podNames(2) },
        ],
      }),
    );
    const { page } = await go();
    await plan(page);
    assert.match(await textOf(page, ".bill"), /0 new nodes.*2 pods on nodes you have.*nothing to buy/);
    assert.match(await textOf(page, ".tile.existing"), /ip-10-0-1-2\.ec2\.internal.*2 pods/);
    assert.match(await textOf(page, ".tank-share"), /65%/);
  });

  test("shows every pod left out with its reason, alike ones together, and objects refused with field and hint", async () => {
    answer(
      planOf([node(podNames(3))], {
        unschedulable: [
          ...podNames(3, "db").map((pod) => ({
            pod,
            code: "VOLUMES",
            reason: `${pod} mounts claim data-${pod.slice(5)}: volumes are not understood yet.`,
          })),
          { pod: "shop/big-0", code: "TOO_BIG", reason: "asks for 900 CPU; the largest machine has 448." },
        ],
        rejected: [
          {
            kind: "Deployment",
            name: "shop/broken",
            code: "INVALID_QUANTITY",
            message: "Deployment shop/broken: cpu is not a quantity.",
            field: "spec.cpu",
            value: "1O0m",
            hint: "Write 100m.",
            source: "a.yaml:7",
          },
        ],
        ignored: { Service: 4 },
      }),
    );
    const { page } = await go();
    await plan(page);
    assert.equal(await page.locator(".unplaced .reasons > li").count(), 2);
    assert.match(
      await textOf(page, ".unplaced"),
      /4 pods left out.*volumes are not understood yet.*db-0, shop\/db-1, shop\/db-2.*asks for 900 CPU.*TOO_BIG.*shop\/big-0/,
    );
    assert.match(
      await textOf(page, ".rejected"),
      /1 object not used.*Write 100m\..*Deployment shop\/broken.*spec\.cpu.*1O0m.*a\.yaml:7/,
    );
    assert.match(await textOf(page, ".ending"), /Service ×4/);
  });

  test("keeps hostile names as text", async () => {
    const evil = `shop/<img src=x onerror="window.hacked=1">`;
    const script = `<script>window.hacked=2</script>`;
    answer(
      planOf([node([evil], { instanceType: script, nodePool: `"><svg onload="window.hacked=3">`, zone: script })], {
        workloads: [
          {
            owner: `Deployment/${script}`,
            namespace: "shop",
            requests: { cpu: "500m", memory: "1Gi", [script]: "1" },
            pods: [evil],
          },
        ],
        unschedulable: [{ pod: evil, code: script, reason: `${evil} ${script}` }],
        rejected: [
          {
            kind: script,
            name: evil,
            code: script,
            message: script,
            field: script,
            value: script,
            hint: script,
            source: script,
          },
        ],
        ignored: { [script]: 1, constructor: 2 },
        explanation: [`javascript:window.hacked=4 ${script}`],
      }),
    );
    const { page, complaints } = await go();
    await page.setInputFiles("#upload", {
      name: `<img src=x onerror="window.hacked=5">.yaml`,
      mimeType: "text/yaml",
      buffer: Buffer.from("kind: List"),
    });
    await plan(page);
    await page.locator(".tile").first().click();
    await page.locator("dialog[open] details summary").first().click();
    assert.match(await textOf(page, ".unplaced"), /<img src=x onerror="window\.hacked=1">/);
    assert.equal(await page.locator("img, main script, dialog script").count(), 0);
    assert.equal(await page.evaluate(() => (window as unknown as { hacked?: unknown }).hacked), undefined);
    assert.deepEqual(complaints, []);
  });

  test("shows an error with object, field, value and hint, and no stale plan", async () => {
    const { page } = await go();
    await plan(page);
    plans.answer = () =>
      Promise.reject(
        new PlimsollError(
          "input",
          "INVALID_SNAPSHOT",
          'NodePool default: spec.limits.cpu "many" is not a quantity. Write a number.',
          {
            object: "NodePool default",
            field: "spec.limits.cpu",
            value: "many",
            hint: "Write a number.",
            source: "pools.yaml:4",
          },
        ),
      );
    await page.click("#plan");
    await page.waitForSelector(".problem");
    assert.match(
      await textOf(page, ".problem"),
      /No plan.*not a quantity\. Write a number\..*NodePool default.*spec\.limits\.cpu.*many.*pools\.yaml:4.*INVALID_SNAPSHOT/,
    );
    assert.equal(await page.locator(".bill").count(), 0);
    assert.equal(await page.locator(".problem").getAttribute("role"), "alert");
  });

  test("says so when there is nothing to plan, without asking the server", async () => {
    const { page } = await go();
    await page.fill("#editor", "   ");
    await page.click("#plan");
    assert.match(await textOf(page, ".problem"), /There are no manifests yet/);
    assert.equal(plans.asked.length, 0);
  });

  test("shows progress, and cancelling frees the server", async () => {
    let call: PlanCall | undefined;
    const aborted = new Promise<void>((resolve) => {
      plans.answer = (given) => {
        call = given;
        call?.onProgress?.({ phase: "polish", elapsedMs: 500, hourlyUsd: 2.5, lowerBoundUsd: 2 });
        return new Promise((_, reject) => {
          given?.signal?.addEventListener("abort", () => {
            resolve();
            reject(new PlimsollError("transient", "ABORTED", "request: cancelled. Ask again.", {}));
          });
        });
      };
    });
    const { page, complaints } = await go();
    await page.click("#plan");
    await page.getByText("Polishing").waitFor();
    assert.match(await textOf(page, "#progress-text"), /Polishing · best \$2\.500\/h · bound \$2\.000\/h · gap 25%/);
    assert.equal(await page.isDisabled("#plan"), true);
    await page.click("#cancel");
    await aborted;
    await page.waitForSelector("#progress", { state: "hidden" });
    assert.equal(await textOf(page, "#status"), "Cancelled.");
    assert.equal(await page.isDisabled("#plan"), false);
    assert.equal(await page.locator(".problem").count(), 0);
    assert.deepEqual(complaints, []);
  });

  test("takes several files, and plans them under their names", async () => {
    const { page } = await go();
    const file = (name: string, text: string): { name: string; mimeType: string; buffer: Buffer } => ({
      name,
      mimeType: "text/yaml",
      buffer: Buffer.from(text),
    });
    await page.fill("#editor", "");
    await page.setInputFiles("#upload", [
      file("pools.yaml", "kind: NodePool"),
      file("apps.yaml", "kind: Deployment"),
      file("extra.yaml", "kind: Job"),
    ]);
    await page.getByRole("button", { name: "extra.yaml", exact: true }).waitFor();
    assert.equal(await page.locator(".file").count(), 3);
    await page.getByLabel("Remove extra.yaml").click();
    await page.getByRole("button", { name: "pools.yaml", exact: true }).click();
    assert.equal(await page.inputValue("#editor"), "kind: NodePool");
    await plan(page);
    assert.deepEqual(plans.asked[0]?.sources, [
      { name: "pools.yaml", text: "kind: NodePool" },
      { name: "apps.yaml", text: "kind: Deployment" },
    ]);
  });

  test("gives the plan as a file", async () => {
    const { page } = await go();
    await plan(page);
    const [download] = await Promise.all([page.waitForEvent("download"), page.click("text=Download JSON")]);
    const saved = JSON.parse(await readFile(await download.path(), "utf8")) as PlanResponse;
    assert.deepEqual(saved, planOf([node(podNames(3))]));
  });

  test("draws 320 different nodes a page at a time", async () => {
    const nodes = Array.from({ length: 320 }, (_, i) =>
      node(podNames(1 + (i % 3), `w${String(i)}`), { instanceType: `m7a.${String(i)}` }),
    );
    answer(planOf(nodes));
    const { page } = await go();
    await plan(page);
    assert.equal(await page.locator(".tile").count(), 60);
    for (let i = 0; i < 5; i++) await page.click("text=/Show \\d+ more/");
    assert.equal(await page.locator(".tile").count(), 320);
    assert.equal(await page.locator("text=/Show \\d+ more/").isVisible(), false);
  });

  test("asks for the server's token and goes on with it", async () => {
    await app.close();
    app = await startApp(plans, "correct-horse");
    const visited = await visit(browser, app.url);
    open.push(visited);
    await visited.page.fill("#token", "correct-horse");
    await visited.page.click("text=Use it");
    await hasManifests(visited.page);
    await plan(visited.page);
    assert.equal(plans.asked.length, 1);
  });

  test("fits a phone: nothing is wider than 380 pixels, and the plan comes into view", async () => {
    answer(
      planOf([node(podNames(3)), node(podNames(2, "b"), { instanceType: "u7in-24tb.224xlarge" })], {
        unschedulable: [{ pod: `shop/${"long".repeat(30)}`, code: "X", reason: "x".repeat(300) }],
      }),
    );
    const { page } = await go({ viewport: { width: 380, height: 800 } });
    await plan(page);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 380);
    const top = await page.locator(".bill").evaluate((bill) => bill.getBoundingClientRect().top);
    assert.ok(top < 800, `the bill is at ${String(top)}`);
    await page.locator(".tile").first().click();
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 380);
  });

  for (const colorScheme of ["light", "dark"] as const) {
    test(`is readable in ${colorScheme}`, async () => {
      answer(planOf([node(podNames(3))], { unschedulable: [{ pod: "shop/a", code: "X", reason: "why" }] }));
      const { page } = await go({ colorScheme });
      await plan(page);
      const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      assert.equal(ground, colorScheme === "dark" ? "rgb(12, 23, 33)" : "rgb(244, 241, 232)");
      for (const selector of [
        ".tagline",
        "#example-note",
        "#plan",
        ".price",
        ".price-month",
        ".bars dt",
        ".tile-foot",
        ".reason",
        ".unplaced .code",
        ".note",
        ".segments span",
      ]) {
        const ratio = await contrast(page, selector);
        assert.ok(ratio >= 4.5, `${selector}: contrast ${ratio.toFixed(2)}`);
      }
    });
  }

  test("gives every control a name and every id once", async () => {
    const { page } = await go();
    await plan(page);
    const faults = await page.evaluate(() => {
      const found: string[] = [];
      for (const control of document.querySelectorAll("button, input, select, textarea, a")) {
        // What a field holds is no name for it; what a button or link says is.
        const words =
          control instanceof HTMLInputElement ||
          control instanceof HTMLSelectElement ||
          control instanceof HTMLTextAreaElement
            ? [...(control.labels ?? [])].map((label) => label.textContent).join("")
            : control.textContent;
        const name = `${control.getAttribute("aria-label") ?? ""}${words}`.trim();
        if (name === "") found.push(control.outerHTML.slice(0, 120));
      }
      const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
      return [...found, ...ids.filter((id, i) => ids.indexOf(id) !== i)];
    });
    assert.deepEqual(faults, []);
  });
});
