/** The Problem: one decision as numbers only. It knows no Kubernetes and no AWS, and is cheap to post to a worker. */

/** "No limit" in {@link Problem.shapeLimit}. */
export const UNLIMITED = 0x7fffffff;

/**
 * A ragged table: row `i` holds `items[offsets[i] .. offsets[i + 1])`, ascending, without repeats.
 *
 * `offsets` has one entry more than there are rows and starts with 0.
 */
export interface Ragged {
  readonly offsets: Int32Array;
  readonly items: Int32Array;
}

/**
 * A limit on what all new nodes together may use: `sum over j of coefficients[j] * nodes(shapes[j]) <= limit`.
 *
 * It carries NodePool limits (cpu, memory, nodes, ...) and shared reservations. All coefficients are >= 0.
 */
export interface ShapeRow {
  readonly shapes: Int32Array;
  readonly coefficients: Float64Array;
  readonly limit: number;
}

/**
 * A rule inside one node: *a node that holds any pod of `owners` holds at most `max` pods of `counted`*.
 *
 * Hostname anti-affinity is `max` 1 where the owner is itself counted and 0 where it is not; hostname spread is
 * `max` = maxSkew (a new node is always possible, and empty); a host port is `max` 1 over the classes that use it.
 * Existing bins bring what they already hold.
 */
export interface NodeCap {
  /** Class indices, ascending. */
  readonly owners: Int32Array;
  /** Class indices, ascending. */
  readonly counted: Int32Array;
  readonly max: number;
  /** Length binCount: counted pods that already run on each bin. */
  readonly binCounted: Int32Array;
  /** Length binCount: 1 where the bin already holds an owner. */
  readonly binOwned: Uint8Array;
}

/** A partition of the nodes: each shape and each bin lies in one domain (a zone, a capacity type) or, as -1, in none. */
export interface DomainKey {
  readonly domainCount: number;
  /** Length shapeCount. */
  readonly shapeDomain: Int32Array;
  /** Length binCount. */
  readonly binDomain: Int32Array;
}

/**
 * A hard spread over the domains of one key: *in each domain that holds an owner, the counted pods are at most
 * `maxSkew` more than in the eligible domain that has the fewest*.
 */
export interface Spread {
  /** Index into {@link Problem.domainKeys}. */
  readonly key: number;
  /** Class indices, ascending. An owner can only be placed in a domain (never where the domain is -1). */
  readonly owners: Int32Array;
  /** Class indices, ascending. */
  readonly counted: Int32Array;
  readonly maxSkew: number;
  /** Fewer eligible domains than this: the least counts as 0. At least 1. */
  readonly minDomains: number;
  /** Length domainCount: counted pods that already run in each domain. */
  readonly initial: Int32Array;
  /** Length domainCount: 1 where the domain takes part in the minimum and may take owners. */
  readonly eligible: Uint8Array;
}

/**
 * A rule inside one domain: *a domain that holds any pod of `owners` holds at most `max` pods of `counted`*.
 *
 * Zonal anti-affinity is `max` 1 where the owner is itself counted and 0 where it is not.
 */
export interface DomainCap {
  /** Index into {@link Problem.domainKeys}. */
  readonly key: number;
  readonly owners: Int32Array;
  readonly counted: Int32Array;
  readonly max: number;
  /** Length domainCount: counted pods that already run in each domain. */
  readonly domainCounted: Int32Array;
  /** Length domainCount: 1 where an owner already runs. */
  readonly domainOwned: Uint8Array;
}

/**
 * A pull into domains: *an owner goes only where a counted pod is* (zonal pod affinity).
 *
 * Where no counted pod runs anywhere and an owner is itself counted, the first one may start a domain
 * (`mayStart`), and the others follow it.
 */
export interface DomainNeed {
  readonly key: number;
  readonly owners: Int32Array;
  readonly counted: Int32Array;
  /** Length domainCount: counted pods that already run in each domain. */
  readonly initial: Int32Array;
  readonly mayStart: boolean;
}

/** The same pull within one node (hostname pod affinity): *an owner goes only to a node that holds a counted pod*. */
export interface NodeNeed {
  readonly owners: Int32Array;
  readonly counted: Int32Array;
  /** Length binCount: counted pods that already run on each bin. */
  readonly binCounted: Int32Array;
  readonly mayStart: boolean;
}

/**
 * One placement decision.
 *
 * Units are the compiler's choice per resource, whole numbers (millicores, bytes, counts); prices are USD per hour.
 * K classes, S shapes, B bins, R resources, G groups. Matrices are row-major: `requests[k * R + r]`.
 */
export interface Problem {
  readonly resourceCount: number;

  /** K kinds of pods; pods of one class are interchangeable. */
  readonly classCount: number;
  /** K: pods of the class, each at least 1. */
  readonly demand: Int32Array;
  /** K x R, whole, >= 0. A pod uses each resource of the node it is on; "pods" is a resource like any other. */
  readonly requests: Float64Array;
  /** K: when not everything can be placed, higher goes first. */
  readonly priority: Int32Array;
  /** K: the compatibility group of the class. */
  readonly group: Int32Array;

  /** G sets of shapes and bins; many classes share one set. */
  readonly groupCount: number;
  /** G rows of shape indices the group's pods may open. */
  readonly groupShapes: Ragged;
  /** G rows of bin indices the group's pods may use. */
  readonly groupBins: Ragged;

  /** S kinds of node that can be bought. */
  readonly shapeCount: number;
  /** S x R, whole: what pods may use on an empty node, after system reserve and DaemonSets. May be < 0: then unusable. */
  readonly allocatable: Float64Array;
  /** S, USD per hour, >= 0. */
  readonly price: Float64Array;
  /** S: at most so many nodes; {@link UNLIMITED} for no limit. */
  readonly shapeLimit: Int32Array;
  /** S: weights come before money. A pod uses the lowest tier (0 first) that can take it. */
  readonly shapeTier: Int32Array;

  /** B nodes that exist (or are in flight) and can take pods for nothing. */
  readonly binCount: number;
  /** B x R, whole: what is still free. */
  readonly binFree: Float64Array;

  readonly shapeRows: readonly ShapeRow[];
  readonly nodeCaps: readonly NodeCap[];
  readonly domainKeys: readonly DomainKey[];
  readonly spreads: readonly Spread[];
  readonly domainCaps: readonly DomainCap[];
  readonly domainNeeds: readonly DomainNeed[];
  readonly nodeNeeds: readonly NodeNeed[];
}
