/** Zones and capacity types in which NodePools could make a node for a pod: empty domains that a spread must not forget. */
import type { InstanceType, Offering } from "../../domain/instance-type.ts";
import type { NodePool } from "../../domain/node-pool.ts";
import type { Pod } from "../../domain/pod.ts";
import {
  CAPACITY_TYPE_LABEL,
  type ValueSet,
  ZONE_LABEL,
  allows,
  canonicalKey,
  canonicalLabels,
  setsIntersect,
  valueSetOf,
} from "../../domain/requirement.ts";
import type { Snapshot } from "../../domain/snapshot.ts";
import { untoleratedTaint } from "../../domain/taint.ts";
import { offeringLabels } from "./hosts.ts";
import { meetsNodeRules } from "./node-rules.ts";

/** Which of the owner's own rules decide: nodeAffinityPolicy and nodeTaintsPolicy of the constraint. */
export interface DomainPolicies {
  readonly affinity: boolean;
  readonly taints: boolean;
}

/**
 * Values of `key` (zone or capacity type; none for other keys) that an offering of a usable NodePool has.
 *
 * It errs on the side of too few: a pool whose open labels the pod asks about is left out.
 */
export function offeredDomains(
  snapshot: Snapshot,
  key: string,
  owner: Pod,
  { affinity, taints }: DomainPolicies,
): ReadonlySet<string> {
  const found = new Set<string>();
  if (key !== ZONE_LABEL && key !== CAPACITY_TYPE_LABEL) return found;
  const valueOf = (offering: Offering): string => (key === ZONE_LABEL ? offering.zone : offering.capacityType);
  const asked = askedKeys(owner);
  for (const pool of snapshot.nodePools) {
    if (pool.unusable !== undefined) continue;
    if (taints && untoleratedTaint(pool.taints, owner.tolerations) !== undefined) continue;
    const wanted = poolRules(pool);
    const types = snapshot.instanceTypes.get(pool.name) ?? [];
    if (affinity && asksAboutOpenKey(asked, wanted, types[0])) continue;
    const fixed = canonicalLabels(pool.labels);
    for (const type of types) {
      for (const offering of type.offerings) {
        if (found.has(valueOf(offering)) || !offering.available || offering.remaining === 0) continue;
        if (!poolAllows(pool, wanted, type, offering)) continue;
        if (affinity && meetsNodeRules(owner, labelsOf(pool, fixed, type, offering)) !== undefined) continue;
        found.add(valueOf(offering));
      }
    }
  }
  return found;
}

type Rules = readonly { readonly key: string; readonly set: ValueSet }[];

function poolRules(pool: NodePool): Rules {
  return pool.requirements.map((one) => ({ key: canonicalKey(one.key), set: valueSetOf(one) }));
}

function askedKeys(pod: Pod): ReadonlySet<string> {
  const keys = new Set([...pod.nodeSelector.keys()].map(canonicalKey));
  for (const term of pod.requiredNodeTerms) for (const one of term) keys.add(canonicalKey(one.key));
  return keys;
}

/** Whether the pod asks about a label that neither machine nor offering decides, and the pool does not fix. */
function asksAboutOpenKey(asked: ReadonlySet<string>, wanted: Rules, type: InstanceType | undefined): boolean {
  return wanted.some(
    ({ key }) =>
      asked.has(key) && key !== ZONE_LABEL && key !== CAPACITY_TYPE_LABEL && type?.requirements.has(key) !== true,
  );
}

function poolAllows(pool: NodePool, wanted: Rules, type: InstanceType, offering: Offering): boolean {
  if (pool.sizing.zones.length > 0 && !pool.sizing.zones.includes(offering.zone)) return false;
  return wanted.every(({ key, set }) => {
    if (key === ZONE_LABEL) return allows(set, offering.zone);
    if (key === CAPACITY_TYPE_LABEL) return allows(set, offering.capacityType);
    const own = type.requirements.get(key);
    return own !== undefined ? setsIntersect(own, set) : !isProviderKey(key) || allows(set, undefined);
  });
}

/** A machine label that the type does not name is not there. */
function isProviderKey(key: string): boolean {
  return key.startsWith("karpenter.k8s.aws/") || key.startsWith("topology.") || key.startsWith("node.kubernetes.io/");
}

function labelsOf(
  pool: NodePool,
  fixed: ReadonlyMap<string, string>,
  type: InstanceType,
  offering: Offering,
): ReadonlyMap<string, string> {
  const labels = new Map(fixed);
  for (const [key, set] of type.requirements) {
    if (!set.complement && set.values.size === 1) for (const value of set.values) labels.set(key, value);
  }
  const { zone, capacityType, priceUsdPerHour } = offering;
  const choice = { instanceType: type.name, zone, capacityType, priceUsdPerHour };
  for (const [key, value] of offeringLabels(pool, choice)) labels.set(key, value);
  return labels;
}
