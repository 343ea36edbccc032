/** What a node class changes in the machines of either catalogue format. */
import assert from "node:assert/strict";
import { beforeAll, describe, expect, it } from "vitest";
import { loadEmbeddedCatalog, parseCatalog } from "../../../src/adapters/catalog/index.ts";
import type { SizedInstanceType } from "../../../src/domain/instance-type.ts";
import type { EvictionSignal, NodeSizing } from "../../../src/domain/node-pool.ts";
import type { Catalog } from "../../../src/ports/catalog.ts";
import { GIB, label, listed, MIB, sizing, typeOf } from "./support.ts";

/** m5d.large as a listed type would have it: the same numbers as the embedded one. */
const LISTED = JSON.stringify([
  {
    name: "m5d.large",
    labels: { "kubernetes.io/arch": "amd64", "karpenter.k8s.aws/instance-local-nvme": "75" },
    capacity: { cpu: "2", memory: "7577Mi", pods: 29, "ephemeral-storage": "20Gi", "vpc.amazonaws.com/pod-eni": "9" },
    overhead: {
      kubeReserved: { cpu: "70m", memory: "574Mi", "ephemeral-storage": "1Gi" },
      systemReserved: {},
      evictionThreshold: { memory: "100Mi", "ephemeral-storage": "2Gi" },
    },
    offerings: [{ zone: "us-east-1a", capacityType: "on-demand", price: 0.113 }],
  },
  {
    name: "m6gd.large",
    labels: { "kubernetes.io/arch": "arm64" },
    capacity: { cpu: "2", memory: "7518Mi", pods: 29 },
    offerings: [],
  },
]);

const formats: [string, () => Promise<Catalog>][] = [
  ["embedded", () => loadEmbeddedCatalog()],
  ["listed", async () => parseCatalog(LISTED, "listed.json")],
];

describe.each(formats)("m5d.large of the %s catalogue", (_, load) => {
  let catalog: Catalog;
  beforeAll(async () => {
    catalog = await load();
  });
  const sized = (changes: Partial<NodeSizing>): SizedInstanceType => typeOf(catalog, "m5d.large", changes);
  const signals = (entries: Record<string, EvictionSignal>): ReadonlyMap<string, EvictionSignal> =>
    new Map(Object.entries(entries));

  it("keeps its kube-reserved memory when maxPods is set on AL2023", () => {
    const type = sized({ kubelet: { maxPods: 110 } });
    assert.equal(type.capacity.get("pods"), 110);
    assert.equal(type.overhead.kubeReserved.get("memory"), 574 * MIB);
  });

  it("reserves memory for the pods that it may take on Bottlerocket", () => {
    const type = sized({ amiFamily: "Bottlerocket", kubelet: { maxPods: 110 } });
    assert.equal(type.capacity.get("pods"), 110);
    assert.equal(type.overhead.kubeReserved.get("memory"), (11 * 110 + 255) * MIB);
  });

  it("takes podsPerCore as a cap, and not on Bottlerocket", () => {
    assert.equal(sized({ kubelet: { podsPerCore: 5 } }).capacity.get("pods"), 10);
    assert.equal(sized({ kubelet: { podsPerCore: 5, maxPods: 8 } }).capacity.get("pods"), 8);
    assert.equal(sized({ kubelet: { podsPerCore: 50 } }).capacity.get("pods"), 29);
    assert.equal(sized({ kubelet: { podsPerCore: 0 } }).capacity.get("pods"), 29);
    assert.equal(sized({ amiFamily: "Bottlerocket", kubelet: { podsPerCore: 5 } }).capacity.get("pods"), 29);
  });

  it("overrides only the reserved resources that are named", () => {
    const type = sized({
      kubelet: { kubeReserved: new Map([["cpu", 200]]), systemReserved: new Map([["memory", 100 * MIB]]) },
    });
    expect(listed(type.overhead.kubeReserved)).toEqual([
      ["cpu", 200],
      ["ephemeral-storage", GIB],
      ["memory", 574 * MIB],
    ]);
    expect(listed(type.overhead.systemReserved)).toEqual([["memory", 100 * MIB]]);
    assert.equal(type.allocatable.get("cpu"), 1800);
    assert.equal(type.allocatable.get("memory"), (7577 - 574 - 100 - 100) * MIB);
  });

  it("takes the larger of hard and soft eviction thresholds in place of the default", () => {
    const kubelet = {
      evictionHard: signals({ "memory.available": { share: 0.05 }, "nodefs.inodesFree": { share: 0.1 } }),
      evictionSoft: signals({ "memory.available": { bytes: 500 * MIB }, "nodefs.available": { share: 0.15 } }),
    };
    expect(listed(sized({ kubelet }).overhead.evictionThreshold)).toEqual([
      ["ephemeral-storage", 3 * GIB],
      ["memory", 500 * MIB],
    ]);
    const bottlerocket = sized({ kubelet, amiFamily: "Bottlerocket" }).overhead.evictionThreshold;
    assert.equal(bottlerocket.get("memory"), Math.ceil(7577 * MIB * 0.05));
    assert.equal(bottlerocket.get("ephemeral-storage"), 2 * GIB);
  });

  it("takes a threshold below the default and a switched-off one at their word", () => {
    const low = sized({ kubelet: { evictionHard: signals({ "memory.available": { bytes: 10 * MIB } }) } });
    assert.equal(low.overhead.evictionThreshold.get("memory"), 10 * MIB);
    const off = sized({ kubelet: { evictionHard: signals({ "memory.available": { share: 1 } }) } });
    assert.equal(off.overhead.evictionThreshold.get("memory"), 0);
  });

  it("has the root volume for ephemeral storage, less a tenth and 1 GiB", () => {
    const type = sized({ rootVolumeBytes: 100 * GIB });
    assert.equal(type.capacity.get("ephemeral-storage"), 100 * GIB);
    assert.equal(type.allocatable.get("ephemeral-storage"), 89 * GIB);
  });

  it("has its local disks for ephemeral storage under RAID0", () => {
    const type = sized({ instanceStoreRaid0: true, rootVolumeBytes: 4 * GIB });
    assert.equal(type.capacity.get("ephemeral-storage"), 75e9);
    assert.equal(type.overhead.evictionThreshold.get("ephemeral-storage"), 7.5e9);
  });

  it("is a Windows machine of 110 pods under a Windows family, which arm64 machines are not", () => {
    const type = sized({ amiFamily: "Windows2022", rootVolumeBytes: 50 * GIB });
    assert.equal(label(type, "kubernetes.io/os"), "windows");
    assert.equal(label(type, "node.kubernetes.io/windows-build"), "10.0.20348");
    assert.equal(type.capacity.get("pods"), 110);
    assert.equal(type.overhead.kubeReserved.get("memory"), (11 * 110 + 255) * MIB);
    const types = catalog.instanceTypes(sizing({ amiFamily: "Windows2022", rootVolumeBytes: 50 * GIB }));
    expect(types.filter((one) => label(one, "kubernetes.io/arch") === "arm64")).toEqual([]);
    assert.equal(label(sized({}), "node.kubernetes.io/windows-build"), undefined);
  });

  it("is never left with less than nothing", () => {
    const all = { kubelet: { systemReserved: new Map([["memory", 1000 * GIB]]) } };
    assert.equal(sized(all).allocatable.get("memory"), 0);
  });
});

describe("the embedded catalogue", () => {
  it("takes reserved interfaces off the pod limit and off the memory kept for pods", async () => {
    const catalog = await loadEmbeddedCatalog();
    const type = typeOf(catalog, "m5d.large", { reservedEnis: 1 });
    assert.equal(type.capacity.get("pods"), 2 * 9 + 2);
    assert.equal(type.overhead.kubeReserved.get("memory"), (11 * 20 + 255) * MIB);
    assert.equal(typeOf(catalog, "m5d.large", { reservedEnis: 3 }).capacity.get("pods"), 0);
  });

  it("takes another memory overhead", async () => {
    const catalog = await loadEmbeddedCatalog({ vmMemoryOverheadShare: 0 });
    assert.equal(typeOf(catalog, "m5d.large").capacity.get("memory"), 8192 * MIB);
  });
});
