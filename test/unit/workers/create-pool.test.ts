import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { createSolverPool, defaultPoolKind } from "../../../workers/create-pool.ts";
import { siblingModule } from "../../../workers/executor.ts";

describe("making a pool", () => {
  const good = { workers: 1, maxQueue: 0, graceMs: 0 };

  it.each([
    ["workers", 0],
    ["workers", 1.5],
    ["maxQueue", -1],
    ["maxQueue", Infinity],
    ["graceMs", NaN],
    ["startMs", 0],
    ["maxHeapMb", 1],
  ] as const)("refuses %s %d", async (name, value) => {
    await assert.rejects(
      createSolverPool({ ...good, [name]: value }),
      new RegExp(`^RangeError: ${name} is ${String(value)};`),
    );
  });

  it("takes Comlink on Deno and Piscina elsewhere", () => {
    assert.equal(defaultPoolKind(), "Deno" in globalThis ? "comlink" : "piscina");
  });

  it("finds a worker's module beside its own, in the sources and when built", () => {
    assert.equal(siblingModule("entry", "file:///a/executor.ts").href, "file:///a/entry.ts");
    assert.equal(siblingModule("entry", "file:///a.b/executor.js").href, "file:///a.b/entry.js");
  });
});
