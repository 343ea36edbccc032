/** The whole machine, as the kubelet will report it. */
import type { NodeSizing } from "./node-pool.ts";
import type { Resources } from "./resources.ts";
import type { AmiFamilyTraits } from "./sizing-ami-family.ts";
import type { MachineFacts } from "./sizing-facts.ts";
import { MIB } from "./sizing-overhead.ts";

/** The share of memory that the hypervisor and the kernel keep; the AWS provider's VM_MEMORY_OVERHEAD_PERCENT. */
export const DEFAULT_VM_MEMORY_OVERHEAD_SHARE = 0.075;

/** Contiguous memory that the kernel sets aside on arm64, in MiB. */
const ARM64_CMA_MIB = 64;

/** GPU manufacturer to the resource of its device plugin. */
const GPU_RESOURCES: ReadonlyMap<string, string> = new Map([
  ["nvidia", "nvidia.com/gpu"],
  ["amd", "amd.com/gpu"],
  ["habana", "habana.ai/gaudi"],
]);

/** Memory in bytes: what AWS states, less the overhead rounded up to a whole MiB. */
export function memoryCapacityBytes(facts: Pick<MachineFacts, "memoryMiB" | "arch">, overheadShare: number): number {
  const usableMiB = facts.memoryMiB - (facts.arch === "arm64" ? ARM64_CMA_MIB : 0);
  return Math.max(0, usableMiB - Math.ceil(usableMiB * overheadShare)) * MIB;
}

/** Local disks joined as RAID0 where asked for and there are any, else the root volume. In bytes. */
export function ephemeralStorageBytes(localStoreGB: number, sizing: NodeSizing): number {
  return sizing.instanceStoreRaid0 && localStoreGB > 0 ? localStoreGB * 1e9 : sizing.rootVolumeBytes;
}

export function capacityOf(
  facts: MachineFacts,
  pods: number,
  sizing: NodeSizing,
  traits: AmiFamilyTraits,
  vmMemoryOverheadShare: number,
): Resources {
  const capacity = new Map<string, number>();
  capacity.set("cpu", facts.vcpus * 1000);
  capacity.set("memory", memoryCapacityBytes(facts, vmMemoryOverheadShare));
  capacity.set("ephemeral-storage", ephemeralStorageBytes(facts.localStoreGB, sizing));
  capacity.set("pods", pods);
  const add = (resource: string | undefined, amount: number): void => {
    if (resource !== undefined && amount > 0) capacity.set(resource, amount);
  };
  add("vpc.amazonaws.com/pod-eni", traits.os === "linux" ? facts.podEnis : 0);
  add("vpc.amazonaws.com/PrivateIPv4Address", traits.os === "windows" ? facts.ipv4PerEni - 1 : 0);
  add("vpc.amazonaws.com/efa", facts.efas);
  if (facts.gpu !== undefined) add(GPU_RESOURCES.get(facts.gpu.manufacturer), facts.gpu.count);
  if (facts.accelerator?.manufacturer === "aws") {
    add("aws.amazon.com/neuron", facts.accelerator.count);
    add("aws.amazon.com/neuroncore", facts.accelerator.cores);
  } else if (facts.accelerator !== undefined) {
    add(GPU_RESOURCES.get(facts.accelerator.manufacturer), facts.accelerator.count);
  }
  return capacity;
}
