/** A catalogue made of AWS's own answers, as the AWS CLI prints them. */
import assert from "node:assert/strict";
import { describe, expect, it } from "vitest";
import { loadEmbeddedCatalog, parseCatalog } from "../../../src/adapters/catalog/index.ts";
import { label, listed, sizing, typeOf } from "./support.ts";

type Fields = Record<string, unknown>;

/** The fields that are read of an entry of DescribeInstanceTypes. */
function entry(name: string, changes: Fields = {}): Fields {
  return {
    InstanceType: name,
    Hypervisor: "nitro",
    SupportedUsageClasses: ["on-demand", "spot"],
    VCpuInfo: { DefaultVCpus: 4 },
    MemoryInfo: { SizeInMiB: 16384 },
    ProcessorInfo: { Manufacturer: "Intel", SupportedArchitectures: ["x86_64"], SustainedClockSpeedInGhz: 2.5 },
    EbsInfo: { EbsOptimizedInfo: { MaximumBandwidthInMbps: 3500 } },
    InstanceStorageInfo: { TotalSizeInGB: 125, NvmeSupport: "required" },
    NetworkInfo: {
      DefaultNetworkCardIndex: 0,
      Ipv4AddressesPerInterface: 10,
      EncryptionInTransitSupported: true,
      NetworkCards: [{ NetworkCardIndex: 0, MaximumNetworkInterfaces: 3, BaselineBandwidthInGbps: 5 }],
    },
    GpuInfo: { Gpus: [{ Name: "T4", Manufacturer: "NVIDIA", Count: 1, MemoryInfo: { SizeInMiB: 16384 } }] },
    ...changes,
  };
}

const ANSWERS = {
  region: "us-east-1",
  date: "2026-01-31",
  spotShareOfOnDemand: 0.5,
  InstanceTypes: [
    entry("g4dn.xlarge"),
    entry("unpriced.large", { GpuInfo: undefined, InstanceStorageInfo: undefined, Hypervisor: undefined }),
    entry("mac2.metal", { ProcessorInfo: { Manufacturer: "Apple", SupportedArchitectures: ["arm64_mac"] } }),
  ],
  InstanceTypeOfferings: [
    { InstanceType: "g4dn.xlarge", LocationType: "availability-zone", Location: "us-east-1b" },
    { InstanceType: "g4dn.xlarge", LocationType: "availability-zone", Location: "us-east-1-bos-1a" },
    { InstanceType: "unpriced.large", LocationType: "availability-zone", Location: "us-east-1c" },
  ],
  prices: { "g4dn.xlarge": 0.526 },
};

describe("a catalogue of AWS's answers", () => {
  const catalog = parseCatalog(JSON.stringify(ANSWERS), "answers.json");

  it("describes a machine as the embedded one does, but for branch interfaces", async () => {
    const ours = typeOf(await loadEmbeddedCatalog(), "g4dn.xlarge");
    const theirs = typeOf(catalog, "g4dn.xlarge");
    expect([...theirs.requirements].toSorted()).toEqual([...ours.requirements].toSorted());
    const withoutBranches = new Map([...ours.capacity].filter(([name]) => name !== "vpc.amazonaws.com/pod-eni"));
    expect(listed(theirs.capacity)).toEqual(listed(withoutBranches));
    expect(catalog.info().notes?.join()).toMatch(/pod-eni/);
  });

  it("offers it where AWS does, at the price given, and spot at the assumed share", () => {
    expect(
      typeOf(catalog, "g4dn.xlarge").offerings.map((one) => [one.zone, one.capacityType, one.priceUsdPerHour]),
    ).toEqual([
      ["us-east-1b", "on-demand", 0.526],
      ["us-east-1-bos-1a", "on-demand", 0.526],
      ["us-east-1b", "spot", 0.263],
      ["us-east-1-bos-1a", "spot", 0.263],
    ]);
    expect(catalog.info().zones).toEqual(["us-east-1-bos-1a", "us-east-1b"]);
  });

  it("keeps a type without a price, and offers it nowhere", () => {
    const type = typeOf(catalog, "unpriced.large");
    expect(type.offerings).toEqual([]);
    assert.equal(label(type, "karpenter.k8s.aws/instance-hypervisor"), "");
    assert.equal(label(type, "karpenter.k8s.aws/instance-local-nvme"), undefined);
  });

  it("leaves Macs out", () => {
    expect(catalog.instanceTypes(sizing()).map((type) => type.name)).toEqual(["g4dn.xlarge", "unpriced.large"]);
  });

  it.each([
    ["no entry", { InstanceTypes: [5] }, /InstanceTypes\[0\]: it is 5/],
    ["no types", { InstanceTypes: [] }, /the number of types is 0/],
    ["a type twice", { InstanceTypes: [entry("a.b"), entry("a.b")] }, /the name of two types is "a\.b"/],
    ["no vCPUs", { InstanceTypes: [entry("a.b", { VCpuInfo: {} })] }, /a\.b: VCpuInfo\.DefaultVCpus is missing/],
    [
      "no network",
      { InstanceTypes: [entry("a.b", { NetworkInfo: {} })] },
      /a\.b: NetworkInfo\.NetworkCards is missing/,
    ],
    ["no prices", { prices: undefined }, /the catalogue: prices is missing/],
    ["a bad price", { prices: { "a.b": "0.1" } }, /the catalogue: prices\["a\.b"\] is "0\.1"/],
    ["no zones", { InstanceTypeOfferings: undefined }, /the catalogue: InstanceTypeOfferings is missing/],
    ["no date", { date: 7 }, /the catalogue: date is 7/],
  ])("with %s is refused", (_, changes: Fields, message) => {
    assert.throws(() => parseCatalog(JSON.stringify({ ...ANSWERS, ...changes }), "answers.json"), {
      code: "INVALID_CATALOG",
      message,
    });
  });
});
