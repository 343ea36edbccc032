/** EC2NodeClass and AWSNodeTemplate: what of them the capacity of a node depends on. */
import type { NodeSizing } from "../../domain/node-pool.ts";
import { toUnitsFloor } from "../../domain/quantity.ts";
import { failField, readBoolean, readList, readObject, readString, readWord, requireObject, shown } from "./fields.ts";
import type { Fields } from "./fields.ts";
import { DEFAULT_KUBELET, readKubelet } from "./kubelet.ts";
import { readQuantity } from "./quantities.ts";
import type { QuantityCache } from "./quantities.ts";

const GIB = 1024 ** 3;

/** What is assumed for a pool whose class is not in the input. */
export const DEFAULT_SIZING: NodeSizing = {
  amiFamily: "AL2023",
  kubelet: DEFAULT_KUBELET,
  rootVolumeBytes: 20 * GIB,
  instanceStoreRaid0: false,
  reservedEnis: 0,
  zones: [],
};

const FAMILIES = [
  "AL2",
  "AL2023",
  "Bottlerocket",
  "Ubuntu",
  "Windows2019",
  "Windows2022",
  "Windows2025",
  "Custom",
] as const;
type Family = (typeof FAMILIES)[number];

/** Families by the name they have in an alias such as `al2023@latest`. */
const ALIASES: ReadonlyMap<string, Family> = new Map(
  FAMILIES.filter((f) => f !== "Custom" && f !== "Ubuntu").map((f) => [f.toLowerCase(), f]),
);

/** The device whose size becomes ephemeral storage. */
function storageDevice(family: Family): string | undefined {
  switch (family) {
    case "AL2":
    case "AL2023":
      return "/dev/xvda";
    case "Bottlerocket":
      return "/dev/xvdb";
    case "Ubuntu":
    case "Windows2019":
    case "Windows2022":
    case "Windows2025":
      return "/dev/sda1";
    case "Custom":
      return undefined;
    default:
      return family satisfies never;
  }
}

export type NodeClassKind = "EC2NodeClass" | "AWSNodeTemplate";

/** A node class that was read; the pool's own kubelet settings may still replace its. */
export interface NodeClass {
  readonly sizing: NodeSizing;
  /** Why nothing may be launched with it: not ready, being deleted. */
  readonly unusable?: string;
}

/** @throws FieldError */
export function readNodeClass(kind: NodeClassKind, object: Fields, cache: QuantityCache): NodeClass {
  const spec = requireObject(object.spec, "spec");
  const sizing = readSizing(kind, spec, "spec", object.apiVersion, cache);
  const status = readObject(object.status, "status");
  const zones = readZones(status);
  const unusable = notUsable(
    object,
    `${kind} ${readString(readObject(object.metadata, "metadata")?.name, "metadata.name") ?? ""}`,
  );
  return {
    sizing: zones.length === 0 ? sizing : { ...sizing, zones },
    ...(unusable === undefined ? {} : { unusable }),
  };
}

/** A Provisioner's inline `provider`, or the spec of a class. */
export function readSizing(
  kind: NodeClassKind,
  spec: Fields,
  field: string,
  apiVersion: unknown,
  cache: QuantityCache,
): NodeSizing {
  const family = readFamily(kind, spec, field, apiVersion);
  return {
    amiFamily: family,
    kubelet: kind === "EC2NodeClass" ? readKubelet(spec.kubelet, `${field}.kubelet`, cache) : DEFAULT_KUBELET,
    rootVolumeBytes: readRootVolume(spec, field, family),
    instanceStoreRaid0:
      readWord(spec.instanceStorePolicy, `${field}.instanceStorePolicy`, ["RAID0"] as const) === "RAID0",
    reservedEnis: 0,
    zones: [],
  };
}

function readFamily(kind: NodeClassKind, spec: Fields, field: string, apiVersion: unknown): Family {
  const named = readWord(spec.amiFamily, `${field}.amiFamily`, FAMILIES);
  const alias = readAlias(spec, field);
  if (named !== undefined && alias !== undefined && named !== alias && named !== "Custom") {
    failField(
      `${field}.amiFamily`,
      named,
      `it differs from the alias, which means ${alias}`,
      "Remove one of them.",
      "CONFLICT",
    );
  }
  const family = named ?? alias;
  if (family !== undefined) return family;
  // AL2 is the documented default of v1alpha1; later versions have none.
  if (kind === "AWSNodeTemplate") return "AL2";
  const terms = readList(spec.amiSelectorTerms, `${field}.amiSelectorTerms`);
  if (apiVersion === "karpenter.k8s.aws/v1" && terms.length === 0) {
    failField(
      `${field}.amiSelectorTerms`,
      spec.amiSelectorTerms,
      "it is missing",
      "Write - alias: al2023@latest under it.",
      "MISSING_FIELD",
    );
  }
  return failField(
    `${field}.amiFamily`,
    spec.amiFamily,
    "it is missing, and no AMI alias implies it",
    `Use one of ${FAMILIES.join(", ")}.`,
    "MISSING_FIELD",
  );
}

function readAlias(spec: Fields, field: string): Family | undefined {
  for (const [index, item] of readList(spec.amiSelectorTerms, `${field}.amiSelectorTerms`).entries()) {
    const at = `${field}.amiSelectorTerms[${String(index)}]`;
    const alias = readString(requireObject(item, at).alias, `${at}.alias`);
    if (alias === undefined) continue;
    const family = ALIASES.get(alias.split("@", 1)[0]?.toLowerCase() ?? "");
    if (family === undefined || !alias.includes("@")) {
      failField(
        `${at}.alias`,
        alias,
        `${shown(alias)} is not an AMI alias`,
        "Write FAMILY@VERSION, e.g. al2023@latest.",
        "UNKNOWN_VALUE",
      );
    }
    return family;
  }
  return undefined;
}

/** The volume marked as root, else the family's own device, else the documented default. */
function readRootVolume(spec: Fields, field: string, family: Family): number {
  const device = storageDevice(family);
  let marked: number | undefined;
  let own: number | undefined;
  let last: number | undefined;
  for (const [index, item] of readList(spec.blockDeviceMappings, `${field}.blockDeviceMappings`).entries()) {
    const at = `${field}.blockDeviceMappings[${String(index)}]`;
    const mapping = requireObject(item, at);
    const size = readVolumeSize(readObject(mapping.ebs, `${at}.ebs`)?.volumeSize, `${at}.ebs.volumeSize`);
    last = size;
    if (readBoolean(mapping.rootVolume, `${at}.rootVolume`)) marked ??= size;
    if (readString(mapping.deviceName, `${at}.deviceName`) === device) own ??= size;
  }
  const fallback = (family.startsWith("Windows") ? 50 : 20) * GIB;
  return marked ?? own ?? (family === "Custom" ? last : undefined) ?? fallback;
}

function readVolumeSize(value: unknown, field: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  const bytes = toUnitsFloor(readQuantity(value, field));
  if (bytes <= 0)
    failField(field, value, `${shown(value)} is no size of a volume`, "Write it such as 100Gi.", "OUT_OF_RANGE");
  return bytes;
}

function readZones(status: Fields | undefined): readonly string[] {
  const zones = new Set<string>();
  for (const [index, item] of readList(status?.subnets, "status.subnets").entries()) {
    const at = `status.subnets[${String(index)}]`;
    const zone = readString(requireObject(item, at).zone, `${at}.zone`);
    if (zone !== undefined && zone !== "") zones.add(zone);
  }
  return [...zones].sort();
}

/** Being deleted, or told by its own status that it is not ready. */
export function notUsable(object: Fields, name: string): string | undefined {
  const metadata = readObject(object.metadata, "metadata");
  if (metadata?.deletionTimestamp !== undefined && metadata.deletionTimestamp !== null)
    return `${name} is being deleted`;
  for (const item of readList(readObject(object.status, "status")?.conditions, "status.conditions")) {
    const condition = readObject(item, "status.conditions");
    if (condition?.type !== "Ready" || condition.status !== "False") continue;
    const reason =
      typeof condition.message === "string" && condition.message !== "" ? condition.message : condition.reason;
    return `${name} is not ready${typeof reason === "string" ? `: ${reason}` : ""}`;
  }
  return undefined;
}
