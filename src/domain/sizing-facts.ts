/** What a machine is before any node class has its say: the facts that capacity, overhead and labels follow from. */

/** GPUs or other accelerators of one kind. */
export interface DeviceFacts {
  /** In label form: `t4`, `inferentia2`. */
  readonly name: string;
  /** In label form: `nvidia`, `amd`, `habana`, `aws`. */
  readonly manufacturer: string;
  /** Whole devices; 0 where the machine has a fraction of one. */
  readonly count: number;
}

export interface GpuFacts extends DeviceFacts {
  /** Of one GPU. */
  readonly memoryMiB: number;
}

export interface AcceleratorFacts extends DeviceFacts {
  /** NeuronCores of all devices together. */
  readonly cores: number;
}

/** As AWS describes an instance type; 0 where it says nothing. */
export interface MachineFacts {
  readonly name: string;
  readonly arch: "amd64" | "arm64";
  readonly vcpus: number;
  readonly memoryMiB: number;
  /** `nitro`, `xen`, or "" on bare metal. */
  readonly hypervisor: string;
  /** In label form: `intel`, `amd`, `aws`. */
  readonly cpuManufacturer: string;
  readonly clockMhz: number;
  /** Network interfaces of the default network card; only these give pods their addresses. */
  readonly enis: number;
  readonly ipv4PerEni: number;
  /** Branch interfaces, for pods with security groups of their own. */
  readonly podEnis: number;
  readonly efas: number;
  /** Baseline. */
  readonly networkMbps: number;
  /** Maximum. */
  readonly ebsMbps: number;
  /** All local disks together, in 10^9 bytes. */
  readonly localStoreGB: number;
  readonly localStoreNvme: boolean;
  readonly encryptionInTransit: boolean;
  readonly gpu?: GpuFacts;
  readonly accelerator?: AcceleratorFacts;
}
