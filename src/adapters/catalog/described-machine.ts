/** From one entry of AWS's DescribeInstanceTypes answer to a machine's facts. */
import type { AcceleratorFacts, GpuFacts, MachineFacts } from "../../domain/sizing-facts.ts";
import { FieldReader, type Json } from "./checked-fields.ts";

/** Facts that the AWS API does not give, or gives worse than the tables of the VPC network plugin and the EC2 guide. */
export interface TabledFacts {
  readonly enis: number;
  readonly ipv4PerEni: number;
  readonly podEnis: number;
  readonly networkMbps: number;
}

export interface DescribedMachine {
  readonly facts: MachineFacts;
  /** Whether AWS sells it as spot. */
  readonly spot: boolean;
}

const ARCHITECTURES: ReadonlyMap<unknown, MachineFacts["arch"]> = new Map([
  ["x86_64", "amd64"],
  ["arm64", "arm64"],
]);

/**
 * The facts of a machine.
 *
 * @param index  its place in the answer, for errors before the name is known
 * @param tabled  facts that go before AWS's own
 * @returns undefined for a machine that runs neither amd64 nor arm64 (a Mac)
 * @throws PlimsollError `INVALID_CATALOG` (input)
 */
export function describeMachine(
  entry: unknown,
  index: number,
  source: string,
  tabled: Partial<TabledFacts> = {},
): DescribedMachine | undefined {
  const unnamed = new FieldReader(source, `InstanceTypes[${String(index)}]`);
  const aws = unnamed.object("it", entry);
  const name = unnamed.text("InstanceType", aws["InstanceType"]);
  const reader = new FieldReader(source, `instance type ${name}`);
  const processor = reader.object("ProcessorInfo", aws["ProcessorInfo"]);
  const supported = reader.array("ProcessorInfo.SupportedArchitectures", processor["SupportedArchitectures"]);
  const arch = supported.map((one) => ARCHITECTURES.get(one)).find((one) => one !== undefined);
  if (arch === undefined) return undefined;
  const vcpus = reader.object("VCpuInfo", aws["VCpuInfo"])["DefaultVCpus"];
  const gpu = readGpu(reader, aws["GpuInfo"]);
  const accelerator = readNeuron(reader, aws["NeuronInfo"]);
  const store = optional(reader, "InstanceStorageInfo", aws["InstanceStorageInfo"]);
  const localStoreGB = countOr0(reader, "InstanceStorageInfo.TotalSizeInGB", store?.["TotalSizeInGB"]);
  const facts: MachineFacts = {
    name,
    arch,
    vcpus: reader.count("VCpuInfo.DefaultVCpus", vcpus, 1),
    memoryMiB: readMemory(reader, "MemoryInfo", aws["MemoryInfo"], 1),
    hypervisor: aws["Hypervisor"] === undefined ? "" : reader.text("Hypervisor", aws["Hypervisor"]),
    cpuManufacturer: asLabel(reader.text("ProcessorInfo.Manufacturer", processor["Manufacturer"])),
    clockMhz: Math.round(
      reader.number("ProcessorInfo.SustainedClockSpeedInGhz", processor["SustainedClockSpeedInGhz"] ?? 0) * 1000,
    ),
    ...readNetwork(reader, aws["NetworkInfo"], tabled),
    ebsMbps: readEbsMbps(reader, aws["EbsInfo"]),
    localStoreGB,
    localStoreNvme: localStoreGB > 0 && store?.["NvmeSupport"] !== "unsupported",
    ...(gpu === undefined ? undefined : { gpu }),
    ...(accelerator === undefined ? undefined : { accelerator }),
  };
  return { facts, spot: reader.array("SupportedUsageClasses", aws["SupportedUsageClasses"]).includes("spot") };
}

type NetworkFacts = Pick<
  MachineFacts,
  "enis" | "ipv4PerEni" | "podEnis" | "efas" | "networkMbps" | "encryptionInTransit"
>;

function readNetwork(reader: FieldReader, value: unknown, tabled: Partial<TabledFacts>): NetworkFacts {
  const network = reader.object("NetworkInfo", value);
  const cards = reader
    .array("NetworkInfo.NetworkCards", network["NetworkCards"])
    .map((card, i) => reader.object(`NetworkInfo.NetworkCards[${String(i)}]`, card));
  const defaultIndex = network["DefaultNetworkCardIndex"] ?? 0;
  // Other cards give pods no addresses.
  const card = cards.find((one) => one["NetworkCardIndex"] === defaultIndex);
  const enis = tabled.enis ?? card?.["MaximumNetworkInterfaces"];
  const ipv4PerEni = tabled.ipv4PerEni ?? network["Ipv4AddressesPerInterface"];
  const efa = optional(reader, "NetworkInfo.EfaInfo", network["EfaInfo"]);
  const baseline = cards.reduce((sum, one) => {
    return sum + reader.number("NetworkInfo.NetworkCards.BaselineBandwidthInGbps", one["BaselineBandwidthInGbps"] ?? 0);
  }, 0);
  return {
    enis: reader.count("NetworkInfo.NetworkCards.MaximumNetworkInterfaces", enis, 1),
    ipv4PerEni: reader.count("NetworkInfo.Ipv4AddressesPerInterface", ipv4PerEni, 1),
    podEnis: tabled.podEnis ?? 0,
    efas: countOr0(reader, "NetworkInfo.EfaInfo.MaximumEfaInterfaces", efa?.["MaximumEfaInterfaces"]),
    networkMbps: tabled.networkMbps ?? Math.round(baseline * 1000),
    encryptionInTransit: network["EncryptionInTransitSupported"] === true,
  };
}

function readEbsMbps(reader: FieldReader, value: unknown): number {
  const optimized = optional(
    reader,
    "EbsInfo.EbsOptimizedInfo",
    optional(reader, "EbsInfo", value)?.["EbsOptimizedInfo"],
  );
  return countOr0(reader, "EbsInfo.EbsOptimizedInfo.MaximumBandwidthInMbps", optimized?.["MaximumBandwidthInMbps"]);
}

/** No type has GPUs of two kinds. */
function readGpu(reader: FieldReader, value: unknown): GpuFacts | undefined {
  const gpu = firstOf(reader, "GpuInfo", value, "Gpus");
  if (gpu === undefined) return undefined;
  return {
    name: asLabel(reader.text("GpuInfo.Gpus[0].Name", gpu["Name"])),
    manufacturer: asLabel(reader.text("GpuInfo.Gpus[0].Manufacturer", gpu["Manufacturer"])),
    count: reader.count("GpuInfo.Gpus[0].Count", gpu["Count"], 0),
    memoryMiB: readMemory(reader, "GpuInfo.Gpus[0].MemoryInfo", gpu["MemoryInfo"], 0),
  };
}

/** Inferentia and Trainium alike; the older InferenceAcceleratorInfo repeats a part of it. */
function readNeuron(reader: FieldReader, value: unknown): AcceleratorFacts | undefined {
  const at = "NeuronInfo.NeuronDevices[0]";
  const device = firstOf(reader, "NeuronInfo", value, "NeuronDevices");
  if (device === undefined) return undefined;
  const count = reader.count(`${at}.Count`, device["Count"], 0);
  const cores = reader.object(`${at}.CoreInfo`, device["CoreInfo"])["Count"];
  return {
    name: asLabel(reader.text(`${at}.Name`, device["Name"])),
    manufacturer: "aws",
    count,
    cores: count * reader.count(`${at}.CoreInfo.Count`, cores, 0),
  };
}

function readMemory(reader: FieldReader, field: string, value: unknown, least: number): number {
  return reader.count(`${field}.SizeInMiB`, reader.object(field, value)["SizeInMiB"], least);
}

function firstOf(reader: FieldReader, field: string, value: unknown, list: string): Json | undefined {
  const info = optional(reader, field, value);
  if (info === undefined) return undefined;
  const [first] = reader.array(`${field}.${list}`, info[list]);
  return optional(reader, `${field}.${list}[0]`, first);
}

function optional(reader: FieldReader, field: string, value: unknown): Json | undefined {
  return value === undefined || value === null ? undefined : reader.object(field, value);
}

function countOr0(reader: FieldReader, field: string, value: unknown): number {
  return value === undefined || value === null ? 0 : reader.count(field, value, 0);
}

/** `RTX PRO Server 6000` becomes `rtx-pro-server-6000`. */
function asLabel(name: string): string {
  return name.toLowerCase().replaceAll(" ", "-");
}
