/** Snapshot to Problem: every Kubernetes rule becomes numbers, and what no number can express is refused with a reason. */
import { type Problem, UNLIMITED } from "../../solver/problem.ts";
import type { Snapshot } from "../domain/snapshot.ts";
import { askedKeysOf } from "./compile/asked-keys.ts";
import { groupClasses } from "./compile/groups.ts";
import { type NodeConstraint, narrowConstraint, withVolumes } from "./compile/node-constraint.ts";
import { Places } from "./compile/places.ts";
import { type Classified, type PodClass, type RefusedPods, classifyPods } from "./compile/pod-classes.ts";
import { listShapes } from "./compile/shapes.ts";
import { siteOf } from "./compile/site.ts";
import type { Compiled, Site } from "./compiled.ts";
import { explainRefusal } from "./explain-refusal.ts";
import { DomainKeys } from "./rules/domain-keys.ts";
import { domainSpreads, spreadRequirements } from "./rules/domain-spread.ts";
import { hostAntiAffinityCaps } from "./rules/host-anti-affinity.ts";
import { hostPortCaps, shapesWithTakenPorts } from "./rules/host-ports.ts";
import { hostSpreadCaps } from "./rules/host-spread.ts";
import { affinityPulls, affinityRequirements, domainAntiAffinityCaps } from "./rules/pod-affinity.ts";
import { poolLimitRows, reservationRows } from "./rules/pool-limits.ts";
import { resolveVolumes } from "./volumes.ts";
import { ruleContext } from "./rules/rule-context.ts";
import { type Avoidances, avoidanceOf, runningAvoidances } from "./rules/running-anti-affinity.ts";

/**
 * Compiles one decision.
 *
 * The order of pods, pools, types and nodes in the snapshot changes nothing but the order of bins.
 */
export function compileProblem(given: Snapshot): Compiled {
  const volumes = resolveVolumes(given);
  const snapshot = { ...given, pods: volumes.pods, nodes: volumes.nodes };
  // Classes first: only the labels that they ask about can tell shapes apart.
  const classified = classifyPods(snapshot);
  const asked = askedKeysOf(snapshot, classified.classes);
  const offers = listShapes(snapshot, asked);
  const places = new Places(offers.all, snapshot.nodes);
  const site = siteOf(snapshot, places, classified.classes);

  const avoidances = runningAvoidances(snapshot, classified.matchers);
  const allowedBySameRules = new Map<string, Uint8Array>();
  const bySize = placesBySize(site);
  const classes: PodClass[] = [];
  const allowed: Uint8Array[] = [];
  const refused: RefusedPods[] = [...volumes.refused, ...classified.refused];
  for (const one of classified.classes) {
    const needs = needsOf(one, avoidances);
    const bits = allowedPlaces(site, one, needs, allowedBySameRules);
    if (fitsSomewhere(site, one, bits, bySize)) {
      classes.push(one);
      allowed.push(bits);
    } else {
      refused.push({ pods: one.pods, ...explainRefusal(site, offers.pools, one, needs) });
    }
  }

  const context = ruleContext(site, classes, allowed, classified.matchers);
  const caps = [...hostAntiAffinityCaps(context), ...hostSpreadCaps(context), ...hostPortCaps(context)];
  const keys = new DomainKeys(places);
  const spreads = domainSpreads(context, keys);
  const pulls = affinityPulls(context, keys);
  const domainCaps = domainAntiAffinityCaps(context, keys);
  const rows = [...poolLimitRows(site), ...reservationRows(site)];
  const groups = groupClasses(allowed, places.shapes.length);
  const { resources } = site;
  const shapeCount = places.shapes.length;
  const problem: Problem = {
    resourceCount: resources.length,
    classCount: classes.length,
    demand: Int32Array.from(classes, (one) => one.pods.length),
    requests: requestMatrix(classes, resources),
    priority: Int32Array.from(classes, (one) => one.sample.priority),
    ...groups,
    shapeCount,
    allocatable: site.free.slice(0, shapeCount * resources.length),
    price: Float64Array.from(places.shapes, (shape) => shape.offering.priceUsdPerHour),
    shapeLimit: Int32Array.from(places.shapes, (shape) => shape.offering.remaining ?? UNLIMITED),
    shapeTier: Int32Array.from(places.shapes, (shape) => shape.kind.tier),
    binCount: places.nodes.length,
    binFree: site.free.slice(shapeCount * resources.length),
    shapeRows: rows.map((one) => one.row),
    nodeCaps: caps.map((one) => one.cap),
    domainKeys: keys.all,
    spreads: spreads.spreads,
    domainCaps,
    ...pulls,
  };
  return {
    problem,
    index: {
      resources,
      classes,
      shapes: places.shapes,
      bins: places.nodes,
      daemons: site.daemons.slice(0, shapeCount),
      pools: offers.pools,
      matchers: classified.matchers,
      site,
      spreadTexts: spreads.texts,
      capTexts: caps.map((one) => one.text),
      rowTexts: rows.map((one) => one.text),
    },
    refused,
    notes: [...notesOf(snapshot, classified, offers.complete), ...volumes.notes],
  };
}

/** All that the labels of its node must meet: its own constraint, the keys it spreads over, domains it must avoid. */
function needsOf(one: PodClass, avoidances: Avoidances): NodeConstraint {
  const own = narrowConstraint(
    narrowConstraint(withVolumes(one.constraint, one.sample), spreadRequirements(one)),
    affinityRequirements(one),
  );
  return narrowConstraint(own, avoidanceOf(avoidances, one.meant));
}

/** 1 at the places that the class may use, whatever their size. Classes with the same rules share the array. */
function allowedPlaces(site: Site, one: PodClass, needs: NodeConstraint, known: Map<string, Uint8Array>): Uint8Array {
  const { places } = site;
  const meeting = places.meeting(needs);
  const tolerating = places.tolerating(one.sample.tolerations, one.tolerationsText);
  const taken = shapesWithTakenPorts(site, one);
  const key = `${places.idOf(meeting)},${places.idOf(tolerating)}`;
  const before = taken === undefined ? known.get(key) : undefined;
  if (before !== undefined) return before;
  const bits = new Uint8Array(places.count);
  for (let i = 0; i < bits.length; i++) {
    if (site.bars[i] === undefined && taken?.[i] !== 1) bits[i] = meeting[i]! & tolerating[i]!;
  }
  if (taken === undefined) known.set(key, bits);
  return bits;
}

/** Places with most CPU first: whatever fits anywhere mostly fits there. */
function placesBySize(site: Site): Int32Array {
  const width = site.resources.length;
  return Int32Array.from({ length: site.places.count }, (_, i) => i).sort(
    (a, b) => site.free[b * width]! - site.free[a * width]! || a - b,
  );
}

function fitsSomewhere(site: Site, one: PodClass, allowed: Uint8Array, bySize: Int32Array): boolean {
  const needs = requestRow(one, site.resources);
  const width = needs.length;
  return bySize.some((place) => {
    if (allowed[place] !== 1) return false;
    for (let r = 0; r < width; r++) if (needs[r]! > site.free[place * width + r]!) return false;
    return true;
  });
}

function requestRow(one: PodClass, resources: readonly string[]): number[] {
  return resources.map((name) => Math.max(one.requests.get(name) ?? 0, name === "pods" ? 1 : 0));
}

function requestMatrix(classes: readonly PodClass[], resources: readonly string[]): Float64Array {
  const matrix = new Float64Array(classes.length * resources.length);
  classes.forEach((one, k) => matrix.set(requestRow(one, resources), k * resources.length));
  return matrix;
}

function notesOf(snapshot: Snapshot, classified: Classified, complete: boolean): readonly string[] {
  const notes = [...classified.preferences]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([kind, pods]) => `${kind} of ${pods} ${pods === 1 ? "pod" : "pods"} is not considered yet.`);
  for (const pool of snapshot.nodePools) {
    const keys = pool.requirements.filter((one) => one.minValues !== undefined).map((one) => one.key);
    if (keys.length > 0)
      notes.push(`minValues of ${pool.kind} ${pool.name} (${keys.join(", ")}) is not considered yet.`);
  }
  if (!complete) {
    notes.push(
      "Pods ask for so many combinations of labels that NodePools leave open that some were left out: the lower bound holds only for the combinations tried.",
    );
  }
  return notes;
}
