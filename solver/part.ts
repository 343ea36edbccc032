/** A Part: a piece of the Problem that can be solved by itself, reduced to the shapes that matter. */
import { UNLIMITED } from "./problem.ts";
import type { NodeCap } from "./problem.ts";

/**
 * The inner loops' view of a Problem: dense, small, in whole units of each resource's greatest common divisor.
 *
 * Spreads and tiers are gone: they were turned into compatibility before. Matrices are row-major.
 */
export interface Part {
  readonly resourceCount: number;
  /** Index into the Problem's classes, length K. */
  readonly classOf: Int32Array;
  readonly classCount: number;
  readonly demand: Int32Array;
  /** K x R. */
  readonly requests: Float64Array;
  readonly priority: Int32Array;

  readonly shapeCount: number;
  /** S x R: no set of pods uses more than this of an empty node; tightened, so it may be below the allocatable. */
  readonly capacity: Float64Array;
  readonly price: Float64Array;
  readonly shapeLimit: Int32Array;
  /** S x K: 1 where a pod of the class may be on the shape and fits it. Node rows, so one node reads one run. */
  readonly shapeTakes: Uint8Array;
  /** S lists of the Problem's shapes that this one stands for; the first is used first. */
  readonly shapeMembers: readonly Int32Array[];

  readonly binCount: number;
  /** B x R, in the same units. */
  readonly binFree: Float64Array;
  /** B x K. */
  readonly binTakes: Uint8Array;

  readonly rows: readonly PartRow[];
  readonly caps: readonly NodeCap[];
  /** K lists of indices into `caps` in which the class is an owner or counted. */
  readonly capsOfClass: readonly Int32Array[];
}

/** Whether anything limits the number of nodes. */
export function hasLimits(part: Part): boolean {
  return part.rows.length > 0 || part.shapeLimit.some((limit) => limit !== UNLIMITED);
}

/** `sum over s of coefficients[s] * nodes(s) <= limit`. */
export interface PartRow {
  readonly coefficients: Float64Array;
  readonly limit: number;
}

/** A node of a packing: new, of a shape, or an existing bin; with its pods as pairs of class and count. */
export interface PackedNode {
  /** Shape of the Part, or -1 for a bin. */
  shape: number;
  /** Bin, or -1 for a new node. */
  readonly bin: number;
  /** Length K would be too much for many classes: parallel lists, each class once. */
  classes: number[];
  counts: number[];
  /** Length R. */
  used: Float64Array;
}

/** New nodes and filled bins, with what found no place. */
export interface Packing {
  readonly nodes: PackedNode[];
  /** Length K. */
  readonly unplaced: Int32Array;
  readonly cost: number;
}

/** Number of pods without a place. */
export function unplacedCount(packing: Packing): number {
  let total = 0;
  for (const count of packing.unplaced) total += count;
  return total;
}

/** Whether `a` beats `b`: more pods placed first, then less money. */
export function isBetter(a: Packing, b: Packing): boolean {
  const left = unplacedCount(a) - unplacedCount(b);
  return left !== 0 ? left < 0 : a.cost < b.cost - 1e-9;
}

/** Sum of the prices of the new nodes. */
export function nodesCost(part: Part, nodes: readonly PackedNode[]): number {
  let cost = 0;
  for (const node of nodes) if (node.shape >= 0) cost += part.price[node.shape] ?? 0;
  return cost;
}

/** The Part with another demand (K); `closed` takes the existing bins away. */
export function withDemand(part: Part, demand: Int32Array, closed = false): Part {
  return { ...part, demand, ...(closed ? { binCount: 0 } : {}) };
}
