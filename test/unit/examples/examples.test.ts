/** The examples as data: listed, explained, and read without a complaint. */
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { describe, test } from "vitest";
import { readManifests } from "../../../src/api/manifests/index.ts";

interface Entry {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly file: string;
}

const folder = new URL("../../../examples/", import.meta.url);
const index = JSON.parse(await readFile(new URL("index.json", folder), "utf8")) as readonly Entry[];
const docs = await readFile(new URL("../../../docs/examples.md", import.meta.url), "utf8");

test("the index lists every file once, and nothing else", async () => {
  const files = (await readdir(folder)).filter((name) => name.endsWith(".yaml"));
  assert.deepEqual(index.map(({ file }) => file).sort(), files.sort());
  assert.equal(new Set(index.map(({ id }) => id)).size, index.length);
  assert.ok(index.length >= 5);
});

describe.each(index.map((entry) => [entry.id, entry] as const))("%s", (_id, entry) => {
  test("says where its figures come from, and is in the docs with its plan", async () => {
    const text = await readFile(new URL(entry.file, folder), "utf8");
    const header = text.slice(0, text.indexOf("\n---"));
    assert.ok(header.split("\n").every((line) => line.startsWith("#")) && header.length > 200, "no header");
    assert.match(docs, new RegExp(`## ${entry.title}\\n[^#]*examples/${entry.file}`));
    assert.notEqual(entry.description, "");
  });

  test("is read without a complaint: pods, a pool that can launch, nothing refused", async () => {
    const text = await readFile(new URL(entry.file, folder), "utf8");
    const read = readManifests([{ name: entry.file, text }]);
    assert.deepEqual(read.rejected, []);
    assert.ok(read.pods.length >= 5);
    assert.ok(read.nodePools.length >= 1);
    for (const pool of read.nodePools) assert.equal(pool.unusable, undefined, pool.name);
    for (const pod of read.pods) assert.deepEqual(pod.unsupported, [], pod.name);
  });
});
