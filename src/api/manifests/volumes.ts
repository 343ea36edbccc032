/** Volumes of a pod as far as they bind it to nodes: claims by name, and old kinds that are tied to a zone or a node. */
import type { PersistentVolumeClaim } from "../../domain/volume.ts";
import { readList, readObject, readString, requireObject, requireString } from "./fields.ts";
import { claimOf } from "./storage.ts";

export interface VolumeParts {
  readonly claims: readonly string[];
  /** Generic ephemeral volumes: claims under the name of the volume. */
  readonly ephemeral: readonly PersistentVolumeClaim[];
}

const NONE: readonly never[] = [];
const NO_VOLUMES: VolumeParts = { claims: NONE, ephemeral: NONE };

/** Disks that live in one zone, or that only one pod of a node may use. */
const BOUND_KINDS = [
  "awsElasticBlockStore",
  "gcePersistentDisk",
  "azureDisk",
  "cinder",
  "iscsi",
  "rbd",
  "fc",
  "portworxVolume",
  "vsphereVolume",
];

/** @param unsupported  gets a sentence for each volume whose placement rule cannot be expressed */
export function readVolumes(value: unknown, field: string, namespace: string, unsupported: string[]): VolumeParts {
  const list = readList(value, field);
  if (list.length === 0) return NO_VOLUMES;
  const claims: string[] = [];
  const ephemeral: PersistentVolumeClaim[] = [];
  for (const [index, item] of list.entries()) {
    const at = `${field}[${String(index)}]`;
    const volume = requireObject(item, at);
    const claim = readObject(volume.persistentVolumeClaim, `${at}.persistentVolumeClaim`);
    if (claim !== undefined) claims.push(requireString(claim.claimName, `${at}.persistentVolumeClaim.claimName`));
    const made = readObject(volume.ephemeral, `${at}.ephemeral`);
    if (made !== undefined) {
      const field = `${at}.ephemeral.volumeClaimTemplate`;
      const spec = readObject(readObject(made.volumeClaimTemplate, field)?.spec, `${field}.spec`);
      ephemeral.push(claimOf(namespace, requireString(volume.name, `${at}.name`), spec, `${field}.spec`));
    }
    for (const kind of BOUND_KINDS) {
      if (volume[kind] === undefined || volume[kind] === null) continue;
      const name = readString(volume.name, `${at}.name`) ?? String(index);
      unsupported.push(`volume ${name} is of kind ${kind}, whose zone is not known`);
    }
  }
  if (claims.length === 0 && ephemeral.length === 0) return NO_VOLUMES;
  return { claims: claims.length === 0 ? NONE : claims, ephemeral: ephemeral.length === 0 ? NONE : ephemeral };
}
