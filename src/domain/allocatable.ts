/** What of a machine is left for pods. */
import type { InstanceType, Overhead } from "./instance-type.ts";
import type { Resources } from "./resources.ts";

/**
 * Capacity less kube-reserved, system-reserved and the eviction threshold, never below 0.
 *
 * Overhead of a resource that the machine does not have counts for nothing.
 */
export function allocatableFrom(capacity: Resources, overhead: Overhead): Resources {
  const left = new Map<string, number>();
  for (const [name, amount] of capacity) {
    const taken =
      (overhead.kubeReserved.get(name) ?? 0) +
      (overhead.systemReserved.get(name) ?? 0) +
      (overhead.evictionThreshold.get(name) ?? 0);
    left.set(name, Math.max(0, amount - taken));
  }
  return left;
}

/** {@link allocatableFrom} of a type. */
export function allocatableOf(type: Pick<InstanceType, "capacity" | "overhead">): Resources {
  return allocatableFrom(type.capacity, type.overhead);
}
