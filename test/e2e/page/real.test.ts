/** The page on the whole product: real solver threads, real catalogue, every example from manifests to picture. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, test } from "vitest";
import type { Browser } from "playwright-core";
import { createPlimsoll, type Plimsoll } from "../../../src/compose.ts";
import { startApp, type TestApp } from "./app.ts";
import { launchBrowser, visit } from "./browser.ts";

interface Example {
  readonly id: string;
  readonly title: string;
}

const examples = JSON.parse(
  await readFile(new URL("../../../examples/index.json", import.meta.url), "utf8"),
) as readonly Example[];

/** Pods that an example leaves out on purpose; the rest are planned in full. */
const LEFT_OUT: ReadonlyMap<string, RegExp> = new Map();

describe("the page on the real solver", () => {
  let browser: Browser;
  let plimsoll: Plimsoll;
  let app: TestApp;

  beforeAll(async () => {
    [browser, plimsoll] = await Promise.all([launchBrowser(), createPlimsoll({ workers: 1 })]);
    app = await startApp(plimsoll.plans);
  });

  afterAll(async () => {
    await Promise.all([browser.close(), app.close()]);
    await plimsoll.close();
  });

  test.each(examples.map(({ id, title }) => [title, id] as const))("%s", async (_title, id) => {
    const { page, complaints, close } = await visit(browser, `${app.url}#example=${id}`);
    await page.waitForFunction(() => document.querySelector<HTMLTextAreaElement>("#editor")?.value !== "");
    await page.keyboard.press("Control+Enter");
    await page.locator(".bill, .problem").first().waitFor();
    assert.equal(await page.locator(".problem").count(), 0, await page.locator("#problem").innerText());
    assert.match((await page.locator(".price").textContent()) ?? "", /^\$\d+\.\d+ an hour/);
    assert.ok((await page.locator(".tile").count()) >= 1);
    assert.ok((await page.locator(".pod").count()) >= 2);
    const left = LEFT_OUT.get(id);
    const unplaced = (await page.locator(".unplaced").allTextContents()).join(" ");
    if (left === undefined) assert.equal(unplaced, "");
    else assert.match(unplaced, left);
    assert.equal(await page.locator(".rejected").count(), 0);
    assert.deepEqual(complaints, []);
    await close();
  });
});
