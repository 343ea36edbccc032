/** Rules over domains, settled first: each pod they concern is given a domain, and the rest of the search sees only that. */
import { countPods, domainRules } from "./domain-rules.ts";
import type { DomainRule } from "./domain-rules.ts";
import type { Problem } from "./problem.ts";
import type { ClassPiece } from "./reduce.ts";
import type { Content, Solution } from "./solution.ts";

/** Pieces with their domains fixed, and pods (by class) that no domain could take. */
export interface DomainSplit {
  readonly pieces: readonly ClassPiece[];
  readonly refused: Int32Array;
}

/** Whether any rule over domains is there. */
export function hasDomainRules(problem: Problem): boolean {
  return problem.spreads.length + problem.domainCaps.length + problem.domainNeeds.length > 0;
}

/**
 * Splits the classes that a rule owns or counts over the domains of its key.
 *
 * Spreads level: a pod goes where the counts are lowest. Counted classes that own no spread are levelled as well: it
 * costs little and keeps the skew of the owners. Pulls gather: their owners come after those they follow, and the first
 * of a group that may start a domain starts it where most pods are by then. Classes with few domains to choose from go
 * first, so that the free ones fit around them.
 */
export function splitDomains(problem: Problem, pieces: readonly ClassPiece[]): DomainSplit {
  const refused = new Int32Array(problem.classCount);
  let current = pieces;
  for (let key = 0; key < problem.domainKeys.length; key++) {
    const rules = domainRules(problem, key);
    if (rules.length > 0) current = splitByKey(problem, key, rules, current, refused);
  }
  return { pieces: current, refused };
}

interface Job {
  readonly piece: ClassPiece;
  readonly rules: readonly DomainRule[];
  readonly domains: readonly number[];
  readonly perDomain: Int32Array;
}

function splitByKey(
  problem: Problem,
  key: number,
  rules: readonly DomainRule[],
  pieces: readonly ClassPiece[],
  refused: Int32Array,
): ClassPiece[] {
  const { domainCount } = problem.domainKeys[key]!;
  const concerned = (piece: ClassPiece): DomainRule[] =>
    rules.filter((rule) => rule.owns[piece.classIndex] === 1 || rule.counts[piece.classIndex] === 1);
  const free: ClassPiece[] = [];
  const jobs: Job[] = [];
  for (const piece of pieces) {
    const own = concerned(piece);
    const domains = own.length > 0 ? openDomains(problem, key, piece) : [];
    // A class that is only counted, and has no place in any domain, cannot change a count.
    const isBystander = domains.length === 0 && own.every((rule) => rule.owns[piece.classIndex] === 0);
    if (own.length === 0 || isBystander) free.push(piece);
    else jobs.push({ piece, rules: own, domains, perDomain: new Int32Array(domainCount) });
  }
  jobs.sort(inOrder);
  assign(jobs, domainCount);
  for (const job of jobs) refused[job.piece.classIndex]! += waitingPods(job);
  withdrawBroken(
    jobs.map((job) => ({ classIndex: job.piece.classIndex, perDomain: job.perDomain })),
    rules,
    refused,
  );
  const narrow = narrower(problem, key);
  const split = jobs.flatMap((job) =>
    [...job.perDomain.entries()]
      .filter(([, pods]) => pods > 0)
      .map(([domain, pods]) => ({ ...narrow(job.piece, domain), demand: pods })),
  );
  return [...free, ...split];
}

/** Followers after those they follow; then few domains first, then many pods. */
function inOrder(a: Job, b: Job): number {
  const follows = (job: Job): number =>
    job.rules.filter((rule) => rule.kind === "need" && rule.owns[job.piece.classIndex] === 1).length;
  return (
    follows(a) - follows(b) ||
    a.domains.length - b.domains.length ||
    b.piece.demand - a.piece.demand ||
    a.piece.classIndex - b.piece.classIndex
  );
}

/** A second pass lets in pods that waited for one that came later. */
const PASSES = 3;

function assign(jobs: readonly Job[], domainCount: number): void {
  const load = new Int32Array(domainCount);
  for (let pass = 0; pass < PASSES; pass++) {
    for (const job of jobs) {
      const k = job.piece.classIndex;
      for (let left = waitingPods(job); left > 0; left--) {
        const domain = bestDomain(job, load);
        if (domain === undefined) break;
        job.perDomain[domain]!++;
        load[domain]!++;
        for (const rule of job.rules) countPods(rule, k, domain, 1);
      }
    }
  }
}

function waitingPods(job: Job): number {
  return job.piece.demand - job.perDomain.reduce((sum, pods) => sum + pods, 0);
}

/** The allowed domain where the spreads count least; without spreads, the one where most pods are. */
function bestDomain(job: Job, load: Int32Array): number | undefined {
  const k = job.piece.classIndex;
  let best: number | undefined;
  let bestCount = Infinity;
  let bestLoad = -Infinity;
  for (const d of job.domains) {
    let count = 0;
    for (const rule of job.rules) if (rule.kind === "spread") count += rule.counted[d]!;
    if (count > bestCount || (count === bestCount && load[d]! <= bestLoad)) continue;
    if (!job.rules.every((rule) => rule.allows(k, d))) continue;
    best = d;
    bestCount = count;
    bestLoad = load[d]!;
  }
  return best;
}

/** Domains in which the piece has a shape or a bin that one of its pods fits. */
function openDomains(problem: Problem, key: number, piece: ClassPiece): number[] {
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
  return [...open.keys()].filter((d) => open[d] === 1);
}

function fitsAlone(problem: Problem, k: number, room: Float64Array, row: number): boolean {
  const R = problem.resourceCount;
  for (let r = 0; r < R; r++) if (problem.requests[k * R + r]! > room[row * R + r]!) return false;
  return true;
}

/** Takes owners out of domains where their rule does not hold; they stay pending rather than break it. */
function withdrawBroken(
  placed: readonly { readonly classIndex: number; readonly perDomain: Int32Array }[],
  rules: readonly DomainRule[],
  refused: Int32Array,
): void {
  for (let changed = true; changed;) {
    changed = false;
    for (const rule of rules) {
      for (const { classIndex, perDomain } of placed) {
        if (rule.owns[classIndex] === 0) continue;
        perDomain.forEach((pods, d) => {
          if (pods === 0 || rule.holds(d)) return;
          perDomain[d]!--;
          refused[classIndex]!++;
          for (const other of rules) countPods(other, classIndex, d, -1);
          changed = true;
        });
      }
    }
  }
}

/**
 * Owners to take back from a finished solution, by class, so that the rules hold: where a domain got fewer pods than
 * planned (a limit, no room), others may have become too full, or lost those they follow. All zeros when nothing is.
 */
export function brokenPods(problem: Problem, solution: Pick<Solution, "nodes" | "bins">): Int32Array {
  const withdrawn = new Int32Array(problem.classCount);
  problem.domainKeys.forEach((key, index) => {
    const rules = domainRules(problem, index);
    if (rules.length === 0) return;
    const perDomain = Array.from({ length: problem.classCount }, () => new Int32Array(key.domainCount));
    const count = (domain: number, content: Content, times: number): void => {
      if (domain < 0) return;
      content.classes.forEach((k, i) => {
        perDomain[k]![domain]! += times * content.pods[i]!;
        for (const rule of rules) countPods(rule, k, domain, times * content.pods[i]!);
      });
    };
    for (const node of solution.nodes) count(key.shapeDomain[node.shape]!, node.content, node.count);
    for (const fill of solution.bins) count(key.binDomain[fill.bin]!, fill.content, 1);
    withdrawBroken(
      perDomain.map((pods, classIndex) => ({ classIndex, perDomain: pods })),
      rules,
      withdrawn,
    );
  });
  return withdrawn;
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
