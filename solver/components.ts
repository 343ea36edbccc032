/** Splits pieces into parts that share no shape, no bin and no limit. Rules inside a node never cross them: a node is of one part. */
import type { Problem } from "./problem.ts";
import type { ClassPiece } from "./reduce.ts";

/** Connected components of pieces, in the order of their first piece. */
export function independentParts(problem: Problem, pieces: readonly ClassPiece[]): ClassPiece[][] {
  const shapeBase = pieces.length;
  const binBase = shapeBase + problem.shapeCount;
  const parent = Int32Array.from({ length: binBase + problem.binCount }, (_, i) => i);
  const find = (i: number): number => {
    let root = i;
    while (parent[root] !== root) root = parent[root]!;
    for (let at = i; at !== root;) {
      const next = parent[at]!;
      parent[at] = root;
      at = next;
    }
    return root;
  };
  const join = (a: number, b: number): void => {
    parent[find(a)] = find(b);
  };
  const seen = new Map<Int32Array, number>();
  const joinList = (piece: number, list: Int32Array, base: number): void => {
    const first = list[0];
    if (first === undefined) return;
    join(piece, base + first);
    if (seen.has(list)) return;
    seen.set(list, base);
    for (const i of list) join(base + first, base + i);
  };
  pieces.forEach((piece, i) => {
    joinList(i, piece.shapes, shapeBase);
    joinList(i, piece.bins, binBase);
  });
  for (const row of problem.shapeRows) for (const s of row.shapes) join(shapeBase + row.shapes[0]!, shapeBase + s);
  // A node holds pods of one part only, so node caps join nothing.
  const groups = new Map<number, ClassPiece[]>();
  pieces.forEach((piece, i) => {
    const root = find(i);
    const group = groups.get(root);
    if (group === undefined) groups.set(root, [piece]);
    else group.push(piece);
  });
  return [...groups.values()];
}
