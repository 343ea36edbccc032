/** The labels a node of a type will carry, and the requirements that follow. */
import type { Requirements, ValueSet } from "./requirement.ts";
import type { AmiFamilyTraits } from "./sizing-ami-family.ts";
import type { MachineFacts } from "./sizing-facts.ts";

const AWS = "karpenter.k8s.aws/instance-";

/** Labels that describe a machine. One that a type lacks is known to be absent, not merely unknown. */
export const WELL_KNOWN_MACHINE_LABELS: readonly string[] = [
  "kubernetes.io/arch",
  "kubernetes.io/os",
  "node.kubernetes.io/instance-type",
  "node.kubernetes.io/windows-build",
  ...[
    "accelerator-count",
    "accelerator-manufacturer",
    "accelerator-name",
    "capability-flex",
    "category",
    "cpu",
    "cpu-manufacturer",
    "cpu-sustained-clock-speed-mhz",
    "ebs-bandwidth",
    "encryption-in-transit-supported",
    "family",
    "generation",
    "gpu-count",
    "gpu-manufacturer",
    "gpu-memory",
    "gpu-name",
    "hypervisor",
    "local-nvme",
    "memory",
    "network-bandwidth",
    "size",
  ].map((suffix) => AWS + suffix),
];

/** Calls `set` with each label of a machine under Linux. */
function eachLabel(facts: MachineFacts, set: (key: string, value: string) => void): void {
  const { name, gpu, accelerator } = facts;
  const dot = name.indexOf(".");
  const family = dot < 0 ? name : name.slice(0, dot);
  set("kubernetes.io/arch", facts.arch);
  set("kubernetes.io/os", "linux");
  set("node.kubernetes.io/instance-type", name);
  set(`${AWS}category`, /^[a-z]+/.exec(family)?.[0] ?? "");
  set(`${AWS}family`, family);
  set(`${AWS}generation`, /[a-z](\d+)/.exec(family)?.[1] ?? "");
  set(`${AWS}size`, name.slice(family.length + 1));
  set(`${AWS}cpu`, String(facts.vcpus));
  set(`${AWS}cpu-manufacturer`, facts.cpuManufacturer);
  set(`${AWS}memory`, String(facts.memoryMiB));
  set(`${AWS}hypervisor`, facts.hypervisor);
  set(`${AWS}encryption-in-transit-supported`, String(facts.encryptionInTransit));
  set(`${AWS}capability-flex`, String(family.includes("-flex")));
  if (facts.clockMhz > 0) set(`${AWS}cpu-sustained-clock-speed-mhz`, String(facts.clockMhz));
  if (facts.networkMbps > 0) set(`${AWS}network-bandwidth`, String(facts.networkMbps));
  if (facts.ebsMbps > 0) set(`${AWS}ebs-bandwidth`, String(facts.ebsMbps));
  if (facts.localStoreNvme && facts.localStoreGB > 0) set(`${AWS}local-nvme`, String(facts.localStoreGB));
  if (gpu !== undefined) {
    set(`${AWS}gpu-name`, gpu.name);
    set(`${AWS}gpu-manufacturer`, gpu.manufacturer);
    set(`${AWS}gpu-count`, String(gpu.count));
    set(`${AWS}gpu-memory`, String(gpu.memoryMiB));
  }
  if (accelerator !== undefined) {
    set(`${AWS}accelerator-name`, accelerator.name);
    set(`${AWS}accelerator-manufacturer`, accelerator.manufacturer);
    set(`${AWS}accelerator-count`, String(accelerator.count));
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
  changed.set("kubernetes.io/os", { complement: false, values: new Set([traits.os]) });
  const builds = traits.windowsBuild === undefined ? [] : [traits.windowsBuild];
  changed.set("node.kubernetes.io/windows-build", { complement: false, values: new Set(builds) });
  return changed;
}
