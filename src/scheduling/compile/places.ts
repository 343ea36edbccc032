/** Where pods may go, as bit lists over places: first all shapes, then all nodes that exist. */
import type { Node } from "../../domain/node.ts";
import type { Pod } from "../../domain/pod.ts";
import { HOSTNAME_LABEL, type Requirements, type ValueSet, allows, canonicalLabels } from "../../domain/requirement.ts";
import { type Taint, formatTaint, tolerates } from "../../domain/taint.ts";
import { type NodeConstraint, constraintText, valueSetText } from "./node-constraint.ts";
import { type Shape, UNKNOWN_VALUE, labelOfShape } from "./shapes.ts";

/** Values of one label at every place, as numbers; -1 where the label is missing. */
interface Column {
  readonly values: readonly string[];
  readonly at: Int32Array;
}

const UNSCHEDULABLE: Taint = { key: "node.kubernetes.io/unschedulable", value: "", effect: "NoSchedule" };

/**
 * The places of one snapshot and quick answers about their labels and taints.
 *
 * A question is answered once per distinct requirement and label value, never per pod and shape.
 * Place `i` is shape `i` for i < S, else node `i - S`.
 */
export class Places {
  readonly shapes: readonly Shape[];
  readonly nodes: readonly Node[];
  /** S + number of nodes. */
  readonly count: number;
  private readonly nodeLabels: readonly ReadonlyMap<string, string>[];
  private readonly columns = new Map<string, Column>();
  private readonly answers = new Map<string, Uint8Array>();
  private readonly ids = new Map<Uint8Array, number>();
  private readonly taintLists: (readonly Taint[])[] = [];
  private readonly taintListAt: Int32Array;

  constructor(shapes: readonly Shape[], nodes: readonly Node[]) {
    this.shapes = shapes;
    this.nodes = nodes;
    this.count = shapes.length + nodes.length;
    this.nodeLabels = nodes.map((node) => {
      const labels = canonicalLabels(node.labels);
      return labels.has(HOSTNAME_LABEL) ? labels : new Map([...labels, [HOSTNAME_LABEL, node.name]]);
    });
    this.taintListAt = new Int32Array(this.count);
    const known = new Map<string, number>();
    const listId = (taints: readonly Taint[]): number => {
      const text = taints.map(formatTaint).sort().join("\u0001");
      const id = known.get(text) ?? this.taintLists.push(taints) - 1;
      known.set(text, id);
      return id;
    };
    let kindBefore: unknown;
    let idBefore = 0;
    shapes.forEach((shape, i) => {
      if (shape.kind.nodePool !== kindBefore) idBefore = listId(shape.kind.nodePool.taints);
      kindBefore = shape.kind.nodePool;
      this.taintListAt[i] = idBefore;
    });
    nodes.forEach((node, i) => {
      const taints = node.unschedulable ? [...node.taints, UNSCHEDULABLE] : node.taints;
      this.taintListAt[shapes.length + i] = listId(taints);
    });
  }

  /** The value of a label at every place; `values[at[place]]`, -1 where it is missing. */
  column(key: string): Column {
    const known = this.columns.get(key);
    if (known !== undefined) return known;
    const values: string[] = [];
    const ids = new Map<string, number>();
    const idOf = (value: string | undefined): number => {
      if (value === undefined) return -1;
      const id = ids.get(value) ?? values.push(value) - 1;
      ids.set(value, id);
      return id;
    };
    const at = new Int32Array(this.count);
    this.shapes.forEach((shape, i) => (at[i] = idOf(labelOfShape(shape.kind, shape.offering, key))));
    this.nodeLabels.forEach((labels, i) => (at[this.shapes.length + i] = idOf(labels.get(key))));
    const column = { values, at };
    this.columns.set(key, column);
    return column;
  }

  /** 1 at the places whose label satisfies the set. */
  satisfying(key: string, set: ValueSet): Uint8Array {
    return this.answer(`set\u0001${key}\u0001${valueSetText(set)}`, () => {
      const { values, at } = this.column(key);
      const byValue = values.map((value) => allowsHere(set, value));
      const missing = allows(set, undefined);
      const bits = new Uint8Array(this.count);
      for (let i = 0; i < at.length; i++) if (at[i]! < 0 ? missing : byValue[at[i]!]!) bits[i] = 1;
      return bits;
    });
  }

  /** 1 at the places whose labels meet the constraint. */
  meeting(constraint: NodeConstraint): Uint8Array {
    return this.answer(`constraint\u0001${constraintText(constraint)}`, () => {
      const bits = new Uint8Array(this.count);
      for (const term of constraint.terms) {
        const one = this.meetingTerm(term);
        for (let i = 0; i < bits.length; i++) bits[i]! |= one[i]!;
      }
      return bits;
    });
  }

  /** 1 at the places whose hard taints these tolerations cover. Startup taints go away by themselves and do not count. */
  tolerating(tolerations: Pod["tolerations"], text: string): Uint8Array {
    return this.answer(`taints\u0001${text}`, () => {
      const byList = this.taintLists.map((taints) => tolerates(taints, tolerations));
      const bits = new Uint8Array(this.count);
      for (let i = 0; i < bits.length; i++) if (byList[this.taintListAt[i]!]!) bits[i] = 1;
      return bits;
    });
  }

  private meetingTerm(term: Requirements): Uint8Array {
    const bits = new Uint8Array(this.count).fill(1);
    for (const [key, set] of term) {
      const one = this.satisfying(key, set);
      for (let i = 0; i < bits.length; i++) bits[i]! &= one[i]!;
    }
    return bits;
  }

  /** A number for a list that this object has handed out: equal questions have equal numbers. */
  idOf(bits: Uint8Array): number {
    const known = this.ids.get(bits);
    if (known !== undefined) return known;
    this.ids.set(bits, this.ids.size);
    return this.ids.size - 1;
  }

  private answer(text: string, make: () => Uint8Array): Uint8Array {
    const known = this.answers.get(text);
    if (known !== undefined) return known;
    const made = make();
    this.answers.set(text, made);
    return made;
  }
}

/** A hostname yet to be given is in no list of names and outside every list that excludes names. */
function allowsHere(set: ValueSet, value: string): boolean {
  if (value !== UNKNOWN_VALUE) return allows(set, value);
  return set.complement && set.gte === undefined && set.lte === undefined;
}
