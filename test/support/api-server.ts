/** The real server on a free port of the loopback address, on whatever runtime the tests run. */
import { type RunningServer, startServer } from "../../src/compose.ts";
import { readSettings, SERVE_SETTINGS, type ServeSettings } from "../../src/api/settings.ts";

/** Default settings but for a free port, silence, and `change`. */
export function startTestServer(change: Partial<ServeSettings> = {}): Promise<RunningServer> {
  const settings = { ...readSettings(SERVE_SETTINGS, { port: "0", logLevel: "silent" }, {}), workers: 1, ...change };
  return startServer({ settings, token: settings.token, portsToTry: 1, catalogPath: undefined, version: "test" });
}

/** Waits for /readyz. */
export async function untilReady(url: string): Promise<void> {
  for (let i = 0; i < 200; i++) {
    const response = await fetch(`${url}/readyz`);
    await response.text();
    if (response.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("the server did not become ready within 10 s");
}

/** The value of one metric without labels. */
export async function metric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const value = new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1];
  if (value === undefined) throw new Error(`no metric ${name}`);
  return Number(value);
}
