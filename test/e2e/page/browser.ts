/** A headless Chromium for the page tests, which records everything that a visitor's console would show. */
import process from "node:process";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";

/** A page and what its console, its exceptions and its content policy said. */
export interface Visit {
  readonly page: Page;
  /** Errors, warnings, exceptions and policy violations, one line each. */
  readonly complaints: string[];
  close(): Promise<void>;
}

/** Starts Chromium without anything that would reach out by itself. */
export async function launchBrowser(): Promise<Browser> {
  // vitest.config.js looked for it.
  const executablePath = process.env["PLIMSOLL_CHROMIUM"] ?? "";
  if (executablePath === "") throw new Error("no Chromium: install `chromium`, or set PLIMSOLL_CHROMIUM");
  return await chromium.launch({
    executablePath,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** Opens `url`, and waits until the page has its examples. */
export async function visit(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning")
      complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`exception: ${error.message}`));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  await page.goto(url);
  return { page, complaints, close: () => context.close() };
}
