/** What the kubelet and the system keep for themselves. */
import type { EvictionSignal, KubeletSettings } from "./node-pool.ts";
import type { Resources } from "./resources.ts";
import type { AmiFamilyTraits } from "./sizing-ami-family.ts";

export const MIB = 2 ** 20;
export const GIB = 2 ** 30;

/**
 * CPU for the kubelet and the runtime, by vCPU: 6% of the first, 1% of the second, 0.5% of the third and fourth, and
 * 0.25% of each beyond. In millicores.
 */
export function kubeReservedCpuMilli(vcpus: number): number {
  const cores = (from: number, to: number): number => Math.max(0, Math.min(vcpus, to) - from);
  return Math.floor(60 * cores(0, 1) + 10 * cores(1, 2) + 5 * cores(2, 4) + 2.5 * cores(4, Infinity));
}

/** Memory for the kubelet and the runtime: 11 MiB a pod and 255 MiB. In bytes. */
export function kubeReservedMemoryBytes(pods: number): number {
  return (11 * pods + 255) * MIB;
}

/** kube-reserved as documented, each resource overridden by the node class where it names it. */
export function kubeReserved(vcpus: number, memoryReservePods: number, kubelet: KubeletSettings): Resources {
  const reserved = new Map<string, number>();
  reserved.set("cpu", kubeReservedCpuMilli(vcpus));
  reserved.set("memory", kubeReservedMemoryBytes(memoryReservePods));
  reserved.set("ephemeral-storage", GIB);
  return overlay(reserved, kubelet.kubeReserved);
}

/** 100 MiB of memory and a tenth of the file system. */
export function defaultEvictionThreshold(capacity: Resources): Resources {
  const threshold = new Map<string, number>();
  threshold.set("memory", 100 * MIB);
  threshold.set("ephemeral-storage", Math.ceil((capacity.get("ephemeral-storage") ?? 0) / 10));
  return threshold;
}

/** Signal to the resource that it holds back; the other signals (inodes, pids, images) cost no capacity. */
const SIGNALS: ReadonlyMap<string, string> = new Map([
  ["memory.available", "memory"],
  ["nodefs.available", "ephemeral-storage"],
]);

/**
 * The eviction threshold: of hard and soft the larger, where either names the resource, else `fallback`.
 *
 * @param fallback  the threshold without kubelet settings
 */
export function evictionThreshold(
  capacity: Resources,
  fallback: Resources,
  kubelet: KubeletSettings,
  traits: AmiFamilyTraits,
): Resources {
  if (kubelet.evictionHard === undefined && kubelet.evictionSoft === undefined) return fallback;
  const named = new Map<string, number>();
  const soft = traits.evictionSoft ? kubelet.evictionSoft : undefined;
  for (const signals of [kubelet.evictionHard, soft]) {
    for (const [signal, amount] of signals ?? []) {
      const resource = SIGNALS.get(signal);
      if (resource === undefined) continue;
      const bytes = signalBytes(amount, capacity.get(resource) ?? 0);
      named.set(resource, Math.max(named.get(resource) ?? 0, bytes));
    }
  }
  return overlay(fallback, named);
}

/** A share of 100% switches the signal off, as the kubelet reads it. */
function signalBytes(signal: EvictionSignal, capacityBytes: number): number {
  if ("bytes" in signal) return signal.bytes;
  return signal.share >= 1 ? 0 : Math.ceil(signal.share * capacityBytes - 1e-6);
}

/** `base` with the amounts of `over` in place of its own. */
export function overlay(base: Resources, over: Resources | undefined): Resources {
  return over === undefined || over.size === 0 ? base : new Map([...base, ...over]);
}
