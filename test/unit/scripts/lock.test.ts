/** Two commands in one fresh checkout install one after the other. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterEach, beforeEach, test } from "vitest";
import { withLock } from "../../../scripts/lock.mjs";

let folder = "";
let path = "";
const said: string[] = [];
const say = (text: string): number => said.push(text);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "plimsoll-lock-"));
  path = join(folder, "lock");
  said.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("holds the lock while it works, and gives it back", async () => {
  assert.equal(await withLock(path, say, () => existsSync(path)), true);
  assert.equal(existsSync(path), false);
});

test("gives it back when the work throws", async () => {
  await assert.rejects(
    withLock(path, say, () => {
      throw new Error("no network");
    }),
    /no network/,
  );
  assert.equal(existsSync(path), false);
});

test("waits for a holder that lives, and says so once", async () => {
  writeFileSync(path, String(process.pid));
  setTimeout(() => rmSync(path), 700);
  assert.equal(await withLock(path, say, () => "done"), "done");
  assert.equal(said.length, 1);
  assert.match(said[0] ?? "", new RegExp(String(process.pid)));
});

test("takes over from a holder that is gone", async () => {
  // Above the largest process id that Linux gives out.
  writeFileSync(path, "99999999");
  assert.equal(await withLock(path, say, () => "done"), "done");
  assert.deepEqual(said, []);
});
