/** What a new node can be: NodePool x InstanceType x chosen labels x offering, with offerings merged that no pod can tell apart. */
import { allocatableOf } from "../../domain/allocatable.ts";
import type { InstanceType, Offering } from "../../domain/instance-type.ts";
import type { NodePool } from "../../domain/node-pool.ts";
import {
  CAPACITY_TYPE_LABEL,
  HOSTNAME_LABEL,
  NODE_POOL_LABEL,
  PROVISIONER_LABEL,
  REGION_LABEL,
  RESERVATION_LABEL,
  type Requirements,
  type ValueSet,
  ZONE_LABEL,
  allows,
  canonicalKey,
  canonicalLabels,
  formatRequirement,
  intersectSets,
  isImpossible,
  isWellKnownKey,
  mayBeAbsent,
  requirementsOf,
} from "../../domain/requirement.ts";
import type { Resources } from "../../domain/resources.ts";
import type { Snapshot } from "../../domain/snapshot.ts";
import type { AskedKeys } from "./asked-keys.ts";
import { type Choice, choicesOf, combineChoices, defaultChoice } from "./label-branches.ts";

/** A machine of a pool with the labels that were chosen for it; zone and capacity type still open. */
export interface NodeKind {
  readonly nodePool: NodePool;
  readonly instanceType: InstanceType;
  readonly allocatable: Resources;
  /** Labels that the pool leaves open and Plimsoll decided, under canonical keys. */
  readonly chosen: ReadonlyMap<string, string>;
  /** Rank of the pool's weight, 0 for the highest. */
  readonly tier: number;
}

/** One kind of node that can be bought. */
export interface Shape {
  readonly kind: NodeKind;
  /** The cheapest of {@link Shape.offerings}: what a planned node of this shape is. */
  readonly offering: Offering;
  /** Offerings that no rule of this snapshot can tell apart, cheapest first. */
  readonly offerings: readonly Offering[];
}

/** How the offerings of one pool were narrowed down, for messages. */
export interface PoolOffer {
  readonly nodePool: NodePool;
  readonly allowed: number;
  /** Allowed by the pool, but not to be had now. */
  readonly unavailable: number;
  /** Why nothing can be launched from it, when so. */
  readonly nothing?: string;
}

export interface Shapes {
  readonly all: readonly Shape[];
  readonly pools: readonly PoolOffer[];
  /** False when some combinations of chosen labels were left out. */
  readonly complete: boolean;
}

/** Keys that the offering or the platform decides, not the machine. */
const OFFERING_KEYS: ReadonlySet<string> = new Set([
  ZONE_LABEL,
  REGION_LABEL,
  CAPACITY_TYPE_LABEL,
  RESERVATION_LABEL,
  HOSTNAME_LABEL,
  NODE_POOL_LABEL,
  PROVISIONER_LABEL,
]);

/** Stands for a value that is there and equal to nothing anyone can name: the hostname of a node yet to be born. */
export const UNKNOWN_VALUE = "\u0000unknown";

/** Lists what can be bought for this snapshot. The order of pools, types and offerings changes nothing. */
export function listShapes(snapshot: Snapshot, asked: AskedKeys): Shapes {
  const tiers = tiersOf(snapshot.nodePools);
  const pools = [...snapshot.nodePools].sort(
    (a, b) => tiers.get(a.weight)! - tiers.get(b.weight)! || (a.name < b.name ? -1 : 1),
  );
  const all: Shape[] = [];
  const offers: PoolOffer[] = [];
  const cache: TypeCache = { allocatable: new Map(), sorted: new Map(), keys: new Map() };
  let complete = true;
  for (const nodePool of pools) {
    const types = sortedTypes(snapshot.instanceTypes.get(nodePool.name) ?? [], cache);
    const made = shapesOfPool(nodePool, types, tiers.get(nodePool.weight)!, asked, cache);
    for (const shape of made.shapes) all.push(shape);
    offers.push(made.offer);
    complete &&= made.complete;
  }
  return { all, pools: offers, complete };
}

interface TypeCache {
  readonly allocatable: Map<InstanceType, Resources>;
  readonly sorted: Map<readonly InstanceType[], readonly InstanceType[]>;
  readonly keys: Map<readonly InstanceType[], ReadonlySet<string>>;
}

/** Weight to tier: 0 for the highest. */
function tiersOf(pools: readonly NodePool[]): ReadonlyMap<number, number> {
  const weights = [...new Set(pools.map((pool) => pool.weight))].sort((a, b) => b - a);
  return new Map(weights.map((weight, tier) => [weight, tier]));
}

function shapesOfPool(
  nodePool: NodePool,
  types: readonly InstanceType[],
  tier: number,
  asked: AskedKeys,
  cache: TypeCache,
): { shapes: readonly Shape[]; offer: PoolOffer; complete: boolean } {
  const empty = (nothing: string): { shapes: []; offer: PoolOffer; complete: true } => ({
    shapes: [],
    offer: { nodePool, allowed: 0, unavailable: 0, nothing },
    complete: true,
  });
  if (nodePool.unusable !== undefined) return empty(nodePool.unusable);
  const wanted = poolRequirements(nodePool);
  for (const [key, set] of wanted) if (isImpossible(set)) return empty(`its requirements on ${key} contradict`);

  const typeKeys = keysOf(types, cache);
  const custom = customChoices(wanted, typeKeys, asked);
  const relevant = new Set(asked.relevant);
  const splitZones = relevant.has(ZONE_LABEL) || relevant.has(REGION_LABEL);
  const splitCapacity = relevant.has(CAPACITY_TYPE_LABEL);
  const splitReservation = relevant.has(RESERVATION_LABEL);
  const offeringAllowed = offeringFilter(nodePool, wanted);

  const shapes: Shape[] = [];
  let allowed = 0;
  let unavailable = 0;
  let complete = true;
  for (const type of types) {
    const open = openKeys(type, wanted, typeKeys);
    if (open === undefined) continue;
    const merged = new Map<string, Offering[]>();
    for (const offering of sortedOfferings(type)) {
      if (!offeringAllowed(offering)) continue;
      allowed++;
      if (!offering.available || offering.remaining === 0) {
        unavailable++;
        continue;
      }
      // A reservation has a limit of its own, so it is never merged with anything.
      const limited = offering.remaining === undefined ? "" : `${offering.reservationId ?? ""}\u0001${offering.zone}`;
      const key =
        (splitZones ? offering.zone : "") +
        `\u0001${splitCapacity ? offering.capacityType : ""}` +
        `\u0001${splitReservation ? (offering.reservationId ?? "") : ""}\u0001${limited}`;
      const others = merged.get(key);
      if (others === undefined) merged.set(key, [offering]);
      else others.push(offering);
    }
    if (merged.size === 0) continue;
    const choices = new Map(custom);
    for (const [key, domain] of open) choices.set(key, choicesFor(key, domain, asked));
    const combined = choices.size === 0 ? NO_CHOICES : combineChoices(choices, asked.terms);
    complete &&= combined.complete;
    const allocatable = cached(cache.allocatable, type, () => allocatableOf(type));
    for (const chosen of combined.variants) {
      const kind: NodeKind = { nodePool, instanceType: type, allocatable, chosen, tier };
      for (const offerings of merged.values()) {
        if (offerings.length > 1) offerings.sort((a, b) => a.priceUsdPerHour - b.priceUsdPerHour);
        shapes.push({ kind, offering: offerings[0]!, offerings });
      }
    }
  }
  const offer: PoolOffer = { nodePool, allowed, unavailable };
  if (allowed > unavailable) return { shapes, offer, complete };
  const nothing =
    types.length === 0
      ? "there are no instance types for it"
      : allowed === 0
        ? `its requirements leave none of ${types.length} instance types`
        : "none of its offerings is available now";
  return { shapes, offer: { ...offer, nothing }, complete };
}

const NO_CHOICES = { variants: [new Map<string, string>()], complete: true };

/** What the pool's requirements and fixed labels say together. */
function poolRequirements(pool: NodePool): Requirements {
  const fixed = [...pool.labels].map(([key, value]) => ({ key, operator: "In" as const, values: [value] }));
  return requirementsOf([...pool.requirements, ...fixed]);
}

/** Choices for the labels that only the pool knows; a single choice is no branch. */
function customChoices(
  wanted: Requirements,
  typeKeys: ReadonlySet<string>,
  asked: AskedKeys,
): ReadonlyMap<string, readonly Choice[]> {
  const choices = new Map<string, readonly Choice[]>();
  for (const [key, domain] of wanted) {
    if (isWellKnownKey(key) || typeKeys.has(key)) continue;
    choices.set(key, choicesFor(key, domain, asked));
  }
  return choices;
}

function choicesFor(key: string, domain: ValueSet, asked: AskedKeys): readonly Choice[] {
  const sets = asked.sets.get(key);
  if (sets === undefined && !asked.spread.has(key)) return [defaultChoice(domain)];
  return choicesOf(domain, sets ?? [], asked.spread.has(key));
}

/**
 * The labels that a type leaves open under the pool's requirements; undefined when the pool does not allow the type.
 *
 * Real machines leave nothing open. A well-known label that a type does not name is not there.
 */
function openKeys(
  type: InstanceType,
  wanted: Requirements,
  typeKeys: ReadonlySet<string>,
): ReadonlyMap<string, ValueSet> | undefined {
  for (const [key, set] of wanted) {
    if (OFFERING_KEYS.has(key)) continue;
    const own = type.requirements.get(key);
    if (own === undefined) {
      if ((isWellKnownKey(key) || typeKeys.has(key)) && !mayBeAbsent(set)) return undefined;
    } else if (isSingle(own)) {
      for (const value of own.values) if (!allows(set, value)) return undefined;
    } else if (isImpossible(intersectSets(own, set))) {
      return undefined;
    }
  }
  let open: Map<string, ValueSet> | undefined;
  for (const [key, own] of type.requirements) {
    if (isSingle(own) || (!own.complement && own.values.size === 0) || OFFERING_KEYS.has(key)) continue;
    const set = wanted.get(key);
    (open ??= new Map<string, ValueSet>()).set(key, set === undefined ? own : intersectSets(own, set));
  }
  return open ?? NOTHING_OPEN;
}

const NOTHING_OPEN: ReadonlyMap<string, ValueSet> = new Map();

function isSingle(set: ValueSet): boolean {
  return !set.complement && set.values.size === 1 && set.absent !== true;
}

/** Whether the pool may use an offering; answers are kept by zone, capacity type and reservation. */
function offeringFilter(pool: NodePool, wanted: Requirements): (offering: Offering) => boolean {
  const zones = pool.sizing.zones.length === 0 ? undefined : new Set(pool.sizing.zones);
  const known = new Map<string, boolean>();
  return (offering) => {
    const text = `${offering.zone}\u0001${offering.capacityType}\u0001${offering.reservationId ?? ""}`;
    const before = known.get(text);
    if (before !== undefined) return before;
    const ok =
      (zones?.has(offering.zone) ?? true) &&
      [ZONE_LABEL, REGION_LABEL, CAPACITY_TYPE_LABEL, RESERVATION_LABEL].every((key) => {
        const set = wanted.get(key);
        return set === undefined || allows(set, labelOfOffering(offering, key));
      });
    known.set(text, ok);
    return ok;
  };
}

const AWS_ZONE = /^([a-z]{2}(?:-[a-z]+)+-\d+)[a-z]$/;

/** A label that the offering decides. */
function labelOfOffering(offering: Offering, key: string): string | undefined {
  switch (key) {
    case ZONE_LABEL:
      return offering.zone;
    case REGION_LABEL:
      return AWS_ZONE.exec(offering.zone)?.[1];
    case CAPACITY_TYPE_LABEL:
      return offering.capacityType;
    case RESERVATION_LABEL:
      return offering.reservationId;
    default:
      return undefined;
  }
}

/** The value of a label on nodes of this kind and offering; undefined when it is not there. */
export function labelOfShape(kind: NodeKind, offering: Offering, key: string): string | undefined {
  if (key === HOSTNAME_LABEL) return UNKNOWN_VALUE;
  if (key === NODE_POOL_LABEL && kind.nodePool.kind === "NodePool") return kind.nodePool.name;
  if (key === PROVISIONER_LABEL && kind.nodePool.kind === "Provisioner") return kind.nodePool.name;
  if (OFFERING_KEYS.has(key)) {
    const decided = labelOfOffering(offering, key);
    if (decided !== undefined || key !== REGION_LABEL) return decided;
  }
  const chosen = kind.chosen.get(key);
  if (chosen !== undefined) return chosen;
  const own = kind.instanceType.requirements.get(key);
  if (own !== undefined && isSingle(own)) for (const value of own.values) return value;
  return undefined;
}

/** All labels a node of this kind and offering will carry (but its hostname), sorted by key. */
export function labelsOfShape(kind: NodeKind, offering: Offering): ReadonlyMap<string, string> {
  const keys = new Set<string>([...OFFERING_KEYS, ...kind.instanceType.requirements.keys(), ...kind.chosen.keys()]);
  keys.delete(HOSTNAME_LABEL);
  const labels = new Map<string, string>();
  for (const key of [...keys].sort()) {
    const value = labelOfShape(kind, offering, key);
    if (value !== undefined) labels.set(key, value);
  }
  for (const [key, value] of canonicalLabels(kind.nodePool.labels)) if (!labels.has(key)) labels.set(key, value);
  return labels;
}

/** A shape in a few words: `m5.large on-demand in us-east-1a of NodePool default (team=a)`. */
export function describeShape(shape: Shape): string {
  const { kind, offering } = shape;
  const chosen = [...kind.chosen].map(([key, value]) =>
    formatRequirement(canonicalKey(key), { complement: false, values: new Set([value]) }),
  );
  const labels = chosen.length === 0 ? "" : ` (${chosen.join(", ")})`;
  return `${kind.instanceType.name} ${offering.capacityType} in ${offering.zone} of ${kind.nodePool.kind} ${kind.nodePool.name}${labels}`;
}

function sortedTypes(types: readonly InstanceType[], cache: TypeCache): readonly InstanceType[] {
  return cached(cache.sorted, types, () => [...types].sort((a, b) => (a.name < b.name ? -1 : 1)));
}

function sortedOfferings(type: InstanceType): readonly Offering[] {
  const rank = (offering: Offering): string => `${offering.zone}\u0001${offering.capacityType}`;
  return [...type.offerings].sort((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0));
}

function keysOf(types: readonly InstanceType[], cache: TypeCache): ReadonlySet<string> {
  return cached(cache.keys, types, () => {
    const keys = new Set<string>();
    for (const type of types) for (const key of type.requirements.keys()) keys.add(key);
    return keys;
  });
}

function cached<K, V>(cache: Map<K, V>, key: K, make: () => V): V {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const made = make();
  cache.set(key, made);
  return made;
}
