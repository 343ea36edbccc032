/** The labels a node of a type will carry, and the requirements that follow. */
import type { Requirements, ValueSet } from "./requirement.ts";
import type { AmiFamilyTraits } from "./sizing-ami-family.ts";
import type { MachineFacts } from "./sizing-facts.ts";

/** Keys are written once: put together anew for each machine they would cost more than all the rest of a catalogue. */
const KEY = {
  arch: "kubernetes.io/arch",
  os: "kubernetes.io/os",
  instanceType: "node.kubernetes.io/instance-type",
  windowsBuild: "node.kubernetes.io/windows-build",
  acceleratorCount: "karpenter.k8s.aws/instance-accelerator-count",
  acceleratorManufacturer: "karpenter.k8s.aws/instance-accelerator-manufacturer",
  acceleratorName: "karpenter.k8s.aws/instance-accelerator-name",
  capabilityFlex: "karpenter.k8s.aws/instance-capability-flex",
  category: "karpenter.k8s.aws/instance-category",
  cpu: "karpenter.k8s.aws/instance-cpu",
  cpuManufacturer: "karpenter.k8s.aws/instance-cpu-manufacturer",
  clockMhz: "karpenter.k8s.aws/instance-cpu-sustained-clock-speed-mhz",
  ebsBandwidth: "karpenter.k8s.aws/instance-ebs-bandwidth",
  encryptionInTransit: "karpenter.k8s.aws/instance-encryption-in-transit-supported",
  family: "karpenter.k8s.aws/instance-family",
  generation: "karpenter.k8s.aws/instance-generation",
  gpuCount: "karpenter.k8s.aws/instance-gpu-count",
  gpuManufacturer: "karpenter.k8s.aws/instance-gpu-manufacturer",
  gpuMemory: "karpenter.k8s.aws/instance-gpu-memory",
  gpuName: "karpenter.k8s.aws/instance-gpu-name",
  hypervisor: "karpenter.k8s.aws/instance-hypervisor",
  localNvme: "karpenter.k8s.aws/instance-local-nvme",
  memory: "karpenter.k8s.aws/instance-memory",
  networkBandwidth: "karpenter.k8s.aws/instance-network-bandwidth",
  size: "karpenter.k8s.aws/instance-size",
} as const;

/** Labels that describe a machine. One that a type lacks is known to be absent, not merely unknown. */
export const WELL_KNOWN_MACHINE_LABELS: readonly string[] = Object.values(KEY);

/** Calls `set` with each label of a machine under Linux. */
function eachLabel(facts: MachineFacts, set: (key: string, value: string) => void): void {
  const { name, gpu, accelerator } = facts;
  const dot = name.indexOf(".");
  const family = dot < 0 ? name : name.slice(0, dot);
  set(KEY.arch, facts.arch);
  set(KEY.os, "linux");
  set(KEY.instanceType, name);
  set(KEY.category, /^[a-z]+/.exec(family)?.[0] ?? "");
  set(KEY.family, family);
  set(KEY.generation, /[a-z](\d+)/.exec(family)?.[1] ?? "");
  set(KEY.size, name.slice(family.length + 1));
  set(KEY.cpu, String(facts.vcpus));
  set(KEY.cpuManufacturer, facts.cpuManufacturer);
  set(KEY.memory, String(facts.memoryMiB));
  set(KEY.hypervisor, facts.hypervisor);
  set(KEY.encryptionInTransit, String(facts.encryptionInTransit));
  set(KEY.capabilityFlex, String(family.includes("-flex")));
  if (facts.clockMhz > 0) set(KEY.clockMhz, String(facts.clockMhz));
  if (facts.networkMbps > 0) set(KEY.networkBandwidth, String(facts.networkMbps));
  if (facts.ebsMbps > 0) set(KEY.ebsBandwidth, String(facts.ebsMbps));
  if (facts.localStoreNvme && facts.localStoreGB > 0) set(KEY.localNvme, String(facts.localStoreGB));
  if (gpu !== undefined) {
    set(KEY.gpuName, gpu.name);
    set(KEY.gpuManufacturer, gpu.manufacturer);
    set(KEY.gpuCount, String(gpu.count));
    set(KEY.gpuMemory, String(gpu.memoryMiB));
  }
  if (accelerator !== undefined) {
    set(KEY.acceleratorName, accelerator.name);
    set(KEY.acceleratorManufacturer, accelerator.manufacturer);
    set(KEY.acceleratorCount, String(accelerator.count));
  }
}

/** The labels of a machine under Linux. */
export function labelsOf(facts: MachineFacts): ReadonlyMap<string, string> {
  const labels = new Map<string, string>();
  eachLabel(facts, (key, value) => labels.set(key, value));
  return labels;
}

const ABSENT: ValueSet = Object.freeze({ complement: false, values: new Set<string>() });

/** Makes one ValueSet a value and hands it out again: a catalogue has tens of thousands of labels and few values. */
export function createValueSets(): (value: string) => ValueSet {
  const known = new Map<string, ValueSet>();
  return (value) => {
    let set = known.get(value);
    if (set === undefined) {
      set = Object.freeze({ complement: false, values: new Set([value]) });
      known.set(value, set);
    }
    return set;
  };
}

/** {@link requirementsFrom} the labels of a machine, without a map in between. */
export function machineRequirements(facts: MachineFacts, valueSet: (value: string) => ValueSet): Requirements {
  const requirements = new Map<string, ValueSet>();
  eachLabel(facts, (key, value) => requirements.set(key, valueSet(value)));
  return withAbsent(requirements);
}

function withAbsent(requirements: Map<string, ValueSet>): Requirements {
  for (const key of WELL_KNOWN_MACHINE_LABELS) {
    if (!requirements.has(key)) requirements.set(key, ABSENT);
  }
  return requirements;
}

/** Labels as requirements: a single value each, and no value for a well-known label that is not there. */
export function requirementsFrom(
  labels: ReadonlyMap<string, string>,
  valueSet: (value: string) => ValueSet,
): Requirements {
  const requirements = new Map<string, ValueSet>();
  for (const [key, value] of labels) requirements.set(key, valueSet(value));
  return withAbsent(requirements);
}

/** The same machine under the operating system of the AMI family. Linux requirements come back as they are. */
export function withOperatingSystem(requirements: Requirements, traits: AmiFamilyTraits): Requirements {
  if (traits.os === "linux") return requirements;
  const changed = new Map(requirements);
  changed.set(KEY.os, { complement: false, values: new Set([traits.os]) });
  const builds = traits.windowsBuild === undefined ? [] : [traits.windowsBuild];
  changed.set(KEY.windowsBuild, { complement: false, values: new Set(builds) });
  return changed;
}
