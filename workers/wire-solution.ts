/**
 * A Solution for the way across: a few long arrays instead of two short ones for each node.
 *
 * Cloning is paid on the caller's event loop, and by the object: 10,000 nodes as they are took 35 ms, packed 2 ms.
 */
import type { BinFill, Content, NewNodes, Solution } from "../solver/solution.ts";

/** Contents in a row: pods `pods[i]` of class `classes[i]` for content c at i in offsets[c] .. offsets[c + 1]. */
interface PackedContents {
  readonly offsets: Int32Array;
  readonly classes: Int32Array;
  readonly pods: Int32Array;
}

/** The same facts as a Solution. */
export interface WireSolution extends Omit<Solution, "nodes" | "bins"> {
  /** `shapes` and `counts` have one entry a NewNodes. */
  readonly nodes: { readonly shapes: Int32Array; readonly counts: Int32Array; readonly contents: PackedContents };
  readonly bins: { readonly bins: Int32Array; readonly contents: PackedContents };
}

/** In the worker. */
export function packSolution(solution: Solution): WireSolution {
  const { nodes, bins } = solution;
  return {
    ...solution,
    nodes: {
      shapes: Int32Array.from(nodes, (node) => node.shape),
      counts: Int32Array.from(nodes, (node) => node.count),
      contents: packContents(nodes),
    },
    bins: { bins: Int32Array.from(bins, (fill) => fill.bin), contents: packContents(bins) },
  };
}

/** In the caller: the contents are views of the long arrays. */
export function unpackSolution(wire: WireSolution): Solution {
  const { nodes, bins } = wire;
  return {
    ...wire,
    nodes: Array.from(nodes.shapes, (shape, i): NewNodes => ({
      shape,
      count: nodes.counts[i] ?? 0,
      content: contentAt(nodes.contents, i),
    })),
    bins: Array.from(bins.bins, (bin, i): BinFill => ({ bin, content: contentAt(bins.contents, i) })),
  };
}

function packContents(holders: readonly { readonly content: Content }[]): PackedContents {
  const offsets = new Int32Array(holders.length + 1);
  for (const [i, { content }] of holders.entries()) offsets[i + 1] = (offsets[i] ?? 0) + content.classes.length;
  const length = offsets[holders.length] ?? 0;
  const packed = { offsets, classes: new Int32Array(length), pods: new Int32Array(length) };
  for (const [i, { content }] of holders.entries()) {
    packed.classes.set(content.classes, offsets[i]);
    packed.pods.set(content.pods, offsets[i]);
  }
  return packed;
}

function contentAt({ offsets, classes, pods }: PackedContents, i: number): Content {
  return { classes: classes.subarray(offsets[i], offsets[i + 1]), pods: pods.subarray(offsets[i], offsets[i + 1]) };
}
