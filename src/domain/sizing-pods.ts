/** How many pods a node takes. */
import type { KubeletSettings } from "./node-pool.ts";
import { type AmiFamilyTraits, DEFAULT_MAX_PODS } from "./sizing-ami-family.ts";
import type { MachineFacts } from "./sizing-facts.ts";

/**
 * The limit by network interfaces: each interface keeps one address for itself, and two pods (the network plugin and
 * kube-proxy) use the host's.
 *
 *   (enis - reservedEnis) * (ipv4PerEni - 1) + 2,   0 when no interface is left
 */
export function eniLimitedPods(facts: Pick<MachineFacts, "enis" | "ipv4PerEni">, reservedEnis: number): number {
  const usable = Math.max(0, facts.enis - reservedEnis);
  return usable === 0 ? 0 : usable * (facts.ipv4PerEni - 1) + 2;
}

/** `maxPods` where set, else the family's own limit; and no more than `podsPerCore` a vCPU where the family knows it. */
export function podLimit(
  familyLimit: number,
  vcpus: number,
  kubelet: KubeletSettings,
  traits: AmiFamilyTraits,
): number {
  const limit = kubelet.maxPods ?? (traits.eniLimitedPods ? familyLimit : DEFAULT_MAX_PODS);
  const perCore = kubelet.podsPerCore ?? 0;
  return traits.podsPerCore && perCore > 0 ? Math.min(limit, perCore * vcpus) : limit;
}
