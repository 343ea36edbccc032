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

/** The labels of a machine under Linux. */
export function labelsOf(facts: MachineFacts): ReadonlyMap<string, string> {
  const [family = "", size = ""] = facts.name.split(".");
  const labels = new Map([
    ["kubernetes.io/arch", facts.arch],
    ["kubernetes.io/os", "linux"],
    ["node.kubernetes.io/instance-type", facts.name],
    [`${AWS}category`, /^[a-z]+/.exec(family)?.[0] ?? ""],
    [`${AWS}family`, family],
    [`${AWS}generation`, /[a-z](\d+)/.exec(family)?.[1] ?? ""],
    [`${AWS}size`, size],
    [`${AWS}cpu`, String(facts.vcpus)],
    [`${AWS}cpu-manufacturer`, facts.cpuManufacturer],
    [`${AWS}memory`, String(facts.memoryMiB)],
    [`${AWS}hypervisor`, facts.hypervisor],
    [`${AWS}encryption-in-transit-supported`, String(facts.encryptionInTransit)],
    [`${AWS}capability-flex`, String(family.includes("-flex"))],
  ]);
  const addCount = (suffix: string, value: number): void => {
    if (value > 0) labels.set(AWS + suffix, String(value));
  };
  addCount("cpu-sustained-clock-speed-mhz", facts.clockMhz);
  addCount("network-bandwidth", facts.networkMbps);
  addCount("ebs-bandwidth", facts.ebsMbps);
  addCount("local-nvme", facts.localStoreNvme ? facts.localStoreGB : 0);
  if (facts.gpu !== undefined) {
    labels.set(`${AWS}gpu-name`, facts.gpu.name);
    labels.set(`${AWS}gpu-manufacturer`, facts.gpu.manufacturer);
    labels.set(`${AWS}gpu-count`, String(facts.gpu.count));
    labels.set(`${AWS}gpu-memory`, String(facts.gpu.memoryMiB));
  }
  if (facts.accelerator !== undefined) {
    labels.set(`${AWS}accelerator-name`, facts.accelerator.name);
    labels.set(`${AWS}accelerator-manufacturer`, facts.accelerator.manufacturer);
    labels.set(`${AWS}accelerator-count`, String(facts.accelerator.count));
  }
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

/** Labels as requirements: a single value each, and no value for a well-known label that is not there. */
export function requirementsFrom(
  labels: ReadonlyMap<string, string>,
  valueSet: (value: string) => ValueSet,
): Requirements {
  const requirements = new Map<string, ValueSet>();
  for (const key of WELL_KNOWN_MACHINE_LABELS) {
    const value = labels.get(key);
    requirements.set(key, value === undefined ? ABSENT : valueSet(value));
  }
  for (const [key, value] of labels) {
    if (!requirements.has(key)) requirements.set(key, valueSet(value));
  }
  return requirements;
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
