/** Random small Problems with every feature mixed, from a seed. */
import { UNLIMITED } from "../../../solver/problem.ts";
import type {
  DomainCap,
  DomainNeed,
  NodeCap,
  NodeNeed,
  Problem,
  Ragged,
  ShapeRow,
  Spread,
} from "../../../solver/problem.ts";
import { seededRandom } from "../../../solver/random.ts";

export interface RandomProblemOptions {
  readonly classes: number;
  readonly podsPerClass: number;
  readonly shapes: number;
  readonly bins: number;
  /** Chance of each of: groups, caps, spreads, limits. */
  readonly features: number;
}

/** Up to the given numbers of everything; two resources and a pod count. */
export function randomProblem(seed: number, options: RandomProblemOptions): Problem {
  const random = seededRandom(seed);
  const int = (low: number, high: number): number => low + Math.floor(random() * (high - low + 1));
  const has = (): boolean => random() < options.features;
  const K = int(1, options.classes);
  const S = int(1, options.shapes);
  const B = int(0, options.bins);
  const R = 3;
  const requests = Float64Array.from({ length: K * R }, (_, i) => (i % R === 2 ? 1 : int(i % R === 0 ? 1 : 0, 8)));
  const allocatable = Float64Array.from({ length: S * R }, (_, i) => (i % R === 2 ? int(1, 12) : int(3, 24)));
  const price = Float64Array.from({ length: S }, (_, s) => {
    const size = allocatable[s * R]! + allocatable[s * R + 1]!;
    return Math.round(size * (8 + random() * 8)) / 1000;
  });
  const zone = Int32Array.from({ length: S }, () => int(0, 1));
  const binZone = Int32Array.from({ length: B }, () => int(0, 1));
  const groupCount = has() ? 2 : 1;
  const subset = (n: number, isFull: boolean): number[] => [...Array(n).keys()].filter(() => isFull || random() < 0.6);
  const classes = (): Int32Array => {
    const picked = subset(K, false);
    return Int32Array.from(picked.length > 0 ? picked : [int(0, K - 1)]);
  };
  const caps: NodeCap[] = has()
    ? [randomCap(classes(), random() < 0.5 ? undefined : classes(), int(1, 2), B, random)]
    : [];
  const spreads: Spread[] = has() ? [randomSpread(classes(), int(1, 2), random)] : [];
  const rows: ShapeRow[] = has()
    ? [
        {
          shapes: Int32Array.from({ length: S }, (_, s) => s),
          coefficients: allocatable.filter((_, i) => i % R === 0),
          limit: int(10, 60),
        },
      ]
    : [];
  return {
    resourceCount: R,
    classCount: K,
    demand: Int32Array.from({ length: K }, () => int(1, options.podsPerClass)),
    requests,
    priority: Int32Array.from({ length: K }, () => (has() ? int(0, 2) : 0)),
    group: Int32Array.from({ length: K }, () => int(0, groupCount - 1)),
    groupCount,
    groupShapes: ragged(Array.from({ length: groupCount }, (_, g) => subset(S, g === 0))),
    groupBins: ragged(Array.from({ length: groupCount }, (_, g) => subset(B, g === 0))),
    shapeCount: S,
    allocatable,
    price,
    shapeLimit: Int32Array.from({ length: S }, () => (has() && random() < 0.3 ? int(0, 2) : UNLIMITED)),
    shapeTier: new Int32Array(S),
    binCount: B,
    binFree: Float64Array.from({ length: B * R }, (_, i) => (i % R === 2 ? int(0, 4) : int(0, 12))),
    shapeRows: rows,
    nodeCaps: caps,
    domainKeys: [{ domainCount: 2, shapeDomain: zone, binDomain: binZone }],
    spreads,
    domainCaps: has() ? [randomDomainCap(classes(), int(1, 2), random)] : [],
    domainNeeds: has() ? [randomDomainNeed(classes(), random() < 0.5 ? undefined : classes(), random)] : [],
    nodeNeeds: has() ? [randomNodeNeed(classes(), random() < 0.5 ? undefined : classes(), B, random)] : [],
  };
}

function randomCap(
  owners: Int32Array,
  counted: Int32Array | undefined,
  max: number,
  bins: number,
  random: () => number,
): NodeCap {
  return {
    owners,
    counted: counted ?? owners,
    max: counted === undefined ? max : max - 1,
    binCounted: Int32Array.from({ length: bins }, () => (random() < 0.3 ? 1 : 0)),
    binOwned: Uint8Array.from({ length: bins }, () => (random() < 0.2 ? 1 : 0)),
  };
}

function randomSpread(owners: Int32Array, maxSkew: number, random: () => number): Spread {
  const initial = Int32Array.from({ length: 2 }, () => (random() < 0.3 ? 1 : 0));
  return { key: 0, owners, counted: owners, maxSkew, minDomains: 1, initial, eligible: Uint8Array.of(1, 1) };
}

function randomDomainCap(owners: Int32Array, max: number, random: () => number): DomainCap {
  const domainCounted = Int32Array.from({ length: 2 }, () => (random() < 0.3 ? 1 : 0));
  const domainOwned = Uint8Array.from(domainCounted, (counted) => (counted > 0 && random() < 0.5 ? 1 : 0));
  return { key: 0, owners, counted: owners, max, domainCounted, domainOwned };
}

function randomDomainNeed(owners: Int32Array, counted: Int32Array | undefined, random: () => number): DomainNeed {
  const initial = Int32Array.from({ length: 2 }, () => (random() < 0.2 ? 1 : 0));
  const mayStart = counted === undefined && initial.every((pods) => pods === 0);
  return { key: 0, owners, counted: counted ?? owners, initial, mayStart };
}

function randomNodeNeed(
  owners: Int32Array,
  counted: Int32Array | undefined,
  bins: number,
  random: () => number,
): NodeNeed {
  const binCounted = Int32Array.from({ length: bins }, () => (random() < 0.2 ? 1 : 0));
  const mayStart = counted === undefined && binCounted.every((pods) => pods === 0);
  return { owners, counted: counted ?? owners, binCounted, mayStart };
}

/** Rows of ascending numbers as a {@link Ragged} table. */
export function ragged(rows: readonly (readonly number[])[]): Ragged {
  const offsets = [0];
  for (const row of rows) offsets.push(offsets[offsets.length - 1]! + row.length);
  return { offsets: Int32Array.from(offsets), items: Int32Array.from(rows.flat()) };
}
