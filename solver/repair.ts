/** Repair: find room for the few pods that a packing left over, by packing them again together with some nodes. */
import type { Budget } from "./budget.ts";
import type { Filler } from "./fill.ts";
import { binNode, newNode, packInto, poolOf } from "./pack.ts";
import { nodesCost } from "./part.ts";
import type { PackedNode, Packing, Part } from "./part.ts";
import type { Random } from "./random.ts";

/** Moves without any gain after which the mix is given up. */
const STALLED = 200;

/**
 * Moves of 2 to 5 nodes: their pods and the left-over ones are packed again into the same nodes, in random order; what is
 * left over may change, but not become worth more. Slack wanders until the last pod finds it.
 *
 * @param worth  K: what a left-over pod weighs
 * @param moves  at most so many moves; fewer when `isSpent` says so
 */
export function repair(
  part: Part,
  packing: Packing,
  worth: Float64Array,
  filler: Filler,
  random: Random,
  moves: number,
  budget: Budget,
  isSpent: () => boolean,
): Packing {
  const nodes = packing.nodes.slice();
  const leftover = packing.unplaced.slice();
  const before = new Int32Array(part.classCount);
  let missing = weigh(leftover, worth);
  let stalled = 0;
  for (let move = 0; move < moves && missing > 0 && nodes.length > 0 && stalled < STALLED; move++) {
    if ((move & 15) === 0 && isSpent()) break;
    budget.spend(1);
    const chosen = choose(part, nodes, worth, random);
    before.set(leftover);
    const pool = poolOf(
      chosen.map((i) => nodes[i]!),
      leftover,
    );
    for (let k = 0; k < before.length; k++) if (before[k]! > 0 && !pool.classes.includes(k)) pool.classes.push(k);
    const targets = chosen.map((i) =>
      nodes[i]!.shape >= 0 ? newNode(part, nodes[i]!.shape) : binNode(part, nodes[i]!.bin),
    );
    packInto(part, targets, pool, filler);
    const now = weigh(leftover, worth);
    stalled = now < missing - 1e-12 ? 0 : stalled + 1;
    if (now > missing + 1e-12) {
      leftover.set(before);
      continue;
    }
    missing = now;
    chosen.forEach((index, j) => (nodes[index] = targets[j]!));
  }
  const used = nodes.filter((node) => node.classes.length > 0);
  return { nodes: used, unplaced: leftover, cost: nodesCost(part, used) };
}

function weigh(pods: Int32Array, worth: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < pods.length; k++) if (pods[k]! > 0) sum += pods[k]! * worth[k]!;
  return sum;
}

/** The first is the emptiest of a sample, the others are random; the order is the order of filling. */
function choose(part: Part, nodes: readonly PackedNode[], worth: Float64Array, random: Random): number[] {
  const size = Math.min(nodes.length, 2 + Math.floor(random() * 4));
  let first = 0;
  let most = -Infinity;
  for (let i = 0; i < 5; i++) {
    const index = Math.floor(random() * nodes.length);
    const slack = slackOf(part, nodes[index]!, worth);
    if (slack > most) {
      most = slack;
      first = index;
    }
  }
  const chosen = new Set([first]);
  for (let tries = 0; chosen.size < size && tries < 20; tries++) chosen.add(Math.floor(random() * nodes.length));
  const list = [...chosen];
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [list[i], list[j]] = [list[j]!, list[i]!];
  }
  return list;
}

/** Price not covered by the worth of the pods; bins count as empty as they are roomy. */
function slackOf(part: Part, node: PackedNode, worth: Float64Array): number {
  let value = node.shape >= 0 ? part.price[node.shape]! : 0;
  for (let i = 0; i < node.classes.length; i++) value -= node.counts[i]! * worth[node.classes[i]!]!;
  return value;
}
