/** From a Problem to a Part: drop resources nobody asks for, merge equal shapes, drop dominated ones. */
import { UNLIMITED } from "./problem.ts";
import type { NodeCap, Problem } from "./problem.ts";
import type { Part, PartRow } from "./part.ts";

/** Pods of one class with the shapes and bins they may use: the compatibility of the class, narrowed by earlier stages. */
export interface ClassPiece {
  readonly classIndex: number;
  readonly demand: number;
  /** Shape indices, ascending. Pieces with the same freedom share the same array. */
  readonly shapes: Int32Array;
  /** Bin indices, ascending; shared likewise. */
  readonly bins: Int32Array;
}

interface Candidate {
  readonly members: number[];
  readonly capacity: Float64Array;
  readonly price: number;
  limit: number;
  /** Bit i: pieces whose shape list is the i-th distinct one may use it. */
  readonly sets: Uint32Array;
  readonly rowCoefficients: Float64Array;
}

/** Builds the Part of some pieces of a Problem. Pieces that fit no shape and no bin stay in it, and stay unplaced. */
export function buildPart(problem: Problem, pieces: readonly ClassPiece[]): Part {
  const K = pieces.length;
  const resources = requestedResources(problem, pieces);
  const R = resources.length;
  const units = resources.map((r) => greatestCommonDivisor(problem, pieces, r));
  const requests = new Float64Array(K * R);
  pieces.forEach((piece, k) => {
    resources.forEach((r, i) => {
      requests[k * R + i] = problem.requests[piece.classIndex * problem.resourceCount + r]! / units[i]!;
    });
  });
  const toUnits = (row: Float64Array, index: number): Float64Array =>
    Float64Array.from(resources, (r, i) =>
      Math.max(-1, Math.floor(row[index * problem.resourceCount + r]! / units[i]!)),
    );

  const { setOfPiece, lists } = distinctLists(pieces);
  const tighten = tightener(pieces, requests, R);
  const shapes = dropDominated(mergeEqual(problem, lists, (s) => tighten(toUnits(problem.allocatable, s))));
  const S = shapes.length;
  const capacity = new Float64Array(S * R);
  const shapeTakes = new Uint8Array(S * K);
  shapes.forEach((shape, s) => {
    capacity.set(shape.capacity, s * R);
    for (let k = 0; k < K; k++) {
      if (hasBit(shape.sets, setOfPiece[k]!) && fits(requests, k, shape.capacity, R)) shapeTakes[s * K + k] = 1;
    }
  });

  const bins = usedBins(pieces);
  const binFree = new Float64Array(problem.binCount * R);
  const binTakes = new Uint8Array(problem.binCount * K);
  for (const b of bins) binFree.set(tighten(toUnits(problem.binFree, b)), b * R);
  pieces.forEach((piece, k) => {
    for (const b of piece.bins) if (fits(requests, k, binFree.subarray(b * R, b * R + R), R)) binTakes[b * K + k] = 1;
  });

  const caps = capsOfPieces(problem.nodeCaps, pieces);
  return {
    resourceCount: R,
    classOf: Int32Array.from(pieces, (piece) => piece.classIndex),
    classCount: K,
    demand: Int32Array.from(pieces, (piece) => piece.demand),
    requests,
    priority: Int32Array.from(pieces, (piece) => problem.priority[piece.classIndex]!),
    shapeCount: S,
    capacity,
    price: Float64Array.from(shapes, (shape) => shape.price),
    shapeLimit: Int32Array.from(shapes, (shape) => shape.limit),
    shapeTakes,
    shapeMembers: shapes.map((shape) => Int32Array.from(shape.members)),
    binCount: problem.binCount,
    binFree,
    binTakes,
    rows: problem.shapeRows.map((row, i): PartRow => ({
      coefficients: Float64Array.from(shapes, (shape) => shape.rowCoefficients[i]!),
      limit: row.limit,
    })),
    caps,
    capsOfClass: capsByClass(caps, K),
  };
}

function requestedResources(problem: Problem, pieces: readonly ClassPiece[]): number[] {
  const R = problem.resourceCount;
  return Array.from({ length: R }, (_, r) => r).filter((r) =>
    pieces.some((piece) => problem.requests[piece.classIndex * R + r]! > 0),
  );
}

function greatestCommonDivisor(problem: Problem, pieces: readonly ClassPiece[], r: number): number {
  let divisor = 0;
  for (const piece of pieces) {
    let a = divisor;
    let b = problem.requests[piece.classIndex * problem.resourceCount + r]!;
    while (b > 0) [a, b] = [b, a % b];
    divisor = a;
  }
  return divisor > 0 ? divisor : 1;
}

function distinctLists(pieces: readonly ClassPiece[]): { setOfPiece: Int32Array; lists: Int32Array[] } {
  const index = new Map<Int32Array, number>();
  const setOfPiece = Int32Array.from(pieces, (piece) => {
    const known = index.get(piece.shapes);
    if (known !== undefined) return known;
    index.set(piece.shapes, index.size);
    return index.size - 1;
  });
  return { setOfPiece, lists: [...index.keys()] };
}

/**
 * Returns a function that lowers a capacity to what pods can really use of it, and so lets more shapes be dominated:
 *
 *   use[r] <= total demand of r,   use[r] <= use[q] * max over k of request[k, r] / request[k, q]
 */
function tightener(
  pieces: readonly ClassPiece[],
  requests: Float64Array,
  R: number,
): (cap: Float64Array) => Float64Array {
  const total = new Float64Array(R);
  const ratio = new Float64Array(R * R).fill(0);
  pieces.forEach((piece, k) => {
    for (let r = 0; r < R; r++) {
      const need = requests[k * R + r]!;
      total[r]! += need * piece.demand;
      if (need === 0) continue;
      for (let q = 0; q < R; q++) ratio[r * R + q] = Math.max(ratio[r * R + q]!, need / requests[k * R + q]!);
    }
  });
  return (cap) => {
    for (let r = 0; r < R; r++) cap[r] = Math.min(cap[r]!, total[r]!);
    for (let r = 0; r < R; r++) {
      for (let q = 0; q < R; q++) {
        const most = ratio[r * R + q]! * Math.max(0, cap[q]!);
        if (cap[r]! > most) cap[r] = Math.floor(most + 1e-6);
      }
    }
    return cap;
  };
}

/** Shapes that differ in nothing that matters become one, with the sum of their limits. */
function mergeEqual(
  problem: Problem,
  lists: readonly Int32Array[],
  capacityOf: (s: number) => Float64Array,
): Candidate[] {
  const words = Math.ceil(lists.length / 32);
  const sets = new Map<number, Uint32Array>();
  lists.forEach((list, i) => {
    for (const s of list) {
      const bits = sets.get(s) ?? new Uint32Array(words);
      bits[i >> 5]! |= 1 << (i & 31);
      sets.set(s, bits);
    }
  });
  const coefficients = rowCoefficients(problem);
  const merged = new Map<string, Candidate>();
  for (const [s, bits] of [...sets].sort((a, b) => a[0] - b[0])) {
    if (problem.shapeLimit[s]! <= 0) continue;
    const capacity = capacityOf(s);
    if (capacity.some((amount) => amount < 0)) continue;
    const price = problem.price[s]!;
    const row = coefficients(s);
    const key = `${String(price)}|${capacity.join()}|${bits.join()}|${row.join()}`;
    const twin = merged.get(key);
    if (twin === undefined) {
      merged.set(key, {
        members: [s],
        capacity,
        price,
        limit: problem.shapeLimit[s]!,
        sets: bits,
        rowCoefficients: row,
      });
    } else {
      twin.members.push(s);
      twin.limit = Math.min(UNLIMITED, twin.limit + problem.shapeLimit[s]!);
    }
  }
  return [...merged.values()];
}

function rowCoefficients(problem: Problem): (s: number) => Float64Array {
  const rows = problem.shapeRows.map((row) => {
    const bySha = new Map<number, number>();
    row.shapes.forEach((s, j) => bySha.set(s, row.coefficients[j]!));
    return bySha;
  });
  return (s) => Float64Array.from(rows, (row) => row.get(s) ?? 0);
}

/**
 * Keeps the shapes for which no other is as cheap, as roomy, as widely usable, unlimited, and as light on every row.
 * In any plan a dominated shape can be exchanged for the one that dominates it.
 */
function dropDominated(candidates: Candidate[]): Candidate[] {
  const sum = (c: Candidate): number => c.capacity.reduce((a, b) => a + b, 0);
  const order = candidates.sort((a, b) => a.price - b.price || sum(b) - sum(a) || a.members[0]! - b.members[0]!);
  const kept: Candidate[] = [];
  for (const candidate of order) if (!kept.some((other) => dominates(other, candidate))) kept.push(candidate);
  return kept;
}

function dominates(a: Candidate, b: Candidate): boolean {
  if (a.price > b.price || a.limit < UNLIMITED) return false;
  for (let r = 0; r < a.capacity.length; r++) if (a.capacity[r]! < b.capacity[r]!) return false;
  for (let w = 0; w < a.sets.length; w++) if ((b.sets[w]! & ~a.sets[w]!) !== 0) return false;
  for (let i = 0; i < a.rowCoefficients.length; i++) if (a.rowCoefficients[i]! > b.rowCoefficients[i]!) return false;
  return true;
}

function usedBins(pieces: readonly ClassPiece[]): Set<number> {
  const bins = new Set<number>();
  for (const list of new Set(pieces.map((piece) => piece.bins))) for (const b of list) bins.add(b);
  return bins;
}

/** The caps in terms of pieces: a class that was split counts with each of its pieces. */
function capsOfPieces(caps: readonly NodeCap[], pieces: readonly ClassPiece[]): NodeCap[] {
  if (caps.length === 0) return [];
  const piecesOf = new Map<number, number[]>();
  pieces.forEach((piece, k) => {
    const list = piecesOf.get(piece.classIndex);
    if (list === undefined) piecesOf.set(piece.classIndex, [k]);
    else list.push(k);
  });
  const translate = (classes: Int32Array): Int32Array =>
    Int32Array.from([...classes].flatMap((c) => piecesOf.get(c) ?? [])).sort();
  return caps
    .map((cap) => ({ ...cap, owners: translate(cap.owners), counted: translate(cap.counted) }))
    .filter((cap) => cap.owners.length > 0 || (cap.counted.length > 0 && cap.binOwned.includes(1)));
}

function capsByClass(caps: readonly NodeCap[], K: number): Int32Array[] {
  const lists = Array.from({ length: K }, () => new Set<number>());
  caps.forEach((cap, i) => {
    for (const k of cap.owners) lists[k]!.add(i);
    for (const k of cap.counted) lists[k]!.add(i);
  });
  return lists.map((set) => Int32Array.from(set));
}

/** Whether one pod of class `k` fits the capacity. */
export function fits(requests: Float64Array, k: number, capacity: Float64Array, R: number): boolean {
  for (let r = 0; r < R; r++) if (requests[k * R + r]! > capacity[r]!) return false;
  return true;
}

function hasBit(bits: Uint32Array, i: number): boolean {
  return ((bits[i >> 5]! >>> (i & 31)) & 1) === 1;
}
