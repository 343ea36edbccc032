/** Files, folders and standard input to manifest texts. */
import { readFile, readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { ManifestSource } from "../api/plan-service.ts";
import { formatSize } from "../api/units.ts";
import { inputError, type PlimsollError } from "../domain/errors.ts";

/** More than any cluster; it keeps a wrong path from filling the memory. */
const MAX_BYTES = 256 * 2 ** 20;
const MAX_FILES = 10_000;

const MANIFEST_FILE = /\.(ya?ml|json)$/i;

/**
 * Reads what `-f` names, in that order, each file once. `-` is standard input; a folder stands for its `*.yaml`,
 * `*.yml` and `*.json`, subfolders included, in the order of their names; hidden ones and node_modules are left out.
 *
 * @throws PlimsollError (input) `FILE_NOT_FOUND`, `FILE_UNREADABLE`, `NO_MANIFESTS`, `TOO_LARGE`, `INVALID_ENCODING`
 */
export async function readSources(paths: readonly string[], stdin: Readable): Promise<ManifestSource[]> {
  const files = new Map<string, string>();
  const sources: ManifestSource[] = [];
  let bytes = 0;
  const add = (name: string, content: Uint8Array): void => {
    bytes += content.byteLength;
    if (bytes > MAX_BYTES) throw tooLarge(name);
    sources.push({ name, text: decode(name, content) });
  };
  for (const path of paths) {
    if (path === "-") {
      if (!files.has("-")) add("stdin", await readAll(stdin));
      files.set("-", "-");
      continue;
    }
    for (const file of await filesOf(path)) {
      const real = await realpath(file);
      if (files.has(real)) continue;
      files.set(real, file);
      if ((await stat(real)).size > MAX_BYTES) throw tooLarge(file);
      try {
        add(file, await readFile(real));
      } catch (error) {
        throw unreadable(file, error);
      }
    }
  }
  return sources;
}

async function filesOf(path: string): Promise<readonly string[]> {
  if (/^https?:\/\//i.test(path)) {
    throw fileError("FILE_NOT_FOUND", path, "Plimsoll reads no URLs", "Use: curl -sS URL | plimsoll plan -f -");
  }
  let isFolder: boolean;
  try {
    isFolder = (await stat(path)).isDirectory();
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")) {
      throw fileError(
        "FILE_NOT_FOUND",
        path,
        "there is no such file or folder",
        "Check the path; - reads standard input.",
        error,
      );
    }
    throw unreadable(path, error);
  }
  if (!isFolder) return [path];
  const files: string[] = [];
  await collect(path, files);
  if (files.length > 0) return files;
  const hint = "Name the files, or another folder.";
  throw fileError("NO_MANIFESTS", path, "the folder has no *.yaml, *.yml or *.json file", hint);
}

async function collect(folder: string, files: string[]): Promise<void> {
  let entries;
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    throw unreadable(folder, error);
  }
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
    const path = join(folder, entry.name);
    // A link is followed to a file but not to a folder, so that no circle is walked.
    if (entry.isDirectory()) await collect(path, files);
    else if (MANIFEST_FILE.test(entry.name) && (entry.isFile() || (await stat(path)).isFile())) files.push(path);
    if (files.length > MAX_FILES) {
      const hint = "Name a smaller folder.";
      throw fileError("NO_MANIFESTS", folder, `the folder has more than ${String(MAX_FILES)} manifests`, hint);
    }
  }
}

async function readAll(stdin: Readable): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stdin as AsyncIterable<Buffer | string>) {
    const buffer = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    bytes += buffer.length;
    if (bytes > MAX_BYTES) throw tooLarge("stdin");
    chunks.push(buffer);
  }
  return Buffer.concat(chunks);
}

function decode(name: string, content: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch (error) {
    throw fileError("INVALID_ENCODING", name, "it is not UTF-8 text", "Save it as UTF-8, or leave it out.", error);
  }
}

function tooLarge(name: string): PlimsollError {
  const hint = "Write pods as workloads with replicas, or plan for a part.";
  return fileError("TOO_LARGE", name, `the input is larger than ${formatSize(MAX_BYTES)}`, hint);
}

function unreadable(name: string, cause: unknown): unknown {
  if (cause instanceof Error && "kind" in cause) return cause;
  const why = cause instanceof Error ? cause.message : String(cause);
  return fileError("FILE_UNREADABLE", name, `it cannot be read (${why})`, "Check its permissions.", cause);
}

function fileError(code: string, path: string, problem: string, hint: string, cause?: unknown): PlimsollError {
  return inputError(code, problem, { object: path, field: "-f", value: path, hint }, cause);
}
