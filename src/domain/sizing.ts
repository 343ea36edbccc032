/** From a machine and the sizing of a node class to an instance type: capacity, overhead, allocatable. */
import { allocatableFrom } from "./allocatable.ts";
import type { Offering, Overhead, SizedInstanceType } from "./instance-type.ts";
import type { NodeSizing } from "./node-pool.ts";
import type { Requirements } from "./requirement.ts";
import { NO_RESOURCES, type Resources } from "./resources.ts";
import { type AmiFamilyTraits, amiFamilyTraits, DEFAULT_MAX_PODS } from "./sizing-ami-family.ts";
import { capacityOf, ephemeralStorageBytes } from "./sizing-capacity.ts";
import type { MachineFacts } from "./sizing-facts.ts";
import { withOperatingSystem } from "./sizing-labels.ts";
import {
  defaultEvictionThreshold,
  evictionThreshold,
  GIB,
  kubeReserved,
  kubeReservedMemoryBytes,
  overlay,
} from "./sizing-overhead.ts";
import { eniLimitedPods, podLimit } from "./sizing-pods.ts";

/** The root volume of the Linux AMI families when the node class does not say. */
export const DEFAULT_ROOT_VOLUME_BYTES = 20 * GIB;

/** A machine known by its facts. */
export interface DescribedMachine {
  readonly facts: MachineFacts;
  readonly requirements: Requirements;
  readonly offerings: readonly Offering[];
}

/** A machine whose capacity and overhead were given, for AL2023 with default settings. */
export interface GivenMachine {
  readonly name: string;
  readonly requirements: Requirements;
  readonly capacity: Resources;
  readonly overhead: Overhead;
  readonly offerings: readonly Offering[];
}

/** Makes a type of a machine; undefined where the AMI family does not run on it. */
export type Sizer<Machine> = (machine: Machine) => SizedInstanceType | undefined;

/**
 * What a node class makes of described machines.
 *
 * @param vmMemoryOverheadShare  share of the stated memory that the hypervisor keeps, 0 to 1
 */
export function describedSizer(sizing: NodeSizing, vmMemoryOverheadShare: number): Sizer<DescribedMachine> {
  const traits = amiFamilyTraits(sizing.amiFamily);
  return (machine) =>
    runsOn(traits, machine.facts.arch) ? sizeMachine(machine, sizing, traits, vmMemoryOverheadShare) : undefined;
}

function sizeMachine(
  machine: DescribedMachine,
  sizing: NodeSizing,
  traits: AmiFamilyTraits,
  vmMemoryOverheadShare: number,
): SizedInstanceType {
  const { facts } = machine;
  const { kubelet } = sizing;
  const byInterfaces = eniLimitedPods(facts, sizing.reservedEnis);
  const pods = podLimit(byInterfaces, facts.vcpus, kubelet, traits);
  const capacity = capacityOf(facts, pods, sizing, traits, vmMemoryOverheadShare);
  const reservePods = traits.eniLimitedMemoryReserve ? byInterfaces : pods;
  return assemble(machine, facts.name, traits, capacity, {
    kubeReserved: kubeReserved(facts.vcpus, reservePods, kubelet),
    systemReserved: kubelet.systemReserved ?? NO_RESOURCES,
    evictionThreshold: evictionThreshold(capacity, defaultEvictionThreshold(capacity), kubelet, traits),
  });
}

/**
 * What a node class makes of machines with given capacity and overhead.
 *
 * With default settings both are returned as given. Kubelet settings, another root volume and RAID0 change what they
 * name; the number of interfaces is not known, so `reservedEnis` changes nothing.
 */
export function givenSizer(sizing: NodeSizing): Sizer<GivenMachine> {
  const traits = amiFamilyTraits(sizing.amiFamily);
  return (machine) =>
    runsOn(traits, onlyValue(machine.requirements, "kubernetes.io/arch"))
      ? resizeMachine(machine, sizing, traits)
      : undefined;
}

function resizeMachine(machine: GivenMachine, sizing: NodeSizing, traits: AmiFamilyTraits): SizedInstanceType {
  const { kubelet } = sizing;
  const given = machine.overhead;
  const givenPods = machine.capacity.get("pods") ?? DEFAULT_MAX_PODS;
  const givenStorage = machine.capacity.get("ephemeral-storage");

  const pods = podLimit(givenPods, Math.floor((machine.capacity.get("cpu") ?? 0) / 1000), kubelet, traits);
  const storage = givenEphemeralStorage(machine, sizing) ?? givenStorage ?? sizing.rootVolumeBytes;
  const capacity = overlay(
    machine.capacity,
    new Map([
      ["pods", pods],
      ["ephemeral-storage", storage],
    ]),
  );

  const followsPods = given.kubeReserved.get("memory") === kubeReservedMemoryBytes(givenPods);
  const memoryReserve =
    followsPods && !traits.eniLimitedMemoryReserve ? new Map([["memory", kubeReservedMemoryBytes(pods)]]) : undefined;
  const keepsThreshold = storage === givenStorage || !given.evictionThreshold.has("ephemeral-storage");
  const storageThreshold = keepsThreshold ? undefined : new Map([["ephemeral-storage", Math.ceil(storage / 10)]]);
  return assemble(machine, machine.name, traits, capacity, {
    kubeReserved: overlay(overlay(given.kubeReserved, memoryReserve), kubelet.kubeReserved),
    systemReserved: overlay(given.systemReserved, kubelet.systemReserved),
    evictionThreshold: evictionThreshold(capacity, overlay(given.evictionThreshold, storageThreshold), kubelet, traits),
  });
}

/** The storage that the node class changes it to; undefined where it says nothing new. */
function givenEphemeralStorage(machine: GivenMachine, sizing: NodeSizing): number | undefined {
  const localGB = Number(onlyValue(machine.requirements, "karpenter.k8s.aws/instance-local-nvme") ?? 0);
  const bytes = ephemeralStorageBytes(Number.isSafeInteger(localGB) ? localGB : 0, sizing);
  return bytes === DEFAULT_ROOT_VOLUME_BYTES ? undefined : bytes;
}

/** EKS has Windows for amd64 alone. */
function runsOn(traits: AmiFamilyTraits, arch: string | undefined): boolean {
  return traits.os === "linux" || arch === "amd64";
}

function onlyValue(requirements: Requirements, key: string): string | undefined {
  const [value] = requirements.get(key)?.values ?? [];
  return value;
}

function assemble(
  machine: DescribedMachine | GivenMachine,
  name: string,
  traits: AmiFamilyTraits,
  capacity: Resources,
  overhead: Overhead,
): SizedInstanceType {
  return Object.freeze({
    name,
    requirements: withOperatingSystem(machine.requirements, traits),
    capacity,
    overhead: Object.freeze(overhead),
    allocatable: allocatableFrom(capacity, overhead),
    offerings: machine.offerings,
  });
}
