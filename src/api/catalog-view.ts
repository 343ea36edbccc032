/** The catalogue as a list to look at: filtered, sorted, paged; for `plimsoll catalog` and `GET /v1/catalog`. */
import { inputError } from "../domain/errors.ts";
import type { CapacityType, SizedInstanceType } from "../domain/instance-type.ts";
import { capacityAmount, formatQuantity, parseQuantity } from "../domain/quantity.ts";
import { amountOf, type Resources } from "../domain/resources.ts";
import type { Catalog, CatalogInfo } from "../ports/catalog.ts";
import { DEFAULT_SIZING } from "./manifests/node-class.ts";

/** Which types to show; everything absent does not filter. Quantities are texts, e.g. minMemory `16Gi`. */
export interface CatalogFilter {
  /** A name with `*` for any text, e.g. `m7*.large`. */
  readonly name?: string;
  readonly arch?: string;
  /** Any of these, e.g. `c`, `m`, `r`. */
  readonly category?: readonly string[];
  readonly family?: readonly string[];
  readonly minCpu?: string;
  readonly maxCpu?: string;
  readonly minMemory?: string;
  readonly maxMemory?: string;
  /** True: with GPUs or accelerators only; false: without. */
  readonly accelerated?: boolean;
  readonly zone?: string;
  readonly capacityType?: CapacityType;
  /** USD per hour. */
  readonly maxPrice?: number;
  readonly sort?: CatalogSort;
  readonly offset?: number;
  /** Default: all. */
  readonly limit?: number;
}

export const CATALOG_SORTS = ["price", "name", "cpu", "memory"] as const;
export type CatalogSort = (typeof CATALOG_SORTS)[number];

/** One price of a type and the zones it holds in. */
export interface CatalogPrice {
  readonly capacityType: CapacityType;
  readonly hourlyUsd: number;
  readonly zones: readonly string[];
}

export interface CatalogItem {
  readonly instanceType: string;
  readonly arch: string;
  readonly category: string;
  readonly family: string;
  readonly capacity: Readonly<Record<string, string>>;
  /** What pods may use with the default node class: Amazon Linux 2023, default kubelet settings. */
  readonly allocatable: Readonly<Record<string, string>>;
  /** Cheapest first. */
  readonly prices: readonly CatalogPrice[];
}

export interface CatalogPage {
  readonly catalog: CatalogInfo;
  /** Types that match, on all pages. */
  readonly total: number;
  readonly offset: number;
  readonly items: readonly CatalogItem[];
}

/**
 * The types that match, in order.
 * @throws PlimsollError (input) `INVALID_FILTER` for a quantity that is none
 */
export function listCatalog(catalog: Catalog, filter: CatalogFilter): CatalogPage {
  const matches = matcher(filter);
  const found = catalog
    .instanceTypes(DEFAULT_SIZING)
    .map((type) => ({ type, prices: pricesOf(type, filter) }))
    .filter(({ type, prices }) => prices.length > 0 && matches(type))
    .sort(order(filter.sort ?? "price"));
  const offset = filter.offset ?? 0;
  const items = found.slice(offset, filter.limit === undefined ? undefined : offset + filter.limit).map(toItem);
  return { catalog: catalog.info(), total: found.length, offset, items };
}

interface Listed {
  readonly type: SizedInstanceType;
  readonly prices: readonly CatalogPrice[];
}

function matcher(filter: CatalogFilter): (type: SizedInstanceType) => boolean {
  const name = filter.name === undefined ? undefined : globPattern(filter.name);
  const ranges = [
    range("cpu", "minCpu", filter.minCpu, "maxCpu", filter.maxCpu),
    range("memory", "minMemory", filter.minMemory, "maxMemory", filter.maxMemory),
  ];
  return (type) => {
    if (name !== undefined && !name.test(type.name)) return false;
    if (filter.arch !== undefined && label(type, "kubernetes.io/arch") !== filter.arch) return false;
    if (filter.category !== undefined && !filter.category.includes(label(type, CATEGORY))) return false;
    if (filter.family !== undefined && !filter.family.includes(label(type, FAMILY))) return false;
    if (filter.accelerated !== undefined && isAccelerated(type) !== filter.accelerated) return false;
    return ranges.every((holds) => holds(type.capacity));
  };
}

const CATEGORY = "karpenter.k8s.aws/instance-category";
const FAMILY = "karpenter.k8s.aws/instance-family";

function globPattern(glob: string): RegExp {
  const parts = glob
    .slice(0, 64)
    .split(/\*+/)
    .map((part) => part.replaceAll(/[^\w-]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join(".*")}$`);
}

function range(
  resource: string,
  minField: string,
  min: string | undefined,
  maxField: string,
  max: string | undefined,
): (capacity: Resources) => boolean {
  const least = min === undefined ? 0 : filterAmount(resource, minField, min);
  const most = max === undefined ? Number.POSITIVE_INFINITY : filterAmount(resource, maxField, max);
  return (capacity) => amountOf(capacity, resource) >= least && amountOf(capacity, resource) <= most;
}

function filterAmount(resource: string, field: string, text: string): number {
  try {
    return capacityAmount(resource, parseQuantity(text));
  } catch (error) {
    const hint = "Write a number with an optional suffix, such as 4 or 16Gi.";
    const details = { object: "catalog filter", field, value: text.slice(0, 60), hint };
    throw inputError("INVALID_FILTER", `"${text.slice(0, 60)}" is not a quantity`, details, error);
  }
}

function isAccelerated(type: SizedInstanceType): boolean {
  return [...type.capacity].some(([name, amount]) => amount > 0 && /(gpu|neuron|gaudi|fpga|accelerator)/i.test(name));
}

function label(type: SizedInstanceType, key: string): string {
  const set = type.requirements.get(key);
  return set === undefined || set.complement ? "" : ([...set.values][0] ?? "");
}

/** Offerings of one price together, cheapest first; those that the filter leaves. */
function pricesOf(type: SizedInstanceType, filter: CatalogFilter): readonly CatalogPrice[] {
  const prices = new Map<string, { capacityType: CapacityType; hourlyUsd: number; zones: string[] }>();
  for (const { available, capacityType, priceUsdPerHour, zone } of type.offerings) {
    if (!available || priceUsdPerHour > (filter.maxPrice ?? Number.POSITIVE_INFINITY)) continue;
    if (filter.zone !== undefined && zone !== filter.zone) continue;
    if (filter.capacityType !== undefined && capacityType !== filter.capacityType) continue;
    const key = `${capacityType} ${String(priceUsdPerHour)}`;
    const known = prices.get(key);
    if (known === undefined) prices.set(key, { capacityType, hourlyUsd: priceUsdPerHour, zones: [zone] });
    else known.zones.push(zone);
  }
  return [...prices.values()].sort((a, b) => a.hourlyUsd - b.hourlyUsd);
}

function order(sort: CatalogSort): (a: Listed, b: Listed) => number {
  const price = ({ prices }: Listed): number => prices[0]?.hourlyUsd ?? Number.POSITIVE_INFINITY;
  const by = ({ type }: Listed, resource: string): number => amountOf(type.capacity, resource);
  const byName = (a: Listed, b: Listed): number => a.type.name.localeCompare(b.type.name, "en", { numeric: true });
  switch (sort) {
    case "name":
      return byName;
    case "price":
      return (a, b) => price(a) - price(b) || byName(a, b);
    case "cpu":
    case "memory":
      return (a, b) => by(a, sort) - by(b, sort) || price(a) - price(b) || byName(a, b);
  }
}

function toItem({ type, prices }: Listed): CatalogItem {
  return {
    instanceType: type.name,
    arch: label(type, "kubernetes.io/arch"),
    category: label(type, CATEGORY),
    family: label(type, FAMILY),
    capacity: toQuantities(type.capacity),
    allocatable: toQuantities(type.allocatable),
    prices,
  };
}

/** Resources as Kubernetes writes them; the names may be a user's, so they are put in as own properties. */
export function toQuantities(resources: Resources): Record<string, string> {
  return Object.fromEntries([...resources].map(([name, amount]) => [name, formatQuantity(name, amount)]));
}
