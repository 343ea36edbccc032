/** Whether the bootstrap sees that packages are missing or out of date. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "vitest";
import { isInstalled } from "../../../scripts/installed.mjs";

let root = "";
beforeEach(() => (root = mkdtempSync(join(tmpdir(), "plimsoll-installed-"))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

const WANTED = {
  "": { version: "1.0.0" },
  "node_modules/a": { version: "1.0.0" },
  "node_modules/b": { version: "2.0.0" },
  "node_modules/other-platform": { version: "1.0.0", optional: true },
};

function write(wanted: object, installed?: object): void {
  writeFileSync(join(root, "package-lock.json"), JSON.stringify({ packages: wanted }));
  if (installed === undefined) return;
  mkdirSync(join(root, "node_modules"));
  writeFileSync(join(root, "node_modules", ".package-lock.json"), JSON.stringify({ packages: installed }));
}

test("nothing is installed in a fresh clone, nor after an install that was cut off", () => {
  write(WANTED);
  assert.equal(isInstalled(root), false);
  mkdirSync(join(root, "node_modules"));
  assert.equal(isInstalled(root), false);
});

test("all there, but a package of another platform", () => {
  write(WANTED, { "node_modules/a": { version: "1.0.0" }, "node_modules/b": { version: "2.0.0" } });
  assert.equal(isInstalled(root), true);
});

test("another version than the lock file has", () => {
  write(WANTED, { "node_modules/a": { version: "1.0.0" }, "node_modules/b": { version: "1.9.0" } });
  assert.equal(isInstalled(root), false);
});

test("a package that was added to the lock file", () => {
  write(WANTED, { "node_modules/a": { version: "1.0.0" } });
  assert.equal(isInstalled(root), false);
});
