/** The domains of a topology key: which places lie in which, as far as a rule lets them count. */
import type { DomainKey } from "../../../solver/problem.ts";
import type { TopologySpreadConstraint } from "../../domain/pod.ts";
import type { Places } from "../compile/places.ts";
import type { PodClass } from "../compile/pod-classes.ts";

/** Partitions of the places, each once: every rule over domains of a snapshot asks here. */
export class DomainKeys {
  readonly all: DomainKey[] = [];
  private readonly places: Places;
  private readonly known = new Map<string, number>();
  /** Classes with the same rules ask the same question. */
  private readonly asked = new Map<string, number>();

  constructor(places: Places) {
    this.places = places;
  }

  /** The partition that a constraint of a class is about. */
  of(label: string, one: PodClass, constraint: TopologySpreadConstraint): number {
    const affinity = constraint.nodeAffinityPolicy === "Honor" ? one.constraintText : "";
    const taints = constraint.nodeTaintsPolicy === "Honor" ? `honor ${one.tolerationsText}` : "";
    const question = `${label}\u0001${affinity}\u0001${taints}`;
    const before = this.asked.get(question);
    if (before !== undefined) return before;
    const id = this.idOf(label, includedPlaces(this.places, one, constraint));
    this.asked.set(question, id);
    return id;
  }

  /** The partition of all places by a label, whatever policies say: affinity knows none. */
  ofAll(label: string): number {
    const question = `${label}\u0001all`;
    const before = this.asked.get(question);
    if (before !== undefined) return before;
    const id = this.idOf(label, new Uint8Array(this.places.count).fill(1));
    this.asked.set(question, id);
    return id;
  }

  private idOf(label: string, included: Uint8Array): number {
    const { values, at } = this.places.column(label);
    const inUse = new Set<number>();
    for (let i = 0; i < at.length; i++) if (included[i] === 1 && at[i]! >= 0) inUse.add(at[i]!);
    const sorted = [...inUse].sort((a, b) => (values[a]! < values[b]! ? -1 : 1));
    const domainOf = new Map(sorted.map((value, domain) => [value, domain]));
    const domains = at.map((value, i) => (included[i] === 1 ? (domainOf.get(value) ?? -1) : -1));
    const text = `${label}\u0001${domains.join(",")}`;
    const before = this.known.get(text);
    if (before !== undefined) return before;
    const shapeCount = this.places.shapes.length;
    const id = this.all.length;
    this.all.push({
      domainCount: sorted.length,
      shapeDomain: domains.slice(0, shapeCount),
      binDomain: domains.slice(shapeCount),
    });
    this.known.set(text, id);
    return id;
  }
}

/** 1 at the places that count for the constraint: nodeAffinityPolicy and nodeTaintsPolicy decide. */
function includedPlaces(places: Places, one: PodClass, constraint: TopologySpreadConstraint): Uint8Array {
  const included = new Uint8Array(places.count).fill(1);
  const keepOnly = (bits: Uint8Array): void => {
    for (let i = 0; i < included.length; i++) included[i]! &= bits[i]!;
  };
  if (constraint.nodeAffinityPolicy === "Honor") keepOnly(places.meeting(one.constraint));
  if (constraint.nodeTaintsPolicy === "Honor") {
    keepOnly(places.tolerating(one.sample.tolerations, one.tolerationsText));
  }
  return included;
}
