/** Keeping the rules inside one node (anti-affinity, hostname spread, host ports) while it is being filled. */
import type { PackedNode, Part } from "./part.ts";

/** Counts of owners and counted pods on one node, for every cap of the Part. */
export class CapCounter {
  private readonly part: Part;
  private readonly counted: Int32Array;
  private readonly owned: Int32Array;

  constructor(part: Part) {
    this.part = part;
    this.counted = new Int32Array(part.caps.length);
    this.owned = new Int32Array(part.caps.length);
  }

  /** Starts over with what the node holds. */
  reset(node: PackedNode): void {
    const { caps } = this.part;
    if (caps.length === 0) return;
    caps.forEach((cap, c) => {
      this.counted[c] = node.bin >= 0 ? cap.binCounted[node.bin]! : 0;
      this.owned[c] = node.bin >= 0 ? cap.binOwned[node.bin]! : 0;
    });
    for (let i = 0; i < node.classes.length; i++) this.add(node.classes[i]!, node.counts[i]!);
  }

  /** How many more pods of class `k` the node may hold under all caps. */
  room(k: number): number {
    let room = Number.MAX_SAFE_INTEGER;
    for (const c of this.part.capsOfClass[k]!) {
      const cap = this.part.caps[c]!;
      const owns = includes(cap.owners, k);
      if (!owns && this.owned[c] === 0) continue;
      const left = cap.max - this.counted[c]!;
      if (includes(cap.counted, k)) room = Math.min(room, left);
      else if (left < 0) return 0;
    }
    return Math.max(0, room);
  }

  /** Adds `pods` pods, or takes them away when negative. */
  add(k: number, pods: number): void {
    for (const c of this.part.capsOfClass[k]!) {
      const cap = this.part.caps[c]!;
      if (includes(cap.counted, k)) this.counted[c]! += pods;
      if (includes(cap.owners, k)) this.owned[c]! += pods;
    }
  }
}

/** Binary search in an ascending list. */
function includes(list: Int32Array, value: number): boolean {
  let low = 0;
  let high = list.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = list[middle]!;
    if (found === value) return true;
    if (found < value) low = middle + 1;
    else high = middle - 1;
  }
  return false;
}
