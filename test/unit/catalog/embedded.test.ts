/** The embedded file is what a user expects of it. */
import assert from "node:assert/strict";
import { beforeAll, describe, expect, it } from "vitest";
import { loadEmbeddedCatalog, parseCatalog } from "../../../src/adapters/catalog/index.ts";
import { WELL_KNOWN_MACHINE_LABELS } from "../../../src/domain/sizing-labels.ts";
import type { Catalog } from "../../../src/ports/catalog.ts";
import { label, sizing, typeOf } from "./support.ts";

let catalog: Catalog;
beforeAll(async () => {
  catalog = await loadEmbeddedCatalog();
});

const AWS = "karpenter.k8s.aws/instance-";
const ALWAYS = [
  "kubernetes.io/arch",
  "kubernetes.io/os",
  "node.kubernetes.io/instance-type",
  ...["category", "family", "generation", "size", "cpu", "cpu-manufacturer", "memory"].map((suffix) => AWS + suffix),
  ...["hypervisor", "encryption-in-transit-supported", "capability-flex"].map((suffix) => AWS + suffix),
];

describe("the embedded catalogue", () => {
  it("says what it is", () => {
    const info = catalog.info();
    assert.equal(info.region, "us-east-1");
    assert.match(info.date, /^20\d\d-\d\d-\d\d$/);
    assert.match(info.source, /moto \d/);
    expect(info.zones).toEqual(["a", "b", "c", "d", "e", "f"].map((letter) => `us-east-1${letter}`));
    expect(info.spotPrices).toEqual({ kind: "estimated", shareOfOnDemand: 0.4 });
    expect(info.notes?.join(" ")).toMatch(/spot is assumed/);
  });

  it("has well over a thousand types, each once, in order, with a price in a zone of the region", () => {
    const types = catalog.instanceTypes(sizing());
    const zones = new Set(catalog.info().zones);
    assert.ok(types.length > 1300, String(types.length));
    assert.equal(types.length, catalog.info().instanceTypes);
    const names = types.map((type) => type.name);
    expect(names).toEqual([...new Set(names)].sort());
    for (const type of types) {
      assert.ok(type.offerings.length > 0, type.name);
      for (const { zone, priceUsdPerHour, available } of type.offerings) {
        assert.ok(zones.has(zone) && priceUsdPerHour > 0 && priceUsdPerHour < 2000 && available, type.name);
      }
    }
  });

  it("has every label that all machines have, and says of the others that they are absent", () => {
    for (const type of catalog.instanceTypes(sizing())) {
      for (const key of ALWAYS) assert.notEqual(label(type, key), undefined, `${type.name} ${key}`);
      for (const key of WELL_KNOWN_MACHINE_LABELS) assert.ok(type.requirements.has(key), `${type.name} ${key}`);
      assert.match(label(type, `${AWS}generation`) ?? "", /^\d+$/, type.name);
      for (const amount of [...type.capacity.values(), ...type.allocatable.values()]) {
        assert.ok(Number.isSafeInteger(amount) && amount >= 0, type.name);
      }
      assert.ok((type.allocatable.get("cpu") ?? 0) > 0, type.name);
    }
  });

  it.each([
    ["g4dn.xlarge", "gpu-name", "t4"],
    ["g4dn.xlarge", "gpu-manufacturer", "nvidia"],
    ["g4dn.xlarge", "gpu-count", "1"],
    ["g4dn.xlarge", "gpu-memory", "16384"],
    ["g4dn.xlarge", "local-nvme", "125"],
    ["g4dn.xlarge", "accelerator-name", undefined],
    ["trn1.32xlarge", "accelerator-name", "trainium"],
    ["trn1.32xlarge", "accelerator-count", "16"],
    ["inf2.xlarge", "accelerator-manufacturer", "aws"],
    ["m5.large", "gpu-count", undefined],
    ["m5.large", "category", "m"],
    ["m5.large", "network-bandwidth", "750"],
    ["m5.large", "ebs-bandwidth", "4750"],
    ["m5.large", "cpu-sustained-clock-speed-mhz", "3100"],
    ["m5.large", "hypervisor", "nitro"],
    ["m5.metal", "hypervisor", ""],
    ["m5.metal", "size", "metal"],
    ["m7i-flex.large", "capability-flex", "true"],
    ["m7i-flex.large", "family", "m7i-flex"],
    ["m7i-flex.large", "generation", "7"],
    ["inf2.xlarge", "category", "inf"],
    ["u-6tb1.56xlarge", "category", "u"],
    ["t4g.nano", "cpu-manufacturer", "aws"],
  ])("%s has %s %s", (name, suffix, value) => {
    assert.equal(label(typeOf(catalog, name), AWS + suffix), value);
  });

  it("prices on demand as AWS lists it and marks every spot price as an estimate", () => {
    const { offerings } = typeOf(catalog, "m5.large");
    const onDemand = offerings.filter((offering) => offering.capacityType === "on-demand");
    assert.equal(onDemand.length, 5);
    expect(new Set(onDemand.map((offering) => offering.priceUsdPerHour))).toEqual(new Set([0.096]));
    expect(onDemand.some((offering) => offering.priceEstimated)).toBe(false);
    let spots = 0;
    for (const type of catalog.instanceTypes(sizing())) {
      for (const { capacityType, priceEstimated, priceUsdPerHour } of type.offerings) {
        if (capacityType !== "spot") continue;
        spots++;
        assert.equal(priceEstimated, true, type.name);
        const listed = type.offerings.find((offering) => offering.capacityType === "on-demand")?.priceUsdPerHour ?? 0;
        assert.ok(Math.abs(priceUsdPerHour - 0.4 * listed) < 1e-6, type.name);
      }
    }
    assert.ok(spots > 5000, String(spots));
  });

  it("offers no spot where AWS sells none, and none at all when told so", async () => {
    const kinds = (from: Catalog, name: string): Set<string> =>
      new Set(typeOf(from, name).offerings.map((offering) => offering.capacityType));
    expect(kinds(catalog, "u-6tb1.56xlarge")).toEqual(new Set(["on-demand"]));
    const without = await loadEmbeddedCatalog({ spotShareOfOnDemand: 0 });
    expect(kinds(without, "m5.large")).toEqual(new Set(["on-demand"]));
    expect(without.info().spotPrices).toEqual({ kind: "none" });
  });

  it("keeps to the zones of the sizing, and keeps types that are in none of them", () => {
    const types = catalog.instanceTypes(sizing({ zones: ["us-east-1e", "elsewhere"] }));
    assert.equal(types.length, catalog.info().instanceTypes);
    expect(new Set(types.flatMap((type) => type.offerings.map((offering) => offering.zone)))).toEqual(
      new Set(["us-east-1e"]),
    );
    assert.ok(types.some((type) => type.offerings.length === 0));
  });

  it("gives the same frozen answer for the same sizing, however it is written", () => {
    const kubelet = (...order: readonly string[]) => ({ kubeReserved: new Map(order.map((name) => [name, 100])) });
    const types = catalog.instanceTypes(
      sizing({ kubelet: kubelet("cpu", "memory"), zones: ["us-east-1b", "us-east-1a"] }),
    );
    const again = catalog.instanceTypes(
      sizing({ kubelet: kubelet("memory", "cpu"), zones: ["us-east-1a", "us-east-1b"] }),
    );
    assert.equal(types, again);
    assert.notEqual(types, catalog.instanceTypes(sizing()));
    assert.ok(Object.isFrozen(types) && Object.isFrozen(types[0]) && Object.isFrozen(types[0]?.offerings));
  });

  it("remembers the sixteen sizings that were used last", () => {
    const capacity = { cpu: 1, memory: "1Gi" };
    const entry = { name: "a", labels: { "kubernetes.io/arch": "amd64" }, capacity, offerings: [] };
    const small = parseCatalog(JSON.stringify([entry]), "small.json");
    const ask = (maxPods: number) => small.instanceTypes(sizing({ kubelet: { maxPods } }));
    const [first, second] = [ask(1), ask(2)];
    for (let maxPods = 3; maxPods <= 16; maxPods++) ask(maxPods);
    assert.equal(ask(1), first);
    ask(17);
    assert.equal(ask(1), first);
    assert.notEqual(ask(2), second);
  });
});
