/** First-fit-decreasing as Karpenter does it: grow nodes while any shape still fits, look at the price afterwards. */
import { CapCounter } from "../caps.ts";
import { binNode, LimitCounter, newNode } from "../pack.ts";
import { nodesCost } from "../part.ts";
import type { PackedNode, Packing, Part } from "../part.ts";

/**
 * How open claims count against limits. `largest`: with their largest option, as Karpenter does, since it does not know
 * the choice yet; `current`: with the shape that they would become now, which lets more pods in.
 */
export type Charging = "largest" | "current";

/** A node that is open for more pods: any of `shapes` could still become it. */
interface Claim {
  readonly node: PackedNode;
  shapes: number[];
  /** R: the most that any of `shapes` offers. */
  largest: Float64Array;
  /** The shape that it counts as against limits. */
  charged: number;
  pods: number;
  readonly counter: CapCounter;
}

/**
 * The baseline, and the incumbent that everything else must beat.
 *
 * Pods by the first resource (CPU), then the second (memory), largest first; each goes to the first bin that fits, then to
 * the open claim with the fewest pods that some shape still allows, then to a new claim. In the end each claim becomes
 * its cheapest shape.
 */
export function firstFitDecreasing(part: Part, charging: Charging): Packing {
  const bins = openBins(part);
  const claims: Claim[] = [];
  const limits = new LimitCounter(part, []);
  const unplaced = new Int32Array(part.classCount);
  for (const k of byPriorityThenSize(part)) {
    let from = 0;
    for (let pod = 0; pod < part.demand[k]!; pod++) {
      from = intoBin(part, bins, k, from);
      if (
        from < bins.length ||
        intoClaim(part, claims, limits, charging, k) ||
        openClaim(part, claims, limits, charging, k)
      )
        continue;
      unplaced[k] = part.demand[k]! - pod;
      break;
    }
  }
  const used = bins.map((bin) => bin.node).filter((node) => node.classes.length > 0);
  const nodes = [...used, ...launch(part, claims, unplaced)];
  return { nodes, unplaced, cost: nodesCost(part, nodes) };
}

/** Each claim becomes the cheapest of its shapes that limits still allow; pods of a claim that finds none are left. */
function launch(part: Part, claims: readonly Claim[], unplaced: Int32Array): PackedNode[] {
  const limits = new LimitCounter(part, []);
  return claims.flatMap(({ node, shapes }) => {
    const choice = shapes.find((s) => limits.allows(s));
    if (choice === undefined) {
      node.classes.forEach((k, i) => (unplaced[k]! += node.counts[i]!));
      return [];
    }
    limits.add(choice, 1);
    node.shape = choice;
    return [node];
  });
}

/** Higher priority first, then larger CPU, then larger memory. */
export function byPriorityThenSize(part: Part): number[] {
  const { resourceCount: R, requests, priority } = part;
  const size = (k: number, r: number): number => (r < R ? requests[k * R + r]! : 0);
  return Array.from({ length: part.classCount }, (_, k) => k).sort(
    (a, b) => priority[b]! - priority[a]! || size(b, 0) - size(a, 0) || size(b, 1) - size(a, 1) || a - b,
  );
}

interface OpenBin {
  readonly node: PackedNode;
  readonly counter: CapCounter;
}

/** Only the first step: pods into existing bins, first fit. `left` (K) loses what was placed. */
export function firstFitIntoBins(part: Part, left: Int32Array): PackedNode[] {
  const bins = openBins(part);
  for (const k of byPriorityThenSize(part)) {
    let from = 0;
    while (left[k]! > 0 && (from = intoBin(part, bins, k, from)) < bins.length) left[k]!--;
  }
  return bins.map((bin) => bin.node).filter((node) => node.classes.length > 0);
}

function openBins(part: Part): OpenBin[] {
  return Array.from({ length: part.binCount }, (_, b) => {
    const node = binNode(part, b);
    const counter = new CapCounter(part);
    counter.reset(node);
    return { node, counter };
  });
}

/** Puts one pod into the first bin from `from` on that takes it: a bin that refused one of a class refuses the next. */
function intoBin(part: Part, bins: readonly OpenBin[], k: number, from: number): number {
  for (let i = from; i < bins.length; i++) {
    const { node, counter } = bins[i]!;
    if (part.binTakes[node.bin * part.classCount + k] === 0) continue;
    if (!fitsBeside(part, node.used, k, part.binFree, node.bin) || counter.room(k) < 1) continue;
    addPod(part, node, counter, k);
    return i;
  }
  return bins.length;
}

/** The list stays sorted by pods, fewest first, as Karpenter sorts before each pod. */
function intoClaim(part: Part, claims: Claim[], limits: LimitCounter, charging: Charging, k: number): boolean {
  for (let i = 0; i < claims.length; i++) {
    const claim = claims[i]!;
    if (!fitsBeside(part, claim.node.used, k, claim.largest, 0) || claim.counter.room(k) < 1) continue;
    const shapes = claim.shapes.filter(
      (s) => part.shapeTakes[s * part.classCount + k] === 1 && fitsBeside(part, claim.node.used, k, part.capacity, s),
    );
    if (shapes.length === 0) continue;
    if (charging === "current" && !recharge(claim, shapes, limits)) continue;
    if (shapes.length < claim.shapes.length) {
      claim.shapes = shapes;
      claim.largest = largestOf(part, shapes);
    }
    addPod(part, claim.node, claim.counter, k);
    claim.pods++;
    for (let j = i; j + 1 < claims.length && claims[j + 1]!.pods < claim.pods; j++) {
      [claims[j], claims[j + 1]] = [claims[j + 1]!, claims[j]!];
    }
    return true;
  }
  return false;
}

/** Charges the claim with the cheapest of `shapes` that limits allow in place of what it is charged with now. */
function recharge(claim: Claim, shapes: number[], limits: LimitCounter): boolean {
  limits.add(claim.charged, -1);
  const choice = shapes.findIndex((s) => limits.allows(s));
  if (choice > 0) shapes.splice(0, choice);
  if (choice >= 0) claim.charged = shapes[0]!;
  limits.add(claim.charged, 1);
  return choice >= 0;
}

function openClaim(part: Part, claims: Claim[], limits: LimitCounter, charging: Charging, k: number): boolean {
  const shapes: number[] = [];
  for (let s = 0; s < part.shapeCount; s++) {
    if (part.shapeTakes[s * part.classCount + k] === 1 && limits.allows(s)) shapes.push(s);
  }
  if (shapes.length === 0) return false;
  shapes.sort((a, b) => part.price[a]! - part.price[b]!);
  const node = newNode(part, -1);
  const counter = new CapCounter(part);
  if (counter.room(k) < 1) return false;
  addPod(part, node, counter, k);
  const charged = charging === "largest" ? largestOption(part, shapes) : shapes[0]!;
  limits.add(charged, 1);
  claims.unshift({ node, shapes, largest: largestOf(part, shapes), charged, pods: 1, counter });
  for (let j = 0; j + 1 < claims.length && claims[j + 1]!.pods < claims[j]!.pods; j++) {
    [claims[j], claims[j + 1]] = [claims[j + 1]!, claims[j]!];
  }
  return true;
}

/** Karpenter charges a new claim against the limits with its largest option, since it does not know the choice yet. */
function largestOption(part: Part, shapes: readonly number[]): number {
  let largest = shapes[0]!;
  let most = -1;
  for (const s of shapes) {
    let total = 0;
    for (const row of part.rows) total += row.coefficients[s]! / Math.max(1, row.limit);
    if (total > most) {
      most = total;
      largest = s;
    }
  }
  return largest;
}

function largestOf(part: Part, shapes: readonly number[]): Float64Array {
  const { resourceCount: R } = part;
  const largest = new Float64Array(R);
  for (const s of shapes) for (let r = 0; r < R; r++) largest[r] = Math.max(largest[r]!, part.capacity[s * R + r]!);
  return largest;
}

/** Whether one pod of class `k` fits beside what is used, in row `row` of a table of capacities. */
export function fitsBeside(part: Part, used: Float64Array, k: number, capacity: Float64Array, row: number): boolean {
  const { resourceCount: R, requests } = part;
  for (let r = 0; r < R; r++) {
    const need = requests[k * R + r]!;
    if (need > 0 && used[r]! + need > capacity[row * R + r]!) return false;
  }
  return true;
}

function addPod(part: Part, node: PackedNode, counter: CapCounter, k: number): void {
  const { resourceCount: R, requests } = part;
  for (let r = 0; r < R; r++) node.used[r]! += requests[k * R + r]!;
  counter.add(k, 1);
  const last = node.classes.length - 1;
  if (node.classes[last] === k) node.counts[last]!++;
  else {
    node.classes.push(k);
    node.counts.push(1);
  }
}
