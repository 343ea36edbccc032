/** Hard spreads, settled first: each pod that a spread counts is given a domain, and the rest of the search sees only that. */
import type { Problem, Spread } from "./problem.ts";
import type { ClassPiece } from "./reduce.ts";
import type { Content, Solution } from "./solution.ts";

/** Pieces with their domains fixed, and pods (by class) that no domain could take. */
export interface SpreadSplit {
  readonly pieces: readonly ClassPiece[];
  readonly refused: Int32Array;
}

/**
 * Splits the classes that a spread owns or counts over the domains of its key, evenly: each pod goes where the counts of
 * the spreads it matters to are lowest. Classes with few domains to choose from go first, so that the free ones level
 * out what those have filled. Counted classes that own no spread are levelled as well: it costs little and keeps the
 * skew of the owners.
 */
export function splitSpreads(problem: Problem, pieces: readonly ClassPiece[]): SpreadSplit {
  const refused = new Int32Array(problem.classCount);
  let current = pieces;
  for (let key = 0; key < problem.domainKeys.length; key++) {
    const spreads = problem.spreads.filter((spread) => spread.key === key);
    if (spreads.length > 0) current = splitByKey(problem, key, spreads, current, refused);
  }
  return { pieces: current, refused };
}

interface Tally {
  readonly spread: Spread;
  readonly counts: Int32Array;
  readonly owners: ReadonlySet<number>;
  readonly counted: ReadonlySet<number>;
}

function splitByKey(
  problem: Problem,
  key: number,
  spreads: readonly Spread[],
  pieces: readonly ClassPiece[],
  refused: Int32Array,
): ClassPiece[] {
  const narrow = narrower(problem, key);
  const tallies = spreads.map((spread): Tally => ({
    spread,
    counts: spread.initial.slice(),
    owners: new Set(spread.owners),
    counted: new Set(spread.counted),
  }));
  const concerned = (piece: ClassPiece): Tally[] =>
    tallies.filter((tally) => tally.owners.has(piece.classIndex) || tally.counted.has(piece.classIndex));
  const free = pieces.filter((piece) => concerned(piece).length === 0);
  const jobs = pieces
    .filter((piece) => concerned(piece).length > 0)
    .map((piece) => ({ piece, tallies: concerned(piece), domains: openDomains(problem, key, piece, concerned(piece)) }))
    .sort(
      (a, b) =>
        a.domains.length - b.domains.length ||
        b.piece.demand - a.piece.demand ||
        a.piece.classIndex - b.piece.classIndex,
    );
  const placed = jobs.map((job) => ({ job, perDomain: new Int32Array(problem.domainKeys[key]!.domainCount) }));
  for (const { job, perDomain } of placed) {
    for (let pod = 0; pod < job.piece.demand; pod++) {
      const domain = lowestDomain(job.domains, job.tallies, job.piece.classIndex);
      if (domain === undefined) {
        refused[job.piece.classIndex]! += job.piece.demand - pod;
        break;
      }
      perDomain[domain]!++;
      for (const tally of job.tallies) if (tally.counted.has(job.piece.classIndex)) tally.counts[domain]!++;
    }
  }
  withdrawSkewed(
    placed.map(({ job, perDomain }) => ({ classIndex: job.piece.classIndex, perDomain })),
    tallies,
    refused,
  );
  const split = placed.flatMap(({ job, perDomain }) =>
    [...perDomain.entries()]
      .filter(([, pods]) => pods > 0)
      .map(([domain, pods]) => ({ ...narrow(job.piece, domain), demand: pods })),
  );
  return [...free, ...split];
}

/** Eligible domains in which the piece has a shape or a bin. */
function openDomains(problem: Problem, key: number, piece: ClassPiece, tallies: readonly Tally[]): number[] {
  const { domainCount, shapeDomain, binDomain } = problem.domainKeys[key]!;
  const open = new Uint8Array(domainCount);
  const fits = (room: Float64Array, row: number): boolean => fitsAlone(problem, piece.classIndex, room, row);
  for (const s of piece.shapes) {
    const d = shapeDomain[s]!;
    if (d >= 0 && open[d] === 0 && problem.shapeLimit[s]! > 0 && fits(problem.allocatable, s)) open[d] = 1;
  }
  for (const b of piece.bins) {
    const d = binDomain[b]!;
    if (d >= 0 && open[d] === 0 && fits(problem.binFree, b)) open[d] = 1;
  }
  const owned = tallies.filter((tally) => tally.owners.has(piece.classIndex));
  return Array.from({ length: domainCount }, (_, d) => d).filter(
    (d) => open[d] === 1 && owned.every((tally) => tally.spread.eligible[d] === 1),
  );
}

function fitsAlone(problem: Problem, k: number, room: Float64Array, row: number): boolean {
  const R = problem.resourceCount;
  for (let r = 0; r < R; r++) if (problem.requests[k * R + r]! > room[row * R + r]!) return false;
  return true;
}

/** The open domain with the lowest counts, if the owner's spreads allow one more pod there. */
function lowestDomain(domains: readonly number[], tallies: readonly Tally[], classIndex: number): number | undefined {
  let best: number | undefined;
  let fewest = Infinity;
  for (const d of domains) {
    let sum = 0;
    for (const tally of tallies) if (tally.counted.has(classIndex)) sum += tally.counts[d]!;
    if (tallies.every((tally) => !tally.counted.has(classIndex))) for (const tally of tallies) sum += tally.counts[d]!;
    if (sum >= fewest) continue;
    const allowed = tallies.every((tally) => {
      if (!tally.owners.has(classIndex)) return true;
      const self = tally.counted.has(classIndex) ? 1 : 0;
      return tally.counts[d]! + self - leastCount(tally) <= tally.spread.maxSkew;
    });
    if (!allowed) continue;
    best = d;
    fewest = sum;
  }
  return best;
}

/** The least count over eligible domains; 0 when there are fewer of them than minDomains. */
function leastCount(tally: Tally): number {
  const { eligible, minDomains } = tally.spread;
  let least = Infinity;
  let domains = 0;
  for (let d = 0; d < eligible.length; d++) {
    if (eligible[d] !== 1) continue;
    domains++;
    least = Math.min(least, tally.counts[d]!);
  }
  return domains < minDomains || least === Infinity ? 0 : least;
}

/** Takes owners back out of domains that ended up too full; they stay pending rather than break their own rule. */
function withdrawSkewed(
  placed: readonly { classIndex: number; perDomain: Int32Array }[],
  tallies: readonly Tally[],
  refused: Int32Array,
): void {
  for (let changed = true; changed;) {
    changed = false;
    for (const tally of tallies) {
      const owners = placed.filter((entry) => tally.owners.has(entry.classIndex));
      for (const entry of owners) {
        entry.perDomain.forEach((pods, d) => {
          if (pods === 0 || tally.counts[d]! - leastCount(tally) <= tally.spread.maxSkew) return;
          entry.perDomain[d]!--;
          refused[entry.classIndex]!++;
          for (const other of tallies) if (other.counted.has(entry.classIndex)) other.counts[d]!--;
          changed = true;
        });
      }
    }
  }
}

/** Narrows a piece to one domain; pieces that shared their lists before share them after. */
function narrower(problem: Problem, key: number): (piece: ClassPiece, domain: number) => ClassPiece {
  const { shapeDomain, binDomain } = problem.domainKeys[key]!;
  const cache = new Map<Int32Array, Map<number, Int32Array>>();
  const within = (list: Int32Array, domains: Int32Array, domain: number): Int32Array => {
    const known = cache.get(list) ?? new Map<number, Int32Array>();
    cache.set(list, known);
    const kept = known.get(domain) ?? list.filter((i) => domains[i] === domain);
    known.set(domain, kept);
    return kept;
  };
  return (piece, domain) => ({
    ...piece,
    shapes: within(piece.shapes, shapeDomain, domain),
    bins: within(piece.bins, binDomain, domain),
  });
}

/**
 * Owners to take back from a finished solution, by class, so that the spreads hold: where a domain got fewer pods than
 * planned (a limit, no room), the others may have become too full. All zeros when nothing is wrong.
 */
export function skewedPods(problem: Problem, solution: Pick<Solution, "nodes" | "bins">): Int32Array {
  const withdrawn = new Int32Array(problem.classCount);
  problem.domainKeys.forEach((key, index) => {
    const spreads = problem.spreads.filter((spread) => spread.key === index);
    if (spreads.length === 0) return;
    const perDomain = Array.from({ length: problem.classCount }, () => new Int32Array(key.domainCount));
    const count = (domain: number, content: Content, times: number): void => {
      if (domain >= 0) content.classes.forEach((k, i) => (perDomain[k]![domain]! += times * content.pods[i]!));
    };
    for (const node of solution.nodes) count(key.shapeDomain[node.shape]!, node.content, node.count);
    for (const fill of solution.bins) count(key.binDomain[fill.bin]!, fill.content, 1);
    const tallies = spreads.map((spread): Tally => {
      const counts = spread.initial.slice();
      for (const k of spread.counted) perDomain[k]!.forEach((pods, d) => (counts[d]! += pods));
      return { spread, counts, owners: new Set(spread.owners), counted: new Set(spread.counted) };
    });
    withdrawSkewed(
      perDomain.map((pods, classIndex) => ({ classIndex, perDomain: pods })),
      tallies,
      withdrawn,
    );
  });
  return withdrawn;
}
