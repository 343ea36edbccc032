/** Reads PersistentVolume, PersistentVolumeClaim, StorageClass and CSINode: what of them places pods. */
import type { NodeSelectorTerm } from "../../domain/pod.ts";
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from "../../domain/volume.ts";
import { readAffinity } from "./affinity.ts";
import {
  failField,
  readInteger,
  readList,
  readObject,
  readString,
  readStringMap,
  readStrings,
  readWord,
  requireObject,
  requireString,
} from "./fields.ts";
import type { Fields } from "./fields.ts";

const DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class";
const BETA_CLASS = "volume.beta.kubernetes.io/storage-class";

/** @throws FieldError */
export function readPersistentVolume(name: string, object: Fields): PersistentVolume {
  const spec = requireObject(object.spec, "spec");
  const required = readObject(
    readObject(spec.nodeAffinity, "spec.nodeAffinity")?.required,
    "spec.nodeAffinity.required",
  );
  const driver = readString(readObject(spec.csi, "spec.csi")?.driver, "spec.csi.driver");
  const nodeTerms = required === undefined ? [] : volumeTerms(required);
  return { name, nodeTerms, ...(driver === undefined ? {} : { driver }) };
}

function volumeTerms(required: Fields): readonly NodeSelectorTerm[] {
  const unsupported: string[] = [];
  const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } };
  const terms = readAffinity(affinity, "spec.nodeAffinity.required", unsupported).requiredNodeTerms;
  const [problem] = unsupported;
  if (problem !== undefined) {
    failField("spec.nodeAffinity.required", required, problem, "Use matchExpressions.", "UNKNOWN_FIELD");
  }
  return terms;
}

/** @throws FieldError */
export function readPersistentVolumeClaim(namespace: string, name: string, object: Fields): PersistentVolumeClaim {
  const annotations = readStringMap(readObject(object.metadata, "metadata")?.annotations, "metadata.annotations");
  return claimOf(namespace, name, requireObject(object.spec, "spec"), "spec", annotations.get(BETA_CLASS));
}

/** A claim from its spec; also of a StatefulSet's template or an ephemeral volume. @throws FieldError */
export function claimOf(
  namespace: string,
  name: string,
  spec: Fields | undefined,
  at: string,
  annotated?: string,
): PersistentVolumeClaim {
  const storageClass = readString(spec?.storageClassName, `${at}.storageClassName`) ?? annotated;
  const volumeName = readString(spec?.volumeName, `${at}.volumeName`);
  return {
    namespace,
    name,
    ...(storageClass === undefined ? {} : { storageClass }),
    ...(volumeName === undefined || volumeName === "" ? {} : { volumeName }),
  };
}

/** @throws FieldError */
export function readStorageClass(name: string, object: Fields): StorageClass {
  const metadata = readObject(object.metadata, "metadata");
  const annotations = readStringMap(metadata?.annotations, "metadata.annotations");
  const created = Date.parse(readString(metadata?.creationTimestamp, "metadata.creationTimestamp") ?? "");
  const allowedTopologies = readList(object.allowedTopologies, "allowedTopologies").map((item, index) => {
    const at = `allowedTopologies[${String(index)}]`;
    return readList(requireObject(item, at).matchLabelExpressions, `${at}.matchLabelExpressions`).map(
      (expression, i) => {
        const field = `${at}.matchLabelExpressions[${String(i)}]`;
        const { key, values } = requireObject(expression, field);
        return {
          key: requireString(key, `${field}.key`),
          operator: "In" as const,
          values: readStrings(values, `${field}.values`),
        };
      },
    );
  });
  return {
    name,
    provisioner: requireString(object.provisioner, "provisioner"),
    isDefault:
      annotations.get(DEFAULT_CLASS) === "true" ||
      annotations.get(`storageclass.beta.kubernetes.io/is-default-class`) === "true",
    created: Number.isNaN(created) ? 0 : created / 1000,
    bindingMode:
      readWord(object.volumeBindingMode, "volumeBindingMode", ["Immediate", "WaitForFirstConsumer"]) ?? "Immediate",
    allowedTopologies: allowedTopologies.filter((term) => term.length > 0),
  };
}

/** CSI driver to the volumes that may be attached to the node; drivers without a count have no limit. @throws FieldError */
export function readCsiNode(object: Fields): ReadonlyMap<string, number> {
  const limits = new Map<string, number>();
  readList(readObject(object.spec, "spec")?.drivers, "spec.drivers").forEach((item, index) => {
    const at = `spec.drivers[${String(index)}]`;
    const driver = requireObject(item, at);
    const allocatable = readObject(driver.allocatable, `${at}.allocatable`);
    const count = readInteger(allocatable?.count, `${at}.allocatable.count`, 0, 2_147_483_647);
    if (count !== undefined) limits.set(requireString(driver.name, `${at}.name`), count);
  });
  return limits;
}
