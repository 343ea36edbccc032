/** Other offerings that hold the same pods as a planned node: what to launch when the first choice is not to be had. */
import type { Alternate } from "../domain/plan.ts";
import type { Offering } from "../domain/instance-type.ts";
import { amountOf } from "../domain/resources.ts";
import type { Content } from "../../solver/solution.ts";
import { mapText } from "./compile/interner.ts";
import type { Shape } from "./compile/shapes.ts";
import type { Compiled } from "./compiled.ts";

/** So many are told for each node. */
export const MAX_ALTERNATES = 20;

interface Candidate {
  readonly shape: number;
  readonly offering: Offering;
}

/** Finds alternates; answers are kept by content, so equal nodes cost nothing. */
export class AlternateFinder {
  private readonly compiled: Compiled;
  /** By pool and chosen labels: what could be launched under the same template, cheapest first. */
  private readonly candidates = new Map<string, readonly Candidate[]>();
  private readonly groupBits = new Map<number, Uint8Array>();
  /** By class: domain keys of the rules that own or count its pods. */
  private readonly keysOfClass: readonly ReadonlySet<number>[];

  constructor(compiled: Compiled) {
    this.compiled = compiled;
    const { domainCaps, domainNeeds, spreads } = compiled.problem;
    const keys = compiled.index.classes.map(() => new Set<number>());
    for (const rule of [...spreads, ...domainCaps, ...domainNeeds]) {
      for (const k of [...rule.owners, ...rule.counted]) keys[k]!.add(rule.key);
    }
    this.keysOfClass = keys;
  }

  /**
   * Offerings of the same pool that hold the content: every class may run there, it fits, it lies in the same domain of
   * every rule over domains that sees one of the pods, and it takes no more of the pool's limits than the first choice.
   *
   * @param demand  length R: what the content asks for together
   */
  find(first: number, content: Content, demand: Float64Array): readonly Alternate[] {
    const { problem, index } = this.compiled;
    const shape = index.shapes[first]!;
    const groups = new Set(Array.from(content.classes, (k) => problem.group[k]!));
    const bits = [...groups].map((group) => this.bitsOf(group));
    const keys = this.keysOf(content);
    const found: Alternate[] = [];
    for (const { shape: s, offering } of this.candidatesOf(shape)) {
      if (s === first && offering === shape.offering) continue;
      if (!bits.every((set) => set[s] === 1) || !this.holds(s, demand)) continue;
      if (
        !keys.every((key) => problem.domainKeys[key]!.shapeDomain[s] === problem.domainKeys[key]!.shapeDomain[first])
      ) {
        continue;
      }
      const other = index.shapes[s]!;
      if (!withinLimits(other, shape)) continue;
      found.push({
        instanceType: other.kind.instanceType.name,
        zone: offering.zone,
        capacityType: offering.capacityType,
        priceUsdPerHour: offering.priceUsdPerHour,
      });
      if (found.length === MAX_ALTERNATES) break;
    }
    return found;
  }

  private holds(s: number, demand: Float64Array): boolean {
    const { allocatable } = this.compiled.problem;
    for (let r = 0; r < demand.length; r++) if (demand[r]! > allocatable[s * demand.length + r]!) return false;
    return true;
  }

  /** Domain keys of the rules that own or count a pod of the content. */
  private keysOf(content: Content): readonly number[] {
    return [...new Set(Array.from(content.classes, (k) => [...this.keysOfClass[k]!]).flat())];
  }

  private candidatesOf(shape: Shape): readonly Candidate[] {
    const keyOf = (one: Shape): string => `${one.kind.nodePool.name}\u0001${mapText(one.kind.chosen)}`;
    if (this.candidates.size === 0) {
      const lists = new Map<string, Candidate[]>();
      this.compiled.index.shapes.forEach((one, s) => {
        // A reservation has room for its planned nodes only.
        if (one.offering.remaining !== undefined || this.compiled.index.site.bars[s] !== undefined) return;
        const key = keyOf(one);
        const list = lists.get(key) ?? [];
        for (const offering of one.offerings) list.push({ shape: s, offering });
        lists.set(key, list);
      });
      for (const [key, list] of lists) {
        this.candidates.set(
          key,
          list.sort((a, b) => a.offering.priceUsdPerHour - b.offering.priceUsdPerHour || a.shape - b.shape),
        );
      }
    }
    return this.candidates.get(keyOf(shape)) ?? [];
  }

  private bitsOf(group: number): Uint8Array {
    const known = this.groupBits.get(group);
    if (known !== undefined) return known;
    const { problem } = this.compiled;
    const bits = new Uint8Array(problem.shapeCount);
    const { offsets, items } = problem.groupShapes;
    for (let i = offsets[group]!; i < offsets[group + 1]!; i++) bits[items[i]!] = 1;
    this.groupBits.set(group, bits);
    return bits;
  }
}

function withinLimits(other: Shape, first: Shape): boolean {
  for (const name of first.kind.nodePool.limits.keys()) {
    const has = amountOf(other.kind.instanceType.capacity, name);
    if (has > amountOf(first.kind.instanceType.capacity, name)) return false;
  }
  return true;
}
