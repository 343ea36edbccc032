/** Packing: put the pods into a given mix of nodes, or say what is left over. */
import type { Confinement, Filler, PodPool } from "./fill.ts";
import { UNLIMITED } from "./problem.ts";
import { nodesCost } from "./part.ts";
import type { PackedNode, Packing, Part } from "./part.ts";

/** An empty new node of shape `s`. */
export function newNode(part: Part, s: number): PackedNode {
  return { shape: s, bin: -1, classes: [], counts: [], used: new Float64Array(part.resourceCount) };
}

/** Bin `b` with none of our pods yet. */
export function binNode(part: Part, b: number): PackedNode {
  return { shape: -1, bin: b, classes: [], counts: [], used: new Float64Array(part.resourceCount) };
}

/** A pool of all pods of the Part. */
export function fullPool(part: Part): PodPool {
  return { classes: Array.from({ length: part.classCount }, (_, k) => k), available: part.demand.slice() };
}

/** Takes the pods out of the nodes and makes a pool of them. `available` is a K-length scratch array of zeros. */
export function poolOf(nodes: readonly PackedNode[], available: Int32Array): PodPool {
  const classes: number[] = [];
  for (const node of nodes) {
    for (let i = 0; i < node.classes.length; i++) {
      const k = node.classes[i]!;
      if (available[k] === 0) classes.push(k);
      available[k]! += node.counts[i]!;
    }
  }
  return { classes, available };
}

export function poolIsEmpty(pool: PodPool): boolean {
  for (const k of pool.classes) if (pool.available[k]! > 0) return false;
  return true;
}

/** Copies of a well-filled node are made until so much of any of its classes would be gone. */
const BULK_SHARE = 0.5;
/** Below so many equal nodes each one is filled by itself: better, and fast enough. */
const BULK_FROM = 24;

/**
 * Fills the bins and then the mix. Small and special nodes go first, while there is much to choose from; the largest,
 * where most of the slack ends up, go last.
 *
 * @param mix  S: nodes of each shape
 */
export function packMix(part: Part, mix: Int32Array, filler: Filler): Packing {
  const pool = fullPool(part);
  const nodes = fillBins(part, pool, filler);
  const order = [...mix.keys()]
    .filter((s) => mix[s]! > 0)
    .sort((a, b) => takenClasses(part, a) - takenClasses(part, b) || part.price[a]! - part.price[b]!);
  const confinement = confinementOf(part, order);
  const left = mix.slice();
  for (const s of order) {
    while (left[s]! > 0) {
      const tightness = mixTightness(part, pool, left);
      const node = newNode(part, s);
      filler.fill(node, pool, tightness, confinement?.(left, s, pool));
      left[s]!--;
      if (node.classes.length === 0) break;
      nodes.push(node);
      if (left[s]! >= BULK_FROM && part.caps.length === 0) left[s]! -= copyNode(part, node, pool, left[s]!, nodes);
    }
  }
  return { nodes, unplaced: pool.available, cost: nodesCost(part, nodes) };
}

/** Existing bins take what is worth most, the tightest first. */
export function fillBins(part: Part, pool: PodPool, filler: Filler): PackedNode[] {
  const nodes: PackedNode[] = [];
  const all = new Float64Array(part.resourceCount).fill(1);
  for (let b = 0; b < part.binCount; b++) {
    if (!part.binTakes.subarray(b * part.classCount, (b + 1) * part.classCount).includes(1)) continue;
    const node = binNode(part, b);
    filler.fill(node, pool, all);
    if (node.classes.length > 0) nodes.push(node);
  }
  return nodes;
}

function copyNode(part: Part, node: PackedNode, pool: PodPool, most: number, nodes: PackedNode[]): number {
  let copies = most - BULK_FROM / 2;
  for (let i = 0; i < node.classes.length; i++) {
    copies = Math.min(copies, Math.floor((pool.available[node.classes[i]!]! * BULK_SHARE) / node.counts[i]!));
  }
  for (let c = 0; c < copies; c++) {
    nodes.push({
      ...newNode(part, node.shape),
      classes: node.classes.slice(),
      counts: node.counts.slice(),
      used: node.used.slice(),
    });
  }
  if (copies > 0)
    for (let i = 0; i < node.classes.length; i++) pool.available[node.classes[i]!]! -= copies * node.counts[i]!;
  return Math.max(0, copies);
}

function takenClasses(part: Part, s: number): number {
  let taken = 0;
  for (let k = 0; k < part.classCount; k++) taken += part.shapeTakes[s * part.classCount + k]!;
  return taken;
}

/** R: the share of each resource of the remaining mix that the remaining pods ask for, at most 1. */
function mixTightness(part: Part, pool: PodPool, left: Int32Array): Float64Array {
  const { resourceCount: R } = part;
  const need = new Float64Array(R);
  const room = new Float64Array(R);
  for (const k of pool.classes) {
    const pods = pool.available[k]!;
    if (pods > 0) for (let r = 0; r < R; r++) need[r]! += pods * part.requests[k * R + r]!;
  }
  for (let s = 0; s < left.length; s++) {
    if (left[s]! > 0) for (let r = 0; r < R; r++) room[r]! += left[s]! * part.capacity[s * R + r]!;
  }
  return need.map((amount, r) => (room[r]! > 0 ? Math.min(1, amount / room[r]!) : 1));
}

/**
 * When some shapes of the mix are closed to some classes: a function from the remaining mix, the shape of the next node
 * and the pods that wait to its {@link Confinement}. Undefined when all shapes take all classes.
 */
function confinementOf(
  part: Part,
  order: readonly number[],
): ((left: Int32Array, shape: number, pool: PodPool) => Confinement) | undefined {
  const { classCount: K } = part;
  if (order.every((s) => takenClasses(part, s) === K)) return undefined;
  return (left, shape, pool) => {
    const places = new Float64Array(K);
    let all = 0;
    for (const s of order) {
      if (left[s]! <= 0) continue;
      all += left[s]! * part.price[s]!;
      for (let k = 0; k < K; k++) if (part.shapeTakes[s * K + k] === 1) places[k]! += left[s]! * part.price[s]!;
    }
    const isConfined = (k: number): boolean => places[k]! < all * (1 - 1e-9) && part.shapeTakes[shape * K + k] === 1;
    return {
      scarcity: places.map((place) => (place > 0 ? 1 / place : 1)),
      quota: places.map((place, k) => (isConfined(k) ? (pool.available[k]! * part.price[shape]!) / place : 0)),
    };
  };
}

/**
 * Packs `pool` into nodes of the given shapes (and bins), one after the other.
 *
 * @returns the nodes that got pods; the pool keeps what did not fit
 */
export function packInto(part: Part, targets: readonly PackedNode[], pool: PodPool, filler: Filler): PackedNode[] {
  const { resourceCount: R } = part;
  const room = new Float64Array(R);
  for (const node of targets) addRoom(part, node, room, 1);
  const need = new Float64Array(R);
  const tightness = new Float64Array(R);
  for (const node of targets) {
    need.fill(0);
    for (const k of pool.classes) {
      const pods = pool.available[k]!;
      if (pods > 0) for (let r = 0; r < R; r++) need[r]! += pods * part.requests[k * R + r]!;
    }
    for (let r = 0; r < R; r++) tightness[r] = room[r]! > 0 ? Math.min(1, need[r]! / room[r]!) : 1;
    filler.fill(node, pool, tightness);
    addRoom(part, node, room, -1);
  }
  return targets.filter((node) => node.classes.length > 0);
}

function addRoom(part: Part, node: PackedNode, room: Float64Array, sign: number): void {
  const { resourceCount: R } = part;
  for (let r = 0; r < R; r++) {
    room[r]! += sign * (node.shape >= 0 ? part.capacity[node.shape * R + r]! : part.binFree[node.bin * R + r]!);
  }
}

/** What limits leave of each shape and row after some nodes; tells whether one more node is allowed. */
export class LimitCounter {
  private readonly part: Part;
  private readonly perShape: Int32Array;
  private readonly perRow: Float64Array;

  constructor(part: Part, nodes: readonly PackedNode[]) {
    this.part = part;
    this.perShape = new Int32Array(part.shapeCount);
    this.perRow = new Float64Array(part.rows.length);
    for (const node of nodes) this.add(node.shape, 1);
  }

  copy(): LimitCounter {
    const copy = new LimitCounter(this.part, []);
    copy.perShape.set(this.perShape);
    copy.perRow.set(this.perRow);
    return copy;
  }

  add(shape: number, count: number): void {
    if (shape < 0) return;
    this.perShape[shape]! += count;
    for (let i = 0; i < this.perRow.length; i++) this.perRow[i]! += count * this.part.rows[i]!.coefficients[shape]!;
  }

  allows(shape: number): boolean {
    const limit = this.part.shapeLimit[shape]!;
    if (limit !== UNLIMITED && this.perShape[shape]! + 1 > limit) return false;
    for (let i = 0; i < this.perRow.length; i++) {
      const row = this.part.rows[i]!;
      const more = row.coefficients[shape]!;
      if (more > 0 && this.perRow[i]! + more > row.limit * (1 + 1e-12)) return false;
    }
    return true;
  }
}
