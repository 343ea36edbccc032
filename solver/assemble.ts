/** Puts the answers of the parts together, in terms of the Problem again. */
import type { WorkCounts } from "./budget.ts";
import { unplacedCount } from "./part.ts";
import type { PackedNode, Part } from "./part.ts";
import { UNLIMITED } from "./problem.ts";
import type { Problem } from "./problem.ts";
import type { ClassPiece } from "./reduce.ts";
import type { PartAnswer } from "./search.ts";
import type { BinFill, Content, NewNodes, Solution, StopReason } from "./solution.ts";

/** Collects nodes, costs and bounds of parts, and keeps count of what limits and bins have left for the next. */
export class Assembly {
  cost = 0;
  lowerBound = 0;
  private greedyCost = 0;
  private greedyUnplaced = 0;
  private classes = 0;
  private shapes = 0;
  private parts = 0;
  private readonly problem: Problem;
  private readonly unplaced: Int32Array;
  private readonly usedShapes: Int32Array;
  private readonly newNodes = new Map<string, { shape: number; count: number; content: Content }>();
  private readonly binFills = new Map<number, Map<number, number>>();

  constructor(problem: Problem, refused: Int32Array) {
    this.problem = problem;
    this.unplaced = refused.slice();
    this.greedyUnplaced = refused.reduce((sum, pods) => sum + pods, 0);
    this.usedShapes = new Int32Array(problem.shapeCount);
  }

  /** The Problem with the limits that are left; the same object as long as nothing has been used. */
  remaining(): Problem {
    if (this.usedShapes.every((count) => count === 0)) return this.problem;
    return {
      ...this.problem,
      shapeLimit: this.problem.shapeLimit.map((limit, s) =>
        limit === UNLIMITED ? limit : limit - this.usedShapes[s]!,
      ),
      shapeRows: this.problem.shapeRows.map((row) => {
        let used = 0;
        row.shapes.forEach((s, j) => (used += this.usedShapes[s]! * row.coefficients[j]!));
        return { ...row, limit: row.limit - used };
      }),
    };
  }

  /** @param isLast  no tier follows: what greedy left here is left */
  add(part: Part, answer: PartAnswer, isLast: boolean): void {
    this.cost += answer.packing.cost;
    this.lowerBound += answer.lowerBound;
    this.greedyCost += answer.greedy.cost;
    if (isLast) this.greedyUnplaced += unplacedCount(answer.greedy);
    this.classes += part.classCount;
    this.shapes += part.shapeCount;
    this.parts++;
    for (const node of answer.packing.nodes) {
      if (node.shape < 0) this.addToBin(part, node);
      else this.addNew(part, node);
    }
  }

  /** Pods that no tier took. */
  refuse(pieces: readonly ClassPiece[]): void {
    for (const piece of pieces) this.unplaced[piece.classIndex]! += piece.demand;
  }

  unplacedPods(): Int32Array {
    return this.unplaced;
  }

  solution(lowerBound: number, stop: StopReason, ms: number, counts: WorkCounts): Solution {
    return {
      stop,
      nodes: [...this.newNodes.values()] satisfies NewNodes[],
      bins: [...this.binFills]
        .sort((a, b) => a[0] - b[0])
        .map(([bin, pods]): BinFill => ({ bin, content: toContent(pods) })),
      unplaced: this.unplaced,
      cost: this.cost,
      lowerBound,
      greedyCost: this.greedyCost,
      greedyUnplaced: this.greedyUnplaced,
      stats: { ms, ...counts, classes: this.classes, shapes: this.shapes, parts: this.parts },
    };
  }

  /** Equal shapes take turns, so that nodes spread over zones where that costs nothing. */
  private addNew(part: Part, node: PackedNode): void {
    const members = part.shapeMembers[node.shape]!;
    let shape = members[0]!;
    let fewest = Infinity;
    for (const s of members) {
      const used = this.usedShapes[s]!;
      if (used < fewest && used < this.problem.shapeLimit[s]!) {
        fewest = used;
        shape = s;
      }
    }
    this.usedShapes[shape]!++;
    const content = toContent(this.podsOf(part, node));
    const key = `${String(shape)}|${content.classes.join()}|${content.pods.join()}`;
    const twin = this.newNodes.get(key);
    if (twin === undefined) this.newNodes.set(key, { shape, count: 1, content });
    else twin.count++;
  }

  private addToBin(part: Part, node: PackedNode): void {
    const pods = this.binFills.get(node.bin) ?? new Map<number, number>();
    for (const [k, count] of this.podsOf(part, node)) pods.set(k, (pods.get(k) ?? 0) + count);
    this.binFills.set(node.bin, pods);
  }

  /** Pods by class of the Problem: several pieces of one class may share a node. */
  private podsOf(part: Part, node: PackedNode): Map<number, number> {
    const pods = new Map<number, number>();
    node.classes.forEach((piece, i) => {
      const k = part.classOf[piece]!;
      pods.set(k, (pods.get(k) ?? 0) + node.counts[i]!);
    });
    return pods;
  }
}

function toContent(pods: ReadonlyMap<number, number>): Content {
  const sorted = [...pods].sort((a, b) => a[0] - b[0]);
  return { classes: Int32Array.from(sorted, ([k]) => k), pods: Int32Array.from(sorted, ([, count]) => count) };
}
