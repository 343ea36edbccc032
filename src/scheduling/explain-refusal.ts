/** Why no place can take a class of pods: how many each rule excluded, and the smallest change that would help. */
import { formatQuantity } from "../domain/quantity.ts";
import { type Requirements, formatRequirement, isWellKnownKey } from "../domain/requirement.ts";
import { amountOf } from "../domain/resources.ts";
import { formatTaint, untoleratedTaint } from "../domain/taint.ts";
import { type NodeConstraint, formatConstraint } from "./compile/node-constraint.ts";
import type { PodClass } from "./compile/pod-classes.ts";
import type { PoolOffer } from "./compile/shapes.ts";
import type { Site } from "./compiled.ts";
import { amountInWords } from "./amounts.ts";
import { describePort, shapesWithTakenPorts } from "./rules/host-ports.ts";

/** Codes of a pod that no place can take. */
export type RefusalCode =
  "NO_NODE_POOL" | "NO_MATCHING_NODE" | "TAINTED" | "TOO_LARGE" | "LIMIT_REACHED" | "NO_CAPACITY";

export interface Refusal {
  readonly code: RefusalCode;
  readonly reason: string;
}

/** One rule that keeps a class out of a place. */
interface Failure {
  readonly kind: "labels" | "taint" | "limit" | "daemons" | "port" | "size" | "unschedulable";
  /** What excluded it, e.g. `by kubernetes.io/arch=arm64`. Places with the same text are counted together. */
  readonly text: string;
  /** The smallest change, were this the only rule against the place. */
  readonly hint?: string;
  /** For sizes and limits: how much the change would have to be; the least is told. */
  readonly cost?: number;
}

interface Hint {
  readonly kind: Failure["kind"];
  readonly text: string;
  readonly cost: number;
  count: number;
}

/** How many places each rule excluded, and the changes that alone would open a place. */
interface Tally {
  readonly total: number;
  readonly excluded: ReadonlyMap<string, { kind: Failure["kind"]; count: number }>;
  readonly hints: ReadonlyMap<string, Hint>;
}

/** Composes the refusal of a class that no shape and no node can take. */
export function explainRefusal(site: Site, pools: readonly PoolOffer[], one: PodClass, needs: NodeConstraint): Refusal {
  const offers = tally(site, one, needs, 0, site.places.shapes.length);
  const nodes = tally(site, one, needs, site.places.shapes.length, site.places.count);
  const sentences: string[] = [];
  const unusable = pools.filter((pool) => pool.nothing !== undefined);
  if (pools.length === 0) sentences.push("There is no NodePool.");
  else if (offers.total > 0) sentences.push(`Of ${count(offers.total, "offering")}: ${exclusions(offers)}.`);
  for (const pool of unusable) {
    sentences.push(`${pool.nodePool.kind} ${pool.nodePool.name} has nothing to offer: ${pool.nothing!}.`);
  }
  if (nodes.total > 0) sentences.push(`Of ${count(nodes.total, "existing node")}: ${exclusions(nodes)}.`);
  const missing = missingLabels(pools, needs, site);
  const hints = bestHints(offers, nodes);
  if (missing !== undefined) sentences.push(missing);
  else if (hints.length > 0) sentences.push(`To place it: ${hints.join(", or ")}.`);
  return { code: codeOf(pools, offers, nodes), reason: sentences.join(" ") };
}

function tally(site: Site, one: PodClass, needs: NodeConstraint, from: number, to: number): Tally {
  const excluded = new Map<string, { kind: Failure["kind"]; count: number }>();
  const hints = new Map<string, Hint>();
  const failuresAt = failureFinder(site, one, needs);
  const shapeCount = site.places.shapes.length;
  let total = 0;
  for (let place = from; place < to; place++) {
    const weight = place < shapeCount ? site.places.shapes[place]!.offerings.length : 1;
    total += weight;
    const failures = failuresAt(place);
    const [first] = failures;
    if (first === undefined) continue;
    const known = excluded.get(first.text);
    if (known === undefined) excluded.set(first.text, { kind: first.kind, count: weight });
    else known.count += weight;
    if (failures.length > 1 || first.hint === undefined) continue;
    const cost = first.cost ?? 0;
    // Of sizes and limits only the least change is worth telling.
    const key = first.cost === undefined ? first.hint : first.kind;
    const before = hints.get(key);
    if (before === undefined || cost < before.cost) {
      hints.set(key, { kind: first.kind, text: first.hint, cost, count: (before?.count ?? 0) + weight });
    } else before.count += weight;
  }
  return { total, excluded, hints };
}

/** Every rule that keeps the class out of a place, in the order in which they are told. */
function failureFinder(site: Site, one: PodClass, needs: NodeConstraint): (place: number) => readonly Failure[] {
  const { places, resources, free } = site;
  const meeting = places.meeting(needs);
  const tolerating = places.tolerating(one.sample.tolerations, one.tolerationsText);
  const taken = shapesWithTakenPorts(site, one);
  const labels = labelFailures(site, needs);
  const largest = largestOffers(site);
  const width = resources.length;
  return (place) => {
    const failures: Failure[] = [];
    if (meeting[place] !== 1) failures.push(...labels(place));
    if (tolerating[place] !== 1) failures.push(taintFailure(site, one, place));
    const bar = site.bars[place];
    if (bar !== undefined) failures.push(barFailure(site, place));
    if (taken?.[place] === 1) {
      const ports = one.sample.hostPorts.map(describePort).join(", ");
      failures.push({ kind: "port", text: `since a DaemonSet uses host port ${ports} there` });
    }
    for (let r = 0; r < width; r++) {
      const name = resources[r]!;
      const asks = Math.max(amountOf(one.requests, name), name === "pods" ? 1 : 0);
      const has = Math.max(0, free[place * width + r]!);
      if (asks <= has) continue;
      const most = place < places.shapes.length ? largest.shapes[r]! : largest.nodes[r]!;
      const isNode = place >= places.shapes.length;
      const text = `too small: needs ${amountInWords(name, asks)}, the ${isNode ? "most that is free" : "largest has"} ${isNode ? "is " : ""}${amountInWords(name, most)}`;
      failures.push({
        kind: "size",
        text,
        ...(has > 0 ? { hint: `${SIZE_HINT} ${amountInWords(name, has)}`, cost: asks - has } : {}),
      });
    }
    return failures;
  };
}

/** Which of the label requirements fail; with several affinity terms they are told as one. */
function labelFailures(site: Site, needs: NodeConstraint): (place: number) => readonly Failure[] {
  const only: Requirements | undefined = needs.terms.length === 1 ? needs.terms[0] : undefined;
  if (only === undefined) {
    const text = `by its node affinity (${formatConstraint(needs)})`;
    return () => [{ kind: "labels", text, hint: "widen its node affinity" }];
  }
  const rules = [...only].map(([key, set]) => {
    const words = formatRequirement(key, set);
    return {
      bits: site.places.satisfying(key, set),
      failure: { kind: "labels" as const, text: `by ${words}`, hint: `drop its requirement ${words}` },
    };
  });
  return (place) => rules.filter((rule) => rule.bits[place] !== 1).map((rule) => rule.failure);
}

function taintFailure(site: Site, one: PodClass, place: number): Failure {
  const shape = site.places.shapes[place];
  const node = site.places.nodes[place - site.places.shapes.length];
  const taints = shape?.kind.nodePool.taints ?? node?.taints ?? [];
  const taint = untoleratedTaint(taints, one.sample.tolerations);
  if (taint === undefined) return { kind: "unschedulable", text: "since it is unschedulable" };
  const where = shape === undefined ? "" : ` of ${shape.kind.nodePool.kind} ${shape.kind.nodePool.name}`;
  const text = formatTaint(taint);
  return { kind: "taint", text: `by taint ${text}${where}`, hint: `tolerate the taint ${text}` };
}

function barFailure(site: Site, place: number): Failure {
  const bar = site.bars[place]!;
  if (bar.code === "UNSCHEDULABLE") return { kind: "unschedulable", text: `since it ${bar.text}` };
  if (bar.code === "DAEMONS") return { kind: "daemons", text: `since ${bar.text}` };
  const { nodePool, instanceType } = site.places.shapes[place]!.kind;
  let hint: string | undefined;
  let cost = 0;
  let broken = 0;
  for (const [name, limit] of nodePool.limits) {
    const needs = name === "nodes" ? 1 : amountOf(instanceType.capacity, name);
    const missing = needs - Math.max(0, limit - amountOf(nodePool.inUse, name));
    if (missing <= 0) continue;
    broken++;
    cost = missing;
    const more = formatQuantity(name, missing);
    hint = `raise limits.${name} of ${nodePool.kind} ${nodePool.name} by ${more}`;
  }
  const text = `by ${bar.text}`;
  return hint === undefined || broken > 1 ? { kind: "limit", text } : { kind: "limit", text, hint, cost };
}

/** By resource: the most that any shape offers, and the most that is free on any node. */
function largestOffers(site: Site): { readonly shapes: Float64Array; readonly nodes: Float64Array } {
  const width = site.resources.length;
  const shapes = new Float64Array(width);
  const nodes = new Float64Array(width);
  for (let place = 0; place < site.places.count; place++) {
    const most = place < site.places.shapes.length ? shapes : nodes;
    for (let r = 0; r < width; r++) most[r] = Math.max(most[r]!, site.free[place * width + r]!);
  }
  return { shapes, nodes };
}

function exclusions(tallied: Tally): string {
  return [...tallied.excluded]
    .sort(([a, x], [b, y]) => y.count - x.count || (a < b ? -1 : 1))
    .slice(0, 6)
    .map(([text, { count: times }]) => `${times.toLocaleString("en-US")} ${text}`)
    .join(", ");
}

/** At most two changes: those that open most offerings, or the one for a new node and the one for a node that exists. */
function bestHints(offers: Tally, nodes: Tally): readonly string[] {
  const ranked = (tallied: Tally): readonly string[] =>
    [...tallied.hints.values()]
      .sort((a, b) => b.count - a.count || (a.text < b.text ? -1 : 1))
      .slice(0, 2)
      .map((hint) => hint.text);
  const [first, second] = ranked(offers);
  const others = ranked(nodes).filter((text) => text !== first && !text.startsWith(SIZE_HINT));
  if (first === undefined) return ranked(nodes);
  const more = others[0] ?? second;
  return more === undefined ? [first] : [first, more];
}

/** What fits a node that exists is mostly less than what a new one takes. */
const SIZE_HINT = "ask for at most";

/** A custom label that nobody defines deserves its own sentence: it is mostly a typing error. */
function missingLabels(pools: readonly PoolOffer[], needs: NodeConstraint, site: Site): string | undefined {
  for (const term of needs.terms) {
    for (const [key, set] of term) {
      if (isWellKnownKey(key) || site.places.column(key).values.length > 0) continue;
      const wanted = formatRequirement(key, set);
      const pool = pools[0]?.nodePool;
      const where = pool === undefined ? "a NodePool" : `${pool.kind} ${pool.name}`;
      return `No NodePool and no node defines the label ${key} (wanted: ${wanted}): add it to the labels or requirements of ${where}, or take it off the pod.`;
    }
  }
  return undefined;
}

function codeOf(pools: readonly PoolOffer[], offers: Tally, nodes: Tally): RefusalCode {
  if (pools.length === 0 && nodes.total === 0) return "NO_NODE_POOL";
  if (offers.total === 0 && nodes.total === 0) return "NO_CAPACITY";
  const kinds = new Set<Failure["kind"]>();
  const decisive = offers.total > 0 ? offers : nodes;
  for (const { kind } of (decisive.hints.size > 0 ? decisive.hints : decisive.excluded).values()) kinds.add(kind);
  if (kinds.has("size")) return "TOO_LARGE";
  if (kinds.has("limit")) return "LIMIT_REACHED";
  if (kinds.has("taint")) return "TAINTED";
  return kinds.has("labels") ? "NO_MATCHING_NODE" : "NO_CAPACITY";
}

function count(number: number, noun: string): string {
  return `${number.toLocaleString("en-US")} ${noun}${number === 1 ? "" : "s"}`;
}
