/** Against the documented allocatable of 1,345 types, where the shared data lies beside the repository. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { loadCatalogFile, loadEmbeddedCatalog } from "../../../src/adapters/catalog/index.ts";
import type { SizedInstanceType } from "../../../src/domain/instance-type.ts";
import { capacityAmount, parseQuantity } from "../../../src/domain/quantity.ts";
import { listed, sizing } from "./support.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const file = join(process.env["PLIMSOLL_SHARED"] ?? join(root, "..", "shared"), "data", "ec2-us-east-1.json");
const absent = !existsSync(file);
const title = absent ? "the documented types (skipped: no shared data beside the repository)" : "the documented types";

/** Newer than the documentation: AWS's tables have changed the number of branch interfaces since. */
const MAY_DIFFER = new Set(["vpc.amazonaws.com/pod-eni"]);

interface Entry {
  readonly name: string;
  readonly capacity: Readonly<Record<string, string>>;
  readonly overhead: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly offerings: readonly { readonly price: number }[];
}

describe.skipIf(absent)(title, () => {
  const byName = (types: readonly SizedInstanceType[]): ReadonlyMap<string, SizedInstanceType> =>
    new Map(types.map((type) => [type.name, type]));

  it("come out of the listed format as capacity less overhead, exactly", async () => {
    const types = byName((await loadCatalogFile(file)).instanceTypes(sizing()));
    const entries = JSON.parse(readFileSync(file, "utf8")) as Entry[];
    assert.equal(types.size, entries.length);
    for (const { name, capacity, overhead } of entries) {
      const amounts = Object.entries(capacity).map(([resource, quantity]): [string, number] => {
        let left = capacityAmount(resource, parseQuantity(quantity));
        for (const part of Object.values(overhead)) {
          const taken = part[resource];
          if (taken !== undefined) left -= capacityAmount(resource, parseQuantity(taken));
        }
        return [resource, left];
      });
      const type = types.get(name);
      assert.ok(type !== undefined, name);
      expect(listed(type.allocatable), name).toEqual(listed(new Map(amounts)));
    }
  });

  it("come out of the embedded facts with the same allocatable and the same price", async () => {
    const documented = byName((await loadCatalogFile(file)).instanceTypes(sizing()));
    const embedded = byName((await loadEmbeddedCatalog()).instanceTypes(sizing()));
    const missing = [...documented.keys()].filter((name) => !embedded.has(name));
    // moto has no description of these, so the embedded catalogue does not have them either.
    expect(missing.every((name) => name.startsWith("g4ad."))).toBe(true);
    const different: string[] = [];
    for (const [name, theirs] of documented) {
      const ours = embedded.get(name);
      if (ours === undefined) continue;
      for (const resource of new Set([...theirs.allocatable.keys(), ...ours.allocatable.keys()])) {
        const [a, b] = [ours.allocatable.get(resource), theirs.allocatable.get(resource)];
        if (a !== b && !MAY_DIFFER.has(resource)) different.push(`${name} ${resource}: ${String(a)}, not ${String(b)}`);
      }
      const price = (type: SizedInstanceType): number | undefined =>
        type.offerings.find((offering) => offering.capacityType === "on-demand")?.priceUsdPerHour;
      if (price(ours) !== price(theirs)) different.push(`${name} price`);
    }
    expect(different).toEqual([]);
    assert.ok(documented.size - missing.length > 1300);
  });
});
