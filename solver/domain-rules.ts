/** The rules over the domains of one key (spread, caps, pulls) in one form: may one more pod go there? */
import type { DomainCap, DomainNeed, Problem, Spread } from "./problem.ts";

/** A rule and the counts that its answer depends on. */
export interface DomainRule {
  readonly kind: "spread" | "cap" | "need";
  /** Length classCount: 1 for classes that own the rule, and for those that it counts. */
  readonly owns: Uint8Array;
  readonly counts: Uint8Array;
  /** Length domainCount: counted pods, and owners, in each domain by now. */
  readonly counted: Int32Array;
  readonly owned: Int32Array;
  /** Length domainCount: counted pods that are no owners. */
  readonly leaders: Int32Array;
  /** Whether one more pod of class `k` may go to domain `d`. */
  readonly allows: (k: number, d: number) => boolean;
  /** Whether what is in domain `d` now keeps the rule, as far as its owners there go. */
  readonly holds: (d: number) => boolean;
}

/** The rules of the Problem over one key, with the counts of what runs already. */
export function domainRules(problem: Problem, key: number): DomainRule[] {
  const K = problem.classCount;
  return [
    ...problem.spreads.filter((rule) => rule.key === key).map((rule) => spreadRule(rule, K)),
    ...problem.domainCaps.filter((rule) => rule.key === key).map((rule) => capRule(rule, K)),
    ...problem.domainNeeds.filter((rule) => rule.key === key).map((rule) => needRule(rule, K)),
  ];
}

/** Counts one more pod of class `k` in domain `d`, or `pods` of them. */
export function countPods(rule: DomainRule, k: number, d: number, pods: number): void {
  if (rule.counts[k] === 1) rule.counted[d]! += pods;
  if (rule.owns[k] === 1) rule.owned[d]! += pods;
  else if (rule.counts[k] === 1) rule.leaders[d]! += pods;
}

function spreadRule(spread: Spread, K: number): DomainRule {
  const base = tables(spread, K, spread.initial);
  const { counted, counts, owned, owns } = base;
  const least = (): number => {
    let fewest = Infinity;
    let domains = 0;
    for (let d = 0; d < spread.eligible.length; d++) {
      if (spread.eligible[d] !== 1) continue;
      domains++;
      fewest = Math.min(fewest, counted[d]!);
    }
    return domains < spread.minDomains || fewest === Infinity ? 0 : fewest;
  };
  return {
    kind: "spread",
    ...base,
    allows: (k, d) =>
      owns[k] === 0 || (spread.eligible[d] === 1 && counted[d]! + counts[k]! - least() <= spread.maxSkew),
    holds: (d) => owned[d] === 0 || counted[d]! - least() <= spread.maxSkew,
  };
}

function capRule(cap: DomainCap, K: number): DomainRule {
  const base = tables(cap, K, cap.domainCounted);
  const { counted, counts, owned, owns } = base;
  cap.domainOwned.forEach((isOwned, d) => (owned[d] = isOwned));
  return {
    kind: "cap",
    ...base,
    allows: (k, d) => (owns[k] === 0 && owned[d] === 0) || counted[d]! + counts[k]! <= cap.max,
    holds: (d) => owned[d] === 0 || counted[d]! <= Math.max(cap.max, cap.domainCounted[d]!),
  };
}

function needRule(need: DomainNeed, K: number): DomainRule {
  const base = tables(need, K, need.initial);
  const { counted, counts, leaders, owned, owns } = base;
  const isNowhere = (): boolean => counted.every((pods) => pods === 0);
  return {
    kind: "need",
    ...base,
    allows: (k, d) => owns[k] === 0 || counted[d]! > 0 || (need.mayStart && counts[k] === 1 && isNowhere()),
    // Owners without a leader in one domain are those that started; in a second one they have nobody to follow.
    holds: (d) =>
      owned[d] === 0 ||
      leaders[d]! > 0 ||
      (need.mayStart && owned.every((owners, other) => owners === 0 || leaders[other]! > 0 || other >= d)),
  };
}

function tables(
  rule: { readonly owners: Int32Array; readonly counted: Int32Array },
  K: number,
  initial: Int32Array,
): Pick<DomainRule, "owns" | "counts" | "counted" | "owned" | "leaders"> {
  const flags = (classes: Int32Array): Uint8Array => {
    const set = new Uint8Array(K);
    for (const k of classes) set[k] = 1;
    return set;
  };
  return {
    owns: flags(rule.owners),
    counts: flags(rule.counted),
    counted: initial.slice(),
    owned: new Int32Array(initial.length),
    leaders: initial.slice(),
  };
}
