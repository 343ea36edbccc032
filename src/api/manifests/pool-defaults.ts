/** The requirements that a pool gets when it leaves them open. */
import type { NodePool } from "../../domain/node-pool.ts";
import {
  ARCH_LABEL,
  canonicalKey,
  CAPACITY_TYPE_LABEL,
  INSTANCE_TYPE_LABEL,
  OS_LABEL,
  type Requirement,
} from "../../domain/requirement.ts";

/**
 * Who gets defaults for what it leaves open:
 * - `documented`: a Provisioner for each thing it leaves open, as the documentation of v1alpha5 has it; a NodePool
 *   only when it says nothing at all about operating system, architecture, capacity type and instance types. For a
 *   NodePool that constrains any of these, what it leaves open stays open, as the documentation of v1 has it.
 * - `none`: everything is taken as written.
 */
export type PoolDefaults = "documented" | "none";

const CATEGORY = "karpenter.k8s.aws/instance-category";
const GENERATION = "karpenter.k8s.aws/instance-generation";

/** Any of these chooses instance types. */
const TYPE_KEYS = [INSTANCE_TYPE_LABEL, "karpenter.k8s.aws/instance-family", CATEGORY, GENERATION];

/** Any label of this kind also tells what machines are wanted (cpu, memory, GPU, size, ...). */
const TYPE_PREFIX = "karpenter.k8s.aws/instance-";

const DEFAULT_CATEGORY: Requirement = { key: CATEGORY, operator: "In", values: ["c", "m", "r"] };
const DEFAULT_GENERATION: Requirement = { key: GENERATION, operator: "Gt", values: ["2"] };

/** The requirements to add, given those that are there. */
export function documentedDefaults(
  kind: NodePool["kind"],
  name: string,
  requirements: readonly Requirement[],
  amiFamily: string,
  context: { readonly defaults: PoolDefaults; readonly note: (sentence: string) => void },
): Requirement[] {
  if (context.defaults === "none") return [];
  const keys = new Set(requirements.map((requirement) => canonicalKey(requirement.key)));
  const choosesTypes = TYPE_KEYS.some((key) => keys.has(key));
  const added: Requirement[] = [];
  if (kind === "NodePool") {
    const saysSomething =
      keys.has(OS_LABEL) ||
      keys.has(ARCH_LABEL) ||
      keys.has(CAPACITY_TYPE_LABEL) ||
      [...keys].some((key) => TYPE_KEYS.includes(key) || key.startsWith(TYPE_PREFIX));
    if (saysSomething) return added;
  }
  const os = amiFamily.startsWith("Windows") ? "windows" : "linux";
  if (!keys.has(OS_LABEL)) added.push({ key: OS_LABEL, operator: "In", values: [os] });
  if (!keys.has(ARCH_LABEL)) added.push({ key: ARCH_LABEL, operator: "In", values: ["amd64"] });
  if (!keys.has(CAPACITY_TYPE_LABEL)) added.push({ key: CAPACITY_TYPE_LABEL, operator: "In", values: ["on-demand"] });
  if (!choosesTypes) added.push(DEFAULT_CATEGORY, DEFAULT_GENERATION);
  if (added.length > 0) {
    context.note(
      `${kind} ${name} leaves these open and gets the documented defaults: ${added.map(sentence).join(", ")}.`,
    );
  }
  return added;
}

function sentence(requirement: Requirement): string {
  return `${requirement.key} ${requirement.operator} ${requirement.values.join(", ")}`;
}
