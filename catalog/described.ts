/** From one entry of AWS's DescribeInstanceTypes answer to a machine's facts. */
import { z } from "zod";
import type { AcceleratorFacts, GpuFacts, MachineFacts } from "../src/domain/sizing-facts.ts";

const Memory = z.object({ SizeInMiB: z.int().nonnegative() });

/** The part of an entry that is read; AWS adds fields often. */
const Described = z.object({
  InstanceType: z.string(),
  Hypervisor: z.string().optional(),
  SupportedUsageClasses: z.array(z.string()),
  VCpuInfo: z.object({ DefaultVCpus: z.int().positive() }),
  MemoryInfo: Memory,
  ProcessorInfo: z.object({
    Manufacturer: z.string(),
    SupportedArchitectures: z.array(z.string()),
    SustainedClockSpeedInGhz: z.number().optional(),
  }),
  EbsInfo: z.object({
    EbsOptimizedInfo: z.object({ MaximumBandwidthInMbps: z.int() }).optional(),
  }),
  InstanceStorageInfo: z.object({ TotalSizeInGB: z.int(), NvmeSupport: z.string() }).optional(),
  NetworkInfo: z.object({
    DefaultNetworkCardIndex: z.int(),
    Ipv4AddressesPerInterface: z.int(),
    EncryptionInTransitSupported: z.boolean(),
    EfaInfo: z.object({ MaximumEfaInterfaces: z.int() }).optional(),
    NetworkCards: z.array(z.object({ NetworkCardIndex: z.int(), MaximumNetworkInterfaces: z.int() })),
  }),
  GpuInfo: z
    .object({
      Gpus: z
        .array(z.object({ Name: z.string(), Manufacturer: z.string(), Count: z.int(), MemoryInfo: Memory }))
        .min(1),
    })
    .optional(),
  NeuronInfo: z
    .object({
      NeuronDevices: z
        .array(z.object({ Name: z.string(), Count: z.int(), CoreInfo: z.object({ Count: z.int() }) }))
        .min(1),
    })
    .optional(),
});
type Described = z.infer<typeof Described>;

const ARCHITECTURES: ReadonlyMap<string, MachineFacts["arch"]> = new Map([
  ["x86_64", "amd64"],
  ["arm64", "arm64"],
]);

/** Facts that AWS does not publish through its API; {@link describeMachine} takes them from tables. */
export interface InterfaceLimits {
  readonly enis: number;
  readonly ipv4PerEni: number;
  readonly podEnis: number;
}

export interface DescribedMachine {
  readonly facts: MachineFacts;
  readonly spot: boolean;
}

/**
 * @param limits  of the VPC network plugin, where known; else interfaces are counted as AWS describes the default card
 * @param networkMbps  baseline bandwidth, where published
 * @returns undefined for a machine that runs neither amd64 nor arm64 (a Mac)
 * @throws ZodError when AWS's answer has another form
 */
export function describeMachine(
  entry: unknown,
  limits: InterfaceLimits | undefined,
  networkMbps: number | undefined,
): DescribedMachine | undefined {
  const aws = Described.parse(entry);
  const arch = aws.ProcessorInfo.SupportedArchitectures.map((name) => ARCHITECTURES.get(name)).find(Boolean);
  if (arch === undefined) return undefined;
  const network = aws.NetworkInfo;
  const card = network.NetworkCards.find((one) => one.NetworkCardIndex === network.DefaultNetworkCardIndex);
  const gpu = gpuOf(aws);
  const accelerator = acceleratorOf(aws);
  const store = aws.InstanceStorageInfo;
  const facts: MachineFacts = {
    name: aws.InstanceType,
    arch,
    vcpus: aws.VCpuInfo.DefaultVCpus,
    memoryMiB: aws.MemoryInfo.SizeInMiB,
    hypervisor: aws.Hypervisor ?? "",
    cpuManufacturer: asLabel(aws.ProcessorInfo.Manufacturer),
    clockMhz: Math.round((aws.ProcessorInfo.SustainedClockSpeedInGhz ?? 0) * 1000),
    enis: limits?.enis ?? card?.MaximumNetworkInterfaces ?? 0,
    ipv4PerEni: limits?.ipv4PerEni ?? network.Ipv4AddressesPerInterface,
    podEnis: limits?.podEnis ?? 0,
    efas: network.EfaInfo?.MaximumEfaInterfaces ?? 0,
    networkMbps: networkMbps ?? 0,
    ebsMbps: aws.EbsInfo.EbsOptimizedInfo?.MaximumBandwidthInMbps ?? 0,
    localStoreGB: store?.TotalSizeInGB ?? 0,
    localStoreNvme: store !== undefined && store.NvmeSupport !== "unsupported",
    encryptionInTransit: network.EncryptionInTransitSupported,
    ...(gpu === undefined ? {} : { gpu }),
    ...(accelerator === undefined ? {} : { accelerator }),
  };
  return { facts, spot: aws.SupportedUsageClasses.includes("spot") };
}

/** No type has GPUs of two kinds. */
function gpuOf(aws: Described): GpuFacts | undefined {
  const gpu = aws.GpuInfo?.Gpus[0];
  if (gpu === undefined) return undefined;
  return {
    name: asLabel(gpu.Name),
    manufacturer: asLabel(gpu.Manufacturer),
    count: gpu.Count,
    memoryMiB: gpu.MemoryInfo.SizeInMiB,
  };
}

/** Inferentia and Trainium alike; the older InferenceAcceleratorInfo repeats a part of it. */
function acceleratorOf(aws: Described): AcceleratorFacts | undefined {
  const device = aws.NeuronInfo?.NeuronDevices[0];
  if (device === undefined) return undefined;
  return {
    name: asLabel(device.Name),
    manufacturer: "aws",
    count: device.Count,
    cores: device.Count * device.CoreInfo.Count,
  };
}

/** `RTX PRO Server 6000` becomes `rtx-pro-server-6000`. */
function asLabel(name: string): string {
  return name.toLowerCase().replaceAll(" ", "-");
}
