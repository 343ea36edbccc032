#!/usr/bin/env node
/** argv to the command line. */
import { readFileSync } from "node:fs";
import * as module from "node:module";
import process from "node:process";
import type { CliRuntime } from "./cli/runtime.ts";

// Half of a short command's time goes into compiling the same modules again. Before they are loaded, hence the imports
// below; Deno has a cache of its own.
if ("enableCompileCache" in module) {
  const { directory } = module.enableCompileCache();
  // The solver's thread looks here.
  if (directory !== undefined) process.env["NODE_COMPILE_CACHE"] ??= directory;
}

const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");
const { version } = JSON.parse(manifest) as { version: string };
const interrupt = new AbortController();

const runtime: CliRuntime = {
  version,
  platform: "Deno" in globalThis ? `Deno, Node API ${process.version}` : `Node ${process.version}`,
  openPlanner: async (options) =>
    (await import("./compose.ts")).createPlimsoll({ ...options, maxQueue: options.searches }),
  openCatalog: async (path) => (await import("./compose.ts")).openCatalog(path),
  startServer: async (options) => (await import("./compose.ts")).startServer({ ...options, version }),
};

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    // The second time somebody means it.
    if (interrupt.signal.aborted) process.exit(130);
    interrupt.abort(new Error(signal));
  });
}
// `plimsoll plan | head`: a reader that has left is no error.
process.stdout.on("error", (error: Error & { code?: string }) => {
  if (error.code !== "EPIPE") throw error;
});

const { runCli } = await import("./cli/program.ts");
process.exitCode = await runCli(process.argv.slice(2), runtime, {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  signal: interrupt.signal,
});
