/** `plimsoll serve`: the page and the HTTP API, until it is told to stop. */
import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { CATALOG_SETTINGS, SERVE_SETTINGS, type ServeSettings } from "../api/settings.ts";
import { inputError } from "../domain/errors.ts";
import { addSettings, settingsFrom, typedSettings } from "./options.ts";
import type { CliRuntime } from "./runtime.ts";
import { write, type CliIo } from "./terminal.ts";

/** Ports after the usual one that are tried when it is taken. */
const PORTS_TO_TRY = 20;

/** Adds the subcommand. */
export function addServeCommand(program: Command, runtime: CliRuntime, io: CliIo): void {
  const command = program
    .command("serve")
    .summary("serve the page and the HTTP API")
    .description("Serves the page at / and the HTTP API (docs at /docs) until SIGINT or SIGTERM.");
  addSettings(command, SERVE_SETTINGS);
  addSettings(command, CATALOG_SETTINGS);
  command
    .addHelpText(
      "after",
      `
Examples:
  plimsoll serve                                      the page on http://127.0.0.1:8080
  PLIMSOLL_TOKEN=... plimsoll serve --host 0.0.0.0    for others, with a token
  curl -sS http://127.0.0.1:8080/v1/plan -H 'Content-Type: application/yaml' --data-binary @manifests.yaml

Exit codes: 0 stopped by a signal after finishing what was in work; 2 bad usage or the port is taken; 1 internal error.`,
    )
    .action(async (options: Readonly<Record<string, unknown>>) => {
      const settings = settingsFrom(SERVE_SETTINGS, options, io.env);
      const { catalog } = settingsFrom(CATALOG_SETTINGS, options, io.env);
      const asked = typedSettings(SERVE_SETTINGS, options).port ?? io.env[SERVE_SETTINGS.port.env] ?? "";
      const token = await readToken(settings);
      const server = await runtime.startServer({
        settings,
        token,
        catalogPath: catalog,
        portsToTry: asked === "" ? PORTS_TO_TRY : 1,
      });
      await write(io.stdout, `Plimsoll is at ${server.url} (API docs at ${server.url}/docs); Ctrl-C stops it\n`);
      await untilAborted(io.signal);
      await server.stop();
    });
}

async function readToken(settings: ServeSettings): Promise<string | undefined> {
  const { token, tokenFile } = settings;
  if (token !== undefined && tokenFile !== undefined) {
    const hint = "Give one of them.";
    throw inputError("INVALID_SETTING", "both a token and a token file are given", {
      object: "--token-file",
      value: tokenFile,
      hint,
    });
  }
  if (tokenFile === undefined) return token === undefined ? undefined : checkToken(token, "--token");
  let text: string;
  try {
    text = await readFile(tokenFile, "utf8");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const hint = "Check the path and its permissions.";
    throw inputError(
      "FILE_UNREADABLE",
      `it cannot be read (${why})`,
      { object: "--token-file", value: tokenFile, hint },
      error,
    );
  }
  return checkToken(text.trim(), "--token-file");
}

/** What a header can carry; the token itself is never shown. */
function checkToken(token: string, object: string): string {
  if (/^[\x21-\x7e]{8,4096}$/.test(token)) return token;
  const hint = "Use 8 or more printable ASCII characters without spaces, e.g. from: openssl rand -hex 24";
  throw inputError("INVALID_SETTING", "the token cannot be used", { object, value: "(hidden)", hint });
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
