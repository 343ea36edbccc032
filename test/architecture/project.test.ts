/** What the project says about itself in several places is the same everywhere. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const read = (path: string): string => readFileSync(root + path, "utf8");
const json = (path: string): unknown => JSON.parse(read(path));

interface Manifest {
  readonly license: string;
  readonly version: string;
}

test("the licence is GPL-3.0-or-later, in package.json, in the lock file and as a text", () => {
  const { license } = json("package.json") as Manifest;
  const lock = json("package-lock.json") as { packages: Record<string, Manifest> };
  assert.equal(license, "GPL-3.0-or-later");
  assert.equal(lock.packages[""]?.license, license);
  const text = read("LICENSE");
  assert.match(text, /GNU GENERAL PUBLIC LICENSE\s+Version 3, 29 June 2007/);
  assert.match(text, /END OF TERMS AND CONDITIONS/);
});

test("the lock file names no registry: anybody installs from their own", () => {
  const lock = json("package-lock.json") as { packages: Record<string, { resolved?: string }> };
  const resolved = Object.entries(lock.packages).filter(([, entry]) => entry.resolved !== undefined);
  assert.deepEqual(resolved, []);
});

test("the lock file and package.json have one version", () => {
  const lock = json("package-lock.json") as Manifest;
  assert.equal(lock.version, (json("package.json") as Manifest).version);
});
