/** The corpus' instance types as the domain's. */
import type { CapacityType, InstanceType, Offering } from "../../src/domain/instance-type.ts";
import { capacityAmount, parseQuantity } from "../../src/domain/quantity.ts";
import { type Requirement, requirementsOf } from "../../src/domain/requirement.ts";
import { type Resources, subtractResources } from "../../src/domain/resources.ts";
import type { InstanceTypeJson, OfferingJson, QuantityTexts, RequirementJson } from "./corpus.ts";

const ZONE = "topology.kubernetes.io/zone";
const CAPACITY_TYPE = "karpenter.sh/capacity-type";
/** Labels of a launched node that its offering decides. */
const OFFERED = new Set([ZONE, CAPACITY_TYPE, "karpenter.sh/reservation-id"]);

/** Amounts rounded down; what is below 0 (a limit overdrawn) is 0. */
export function amountsOf(texts: QuantityTexts | undefined): Resources {
  const amounts = new Map<string, number>();
  for (const [name, text] of Object.entries(texts ?? {})) {
    amounts.set(name, text.startsWith("-") ? 0 : capacityAmount(name, parseQuantity(text)));
  }
  return amounts;
}

/** Of several entries with one name the first counts: the domain tells types apart by name. */
export function instanceTypesOf(list: readonly InstanceTypeJson[]): readonly InstanceType[] {
  const byName = new Map<string, InstanceType>();
  for (const item of list) if (!byName.has(item.name)) byName.set(item.name, instanceTypeOf(item));
  return [...byName.values()];
}

function instanceTypeOf(item: InstanceTypeJson): InstanceType {
  const capacity = amountsOf(item.capacity);
  return {
    name: item.name,
    requirements: requirementsOf(item.requirements.filter(({ key }) => !OFFERED.has(key)).map(requirementOf)),
    capacity,
    // All overhead as one, so that what is allocatable comes out as recorded.
    overhead: {
      kubeReserved: subtractResources(capacity, amountsOf(item.allocatable)),
      systemReserved: new Map(),
      evictionThreshold: new Map(),
    },
    offerings: item.offerings.map(offeringOf),
  };
}

function offeringOf(item: OfferingJson): Offering {
  const valueOf = (key: string): string => item.requirements.find((one) => one.key === key)?.values?.[0] ?? "";
  return {
    zone: valueOf(ZONE),
    capacityType: valueOf(CAPACITY_TYPE) as CapacityType,
    priceUsdPerHour: item.price,
    available: item.available,
    ...(item.reservationCapacity === undefined ? {} : { remaining: item.reservationCapacity }),
    ...(item.reservationID === undefined ? {} : { reservationId: item.reservationID }),
  };
}

function requirementOf(item: RequirementJson): Requirement {
  return { ...item, values: item.values ?? [] };
}
