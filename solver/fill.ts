/** Filling one node: a balanced random part, then a small exact search for the last gap. */
import { CapCounter } from "./caps.ts";
import type { PackedNode, Part } from "./part.ts";
import type { Random } from "./random.ts";
import type { Valuation } from "./valuation.ts";

/** Pods to be placed: the classes that still have some, and how many of each (length K). */
export interface PodPool {
  readonly classes: number[];
  readonly available: Int32Array;
}

/** For classes that only some nodes of the mix take: how urgent they are, and how many of them the next node should have. */
export interface Confinement {
  /** K: the fewer places are left, the higher. */
  readonly scarcity: Float64Array;
  /** K: pods that are this node's share of the class, by price of all nodes that are left for it; 0 for free classes. */
  readonly quota: Float64Array;
}

/** Candidates looked at for each pod of the balanced part. */
const SAMPLES = 3;
const REJECTIONS = 6;
/** The exact search takes over when the node has room for about so many average pods. */
const FINISH_PODS = 12;
const FINISH_CLASSES = 40;
const FINISH_STEPS = 300;
/** The finish is good enough when less than this share of the node's value is left. */
const FINISH_TOLERANCE = 5e-4;

export class Filler {
  private readonly part: Part;
  private readonly random: Random;
  private readonly value: Valuation;
  private readonly weights: Float64Array;
  private readonly free: Float64Array;
  private readonly mean: Float64Array;
  private readonly counter: CapCounter;
  private readonly chosen: Int32Array;

  constructor(part: Part, value: Valuation, random: Random) {
    this.part = part;
    this.random = random;
    this.value = value;
    this.weights = value.weights;
    const { resourceCount: R, classCount: K } = part;
    this.free = new Float64Array(R);
    this.mean = new Float64Array(R);
    this.counter = new CapCounter(part);
    this.chosen = new Int32Array(K);
  }

  /**
   * Moves pods from `pool` to `node` until nothing more of use fits.
   *
   * @param tightness  R, in (0, 1]: the share of each resource that the whole mix will use; a resource with slack
   *   everywhere is spread thin instead of being used up first
   * @param confinement  for classes that few nodes take: they get their share of this one first, and come earlier
   */
  fill(node: PackedNode, pool: PodPool, tightness: Float64Array, confinement?: Confinement): void {
    const { part, free } = this;
    const { resourceCount: R, classCount: K } = part;
    const capacity = node.shape >= 0 ? part.capacity : part.binFree;
    const row = node.shape >= 0 ? node.shape : node.bin;
    const takes = node.shape >= 0 ? part.shapeTakes : part.binTakes;
    for (let r = 0; r < R; r++) free[r] = capacity[row * R + r]! - node.used[r]!;
    this.counter.reset(node);
    const live: number[] = [];
    let pods = 0;
    this.mean.fill(0);
    for (const k of pool.classes) {
      const available = pool.available[k]!;
      if (takes[row * K + k] === 0 || !this.canTake(k, available)) continue;
      live.push(k);
      pods += available;
      for (let r = 0; r < R; r++) this.mean[r]! += available * part.requests[k * R + r]!;
    }
    if (live.length === 0) return;
    for (let r = 0; r < R; r++) this.mean[r]! /= pods;
    if (confinement !== undefined) this.takeQuota(live, pool, confinement.quota);
    this.balance(live, pool, capacity, row, tightness, confinement?.scarcity);
    this.finish(live, pool, capacity, row);
    this.commit(node, pool);
  }

  private room(k: number, available: number): number {
    const { requests, resourceCount: R } = this.part;
    let room = Math.min(available, this.counter.room(k));
    for (let r = 0; r < R && room > 0; r++) {
      const need = requests[k * R + r]!;
      if (need > 0) room = Math.min(room, Math.floor(this.free[r]! / need));
    }
    return room;
  }

  /** Whether one more pod of the class may be taken: {@link room} is at least 1, but cheaper. */
  private canTake(k: number, available: number): boolean {
    if (available <= 0) return false;
    const { requests, resourceCount: R, caps } = this.part;
    for (let r = 0; r < R; r++) if (requests[k * R + r]! > this.free[r]!) return false;
    return caps.length === 0 || this.counter.room(k) > 0;
  }

  private take(k: number, pods: number, pool: PodPool): void {
    const { requests, resourceCount: R } = this.part;
    for (let r = 0; r < R; r++) this.free[r]! -= pods * requests[k * R + r]!;
    pool.available[k]! -= pods;
    this.chosen[k]! += pods;
    this.counter.add(k, pods);
  }

  /** Each confined class gets its share of the node, rounded by chance so that shares add up over the nodes. */
  private takeQuota(live: readonly number[], pool: PodPool, quota: Float64Array): void {
    for (const k of live) {
      const share = quota[k]!;
      if (share === 0) continue;
      const wanted = Math.floor(share) + (this.random() < share % 1 ? 1 : 0);
      const pods = Math.min(wanted, this.room(k, pool.available[k]!));
      if (pods > 0) this.take(k, pods, pool);
    }
  }

  /** Samples pods as they occur and takes the one that keeps what is left in proportion to what is wanted. */
  private balance(
    live: number[],
    pool: PodPool,
    capacity: Float64Array,
    row: number,
    tightness: Float64Array,
    scarcity: Float64Array | undefined,
  ): void {
    let heaviest = 0;
    for (const k of live) heaviest = Math.max(heaviest, pool.available[k]! * (scarcity?.[k] ?? 1));
    while (live.length > 0 && !this.isNearlyFull()) {
      let best = -1;
      let bestImbalance = Infinity;
      for (let sample = 0; sample < SAMPLES && live.length > 0; sample++) {
        const index = this.sample(live, pool, scarcity, heaviest);
        const k = live[index]!;
        if (!this.canTake(k, pool.available[k]!)) {
          live[index] = live[live.length - 1]!;
          live.pop();
          continue;
        }
        const imbalance = this.imbalanceWith(k, capacity, row, tightness);
        if (imbalance < bestImbalance) {
          bestImbalance = imbalance;
          best = k;
        }
      }
      if (best >= 0) this.take(best, 1, pool);
    }
  }

  /** An index into `live`, with a chance about proportional to the pods left times their scarcity. */
  private sample(live: number[], pool: PodPool, scarcity: Float64Array | undefined, heaviest: number): number {
    let index = 0;
    for (let i = 0; i <= REJECTIONS; i++) {
      index = Math.floor(this.random() * live.length);
      const k = live[index]!;
      if (this.random() * heaviest < pool.available[k]! * (scarcity?.[k] ?? 1)) break;
    }
    return index;
  }

  private isNearlyFull(): boolean {
    for (let r = 0; r < this.mean.length; r++) {
      if (this.weights[r]! > 0 && this.free[r]! < FINISH_PODS * this.mean[r]!) return true;
    }
    return false;
  }

  /** How uneven the wanted rest of the resources would be, as the difference of the largest and the smallest share. */
  private imbalanceWith(k: number, capacity: Float64Array, row: number, tightness: Float64Array): number {
    const { requests, resourceCount: R } = this.part;
    let most = -Infinity;
    let least = Infinity;
    for (let r = 0; r < R; r++) {
      const whole = capacity[row * R + r]!;
      if (this.weights[r]! <= 0 || whole <= 0) continue;
      const share = (this.free[r]! - requests[k * R + r]!) / whole - (1 - tightness[r]!);
      most = Math.max(most, share);
      least = Math.min(least, share);
    }
    return most - least;
  }

  /** Depth-first over what still fits, dearest first, for the fill that is worth most. */
  private finish(live: number[], pool: PodPool, capacity: Float64Array, row: number): void {
    const { part } = this;
    const { worth, room } = this.value;
    const { resourceCount: R, requests } = part;
    let classes = live.filter((k) => this.canTake(k, pool.available[k]!));
    if (classes.length > FINISH_CLASSES) classes = this.someOf(classes, FINISH_CLASSES);
    classes.sort((a, b) => worth[b]! - worth[a]!);
    if (classes.length === 0) return;
    const tolerance = room.of(capacity, row * R) * FINISH_TOLERANCE;
    let steps = 0;
    let bestValue = -1;
    let bestPath: number[] = [];
    const path: number[] = [];
    const { free, counter } = this;

    const search = (from: number, value: number): boolean => {
      const rest = room.of(free, 0);
      if (value > bestValue) {
        bestValue = value;
        bestPath = path.slice();
        if (rest <= tolerance) return true;
      }
      if (value + rest <= bestValue + tolerance * 0.1) return false;
      for (let i = from; i < classes.length; i++) {
        if (++steps > FINISH_STEPS) return true;
        const k = classes[i]!;
        if (!this.canTake(k, pool.available[k]!)) continue;
        for (let r = 0; r < R; r++) free[r]! -= requests[k * R + r]!;
        pool.available[k]!--;
        counter.add(k, 1);
        path.push(k);
        const done = search(i, value + worth[k]!);
        path.pop();
        counter.add(k, -1);
        pool.available[k]!++;
        for (let r = 0; r < R; r++) free[r]! += requests[k * R + r]!;
        if (done) return true;
      }
      return false;
    };
    search(0, 0);
    for (const k of bestPath) this.take(k, 1, pool);
    // Worthless pods (of resources that nobody pays for here) still need a place.
    for (const k of classes) {
      const more = this.room(k, pool.available[k]!);
      if (more > 0) this.take(k, more, pool);
    }
  }

  private someOf(list: number[], count: number): number[] {
    for (let i = 0; i < count; i++) {
      const j = i + Math.floor(this.random() * (list.length - i));
      [list[i], list[j]] = [list[j]!, list[i]!];
    }
    return list.slice(0, count);
  }

  private commit(node: PackedNode, pool: PodPool): void {
    const { resourceCount: R, requests } = this.part;
    for (const k of pool.classes) {
      const pods = this.chosen[k]!;
      if (pods === 0) continue;
      this.chosen[k] = 0;
      const at = node.classes.indexOf(k);
      if (at < 0) {
        node.classes.push(k);
        node.counts.push(pods);
      } else node.counts[at]! += pods;
      for (let r = 0; r < R; r++) node.used[r]! += pods * requests[k * R + r]!;
    }
  }
}
