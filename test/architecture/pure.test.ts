/** Pure folders have no platform: what does I/O, or reads the clock, does not compile there. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const PURE = ["solver", "src/domain", "src/scheduling", "src/disruption"].filter((folder) =>
  existsSync(join(root, folder)),
);

const PLATFORM_GLOBALS = [
  "AbortSignal",
  "Buffer",
  "Deno",
  "console",
  "crypto",
  "document",
  "fetch",
  "localStorage",
  "performance",
  "process",
  "queueMicrotask",
  "require",
  "setInterval",
  "setTimeout",
  "structuredClone",
  "TextDecoder",
  "URL",
  "Worker",
];

/** Type-checks one source as if it stood in `folder`, under that folder's own tsconfig.json. */
function complaints(folder: string, source: string): string[] {
  const config = join(root, folder, "tsconfig.json");
  const { options, fileNames } = ts.getParsedCommandLineOfConfigFile(config, undefined, {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
      throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"));
    },
  })!;
  assert.ok(fileNames.length > 0, `${config} covers no file`);
  const path = join(root, folder, "probe.ts");
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === path || fileExists.call(host, name);
  host.getSourceFile = (name, ...rest) =>
    name === path ? ts.createSourceFile(name, source, ts.ScriptTarget.ES2023) : getSourceFile.call(host, name, ...rest);
  const program = ts.createProgram([path], options, host);
  return ts
    .getPreEmitDiagnostics(program, program.getSourceFile(path))
    .map((diagnostic) => ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"));
}

describe.each(PURE)("%s", (folder) => {
  test("knows no global of a platform", () => {
    const source = PLATFORM_GLOBALS.map((name, index) => `export const v${index} = ${name};`).join("\n");
    const unknown = complaints(folder, source);
    const known = PLATFORM_GLOBALS.filter((name) => !unknown.some((message) => message.includes(`'${name}'`)));
    assert.deepEqual(known, []);
  });

  test("knows the language", () => {
    assert.deepEqual(complaints(folder, "export const a = new Map([[1, Math.max(1, 2)]]).get(1)?.toFixed(2);"), []);
  });
});
