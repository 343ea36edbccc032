/** NodePool (v1, v1beta1) and Provisioner (v1alpha5): both become one domain NodePool. */
import type { KubeletSettings, NodePool, NodeSizing } from "../../domain/node-pool.ts";
import {
  HOSTNAME_LABEL,
  NODE_POOL_LABEL,
  PROVISIONER_LABEL,
  ZONE_LABEL,
  type Requirement,
} from "../../domain/requirement.ts";
import { NO_RESOURCES } from "../../domain/resources.ts";
import { failField, readInteger, readObject, readString, requireObject, shown, unknownKeys } from "./fields.ts";
import type { Fields } from "./fields.ts";
import { readKubelet } from "./kubelet.ts";
import { readLabels } from "./label-syntax.ts";
import { DEFAULT_SIZING, notUsable, readSizing } from "./node-class.ts";
import type { NodeClass } from "./node-class.ts";
import { documentedDefaults } from "./pool-defaults.ts";
import type { PoolDefaults } from "./pool-defaults.ts";
import { readResources } from "./quantities.ts";
import type { QuantityCache } from "./quantities.ts";
import { NODE_OPERATORS, POOL_OPERATORS, readRequirements } from "./selectors.ts";
import { readTaints } from "./taints.ts";

/** What the rest of the input says about pools. */
export interface PoolContext {
  readonly cache: QuantityCache;
  /** By `EC2NodeClass/name`; a string says why the class could not be read. */
  readonly nodeClasses: ReadonlyMap<string, NodeClass | string>;
  readonly defaults: PoolDefaults;
  readonly note: (sentence: string) => void;
}

const MAX_WEIGHT = 100;
const NODE_POOL_FIELDS = new Set(["template", "disruption", "limits", "weight", "replicas"]);
const TEMPLATE_FIELDS = new Set([
  "requirements",
  "taints",
  "startupTaints",
  "nodeClassRef",
  "expireAfter",
  "terminationGracePeriod",
  "kubelet",
  "resources",
]);
const PROVISIONER_FIELDS = new Set([
  "annotations",
  "consolidation",
  "kubeletConfiguration",
  "labels",
  "limits",
  "provider",
  "providerRef",
  "requirements",
  "startupTaints",
  "taints",
  "ttlSecondsAfterEmpty",
  "ttlSecondsUntilExpired",
  "weight",
]);

/** @throws FieldError */
export function readNodePool(name: string, object: Fields, context: PoolContext): NodePool {
  const spec = requireObject(object.spec, "spec");
  refuseUnknown(spec, NODE_POOL_FIELDS, "spec");
  const template = requireObject(spec.template, "spec.template");
  const at = "spec.template.spec";
  const inner = requireObject(template.spec, at);
  refuseUnknown(inner, TEMPLATE_FIELDS, at);
  const metadata = readObject(template.metadata, "spec.template.metadata");
  const nodeClass = findNodeClass(name, inner.nodeClassRef, `${at}.nodeClassRef`, context);
  const kubelet = inner.kubelet === undefined ? undefined : readKubelet(inner.kubelet, `${at}.kubelet`, context.cache);
  return assemble(
    {
      name,
      kind: "NodePool",
      nameLabel: NODE_POOL_LABEL,
      weight: readWeight(spec),
      requirements: readRequirements(inner.requirements, `${at}.requirements`, POOL_OPERATORS),
      requirementsField: `${at}.requirements`,
      labels: readLabels(metadata?.labels, "spec.template.metadata.labels"),
      labelsField: "spec.template.metadata.labels",
      taints: readTaints(inner.taints, `${at}.taints`),
      startupTaints: readTaints(inner.startupTaints, `${at}.startupTaints`),
      limits: spec.limits,
      limitsField: "spec.limits",
      kubelet,
      unusable:
        notUsable(object, `NodePool ${name}`) ??
        (spec.replicas === undefined || spec.replicas === null
          ? undefined
          : `NodePool ${name} is static (spec.replicas): it grows only by hand`),
    },
    nodeClass,
    context,
  );
}

/** @throws FieldError */
export function readProvisioner(name: string, object: Fields, context: PoolContext): NodePool {
  const spec = requireObject(object.spec, "spec");
  refuseUnknown(spec, PROVISIONER_FIELDS, "spec");
  if (
    spec.providerRef !== undefined &&
    spec.providerRef !== null &&
    spec.provider !== undefined &&
    spec.provider !== null
  ) {
    failField(
      "spec.provider",
      "(an object)",
      "provider and providerRef exclude each other",
      "Remove one of them.",
      "CONFLICT",
    );
  }
  const inline = readObject(spec.provider, "spec.provider");
  const nodeClass: NodeClass =
    inline === undefined
      ? findNodeClass(name, spec.providerRef, "spec.providerRef", context, "AWSNodeTemplate")
      : { sizing: readSizing("AWSNodeTemplate", inline, "spec.provider", object.apiVersion, context.cache) };
  return assemble(
    {
      name,
      kind: "Provisioner",
      nameLabel: PROVISIONER_LABEL,
      weight: readWeight(spec),
      requirements: readRequirements(spec.requirements, "spec.requirements", NODE_OPERATORS),
      requirementsField: "spec.requirements",
      labels: readLabels(spec.labels, "spec.labels"),
      labelsField: "spec.labels",
      taints: readTaints(spec.taints, "spec.taints"),
      startupTaints: readTaints(spec.startupTaints, "spec.startupTaints"),
      limits: readObject(spec.limits, "spec.limits")?.resources,
      limitsField: "spec.limits.resources",
      kubelet:
        spec.kubeletConfiguration === undefined
          ? undefined
          : readKubelet(spec.kubeletConfiguration, "spec.kubeletConfiguration", context.cache),
      unusable: notUsable(object, `Provisioner ${name}`),
    },
    nodeClass,
    context,
  );
}

interface PoolParts {
  readonly name: string;
  readonly kind: NodePool["kind"];
  readonly nameLabel: string;
  readonly weight: number;
  readonly requirements: readonly Requirement[];
  readonly requirementsField: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly labelsField: string;
  readonly taints: NodePool["taints"];
  readonly startupTaints: NodePool["startupTaints"];
  readonly limits: unknown;
  readonly limitsField: string;
  readonly kubelet: KubeletSettings | undefined;
  readonly unusable: string | undefined;
}

/** Adds the fixed labels, the documented defaults and the subnets' zones to the requirements. */
function assemble(parts: PoolParts, nodeClass: NodeClass, context: PoolContext): NodePool {
  for (const [index, requirement] of parts.requirements.entries()) {
    checkNotReserved(requirement.key, `${parts.requirementsField}[${String(index)}].key`);
  }
  for (const key of parts.labels.keys()) checkNotReserved(key, `${parts.labelsField}["${key}"]`);

  const sizing: NodeSizing =
    parts.kubelet === undefined ? nodeClass.sizing : { ...nodeClass.sizing, kubelet: parts.kubelet };
  const labels = new Map(parts.labels);
  labels.set(parts.nameLabel, parts.name);
  const requirements = [...parts.requirements];
  for (const [key, value] of labels) requirements.push({ key, operator: "In", values: [value] });
  if (sizing.zones.length > 0) requirements.push({ key: ZONE_LABEL, operator: "In", values: sizing.zones });
  requirements.push(...documentedDefaults(parts.kind, parts.name, requirements, sizing.amiFamily, context));

  const unusable = parts.unusable ?? nodeClass.unusable;
  return {
    name: parts.name,
    kind: parts.kind,
    weight: parts.weight,
    requirements,
    labels,
    taints: parts.taints,
    startupTaints: parts.startupTaints,
    limits: readResources(parts.limits, parts.limitsField, "capacity", context.cache),
    inUse: NO_RESOURCES,
    sizing,
    ...(unusable === undefined ? {} : { unusable }),
  };
}

/** Labels that only Karpenter or the kubelet may set. */
function checkNotReserved(key: string, field: string): void {
  if (key !== HOSTNAME_LABEL && key !== NODE_POOL_LABEL && key !== PROVISIONER_LABEL) return;
  failField(
    field,
    key,
    `${shown(key)} is set for each node and cannot be chosen`,
    "Remove it, or use another label.",
    "RESERVED_LABEL",
  );
}

function refuseUnknown(object: Fields, known: ReadonlySet<string>, field: string): void {
  const key = unknownKeys(object, known)[0];
  if (key === undefined) return;
  failField(
    `${field}.${key}`,
    object[key],
    `${shown(key)} is not a field here`,
    `Known are ${[...known].join(", ")}.`,
    "UNKNOWN_FIELD",
  );
}

function readWeight(spec: Fields): number {
  return readInteger(spec.weight, "spec.weight", 0, MAX_WEIGHT) ?? 0;
}

/** A class that is not in the input is assumed to be the default one; one that is but cannot be read makes the pool unusable. */
function findNodeClass(
  pool: string,
  ref: unknown,
  field: string,
  context: PoolContext,
  kind?: "AWSNodeTemplate",
): NodeClass {
  const object = readObject(ref, field);
  const name = readString(object?.name, `${field}.name`);
  if (name === undefined || name === "") {
    context.note(`NodePool ${pool} names no node class: AL2023 with a root volume of 20Gi is assumed.`);
    return { sizing: DEFAULT_SIZING };
  }
  const className = kind ?? readString(object?.kind, `${field}.kind`) ?? "EC2NodeClass";
  const found = context.nodeClasses.get(`${className}/${name}`);
  if (found === undefined) {
    context.note(
      `${className} ${name} of NodePool ${pool} is not in the input: AL2023 with a root volume of 20Gi is assumed.`,
    );
    return { sizing: DEFAULT_SIZING };
  }
  if (typeof found === "string")
    return { sizing: DEFAULT_SIZING, unusable: `its ${className} ${name} is invalid: ${found}` };
  return found;
}

/** What the existing nodes say they belong to. */
export function nodePoolOf(labels: ReadonlyMap<string, string>): string | undefined {
  return labels.get(NODE_POOL_LABEL) ?? labels.get(PROVISIONER_LABEL);
}
