/** Workloads (Deployment, StatefulSet, Job, ...): how many pods of which template each one wants. */
import {
  failField,
  readInteger,
  readList,
  readObject,
  readString,
  requireObject,
  requireString,
  shown,
} from "./fields.ts";
import type { Fields } from "./fields.ts";
import type { PersistentVolumeClaim } from "../../domain/volume.ts";
import { readPodTemplate } from "./pod-spec.ts";
import type { PodContext, PodTemplate } from "./pod-spec.ts";
import { readLabelSelector } from "./selectors.ts";
import { claimOf } from "./storage.ts";

export type WorkloadKind =
  "Deployment" | "StatefulSet" | "ReplicaSet" | "ReplicationController" | "Job" | "CronJob" | "DaemonSet";

/** A workload that was read and is not expanded yet. */
export interface Workload {
  readonly kind: WorkloadKind;
  readonly namespace: string;
  readonly name: string;
  /** Pods wanted at one time; not used for a DaemonSet. */
  readonly replicas: number;
  readonly template: PodTemplate;
  /** `Kind/name` of its controller, e.g. of a ReplicaSet its Deployment. */
  readonly controller: string | undefined;
  /** Volume claim templates (StatefulSet), under the name of the template. */
  readonly claimTemplates: readonly PersistentVolumeClaim[];
  /** First ordinal (StatefulSet). */
  readonly firstOrdinal: number;
}

/** @throws FieldError */
export function readWorkload(
  kind: WorkloadKind,
  namespace: string,
  name: string,
  object: Fields,
  maxReplicas: number,
  context: PodContext,
): Workload {
  const spec = requireObject(object.spec, "spec");
  const cron = kind === "CronJob";
  const jobSpec = cron
    ? requireObject(requireObject(spec.jobTemplate, "spec.jobTemplate").spec, "spec.jobTemplate.spec")
    : spec;
  const at = cron ? "spec.jobTemplate.spec" : "spec";
  const templateField = `${at}.template`;
  const template = requireObject(jobSpec.template, templateField);
  const metadata = readObject(template.metadata, `${templateField}.metadata`);
  const pods = readPodTemplate(
    {
      namespace,
      metadata,
      metadataField: `${templateField}.metadata`,
      spec: template.spec,
      specField: `${templateField}.spec`,
      admitted: false,
    },
    context,
  );
  if (kind !== "Job" && kind !== "CronJob") checkSelector(kind, spec, pods);
  return {
    kind,
    namespace,
    name,
    replicas: readReplicas(kind, name, spec, jobSpec, at, object, maxReplicas, context),
    template: pods,
    controller: controllerOf(object.metadata),
    claimTemplates: kind === "StatefulSet" ? readClaimTemplates(namespace, spec) : [],
    firstOrdinal:
      readInteger(readObject(spec.ordinals, "spec.ordinals")?.start, "spec.ordinals.start", 0, 2_147_483_647) ?? 0,
  };
}

/** `Kind/name` of the owner that controls an object. */
export function controllerOf(metadata: unknown): string | undefined {
  const owners = readList(readObject(metadata, "metadata")?.ownerReferences, "metadata.ownerReferences");
  for (const [index, item] of owners.entries()) {
    const owner = readObject(item, `metadata.ownerReferences[${String(index)}]`);
    if (owner === undefined || (owner.controller !== true && owners.length > 1)) continue;
    if (typeof owner.kind === "string" && typeof owner.name === "string") return `${owner.kind}/${owner.name}`;
  }
  return undefined;
}

/** The template must be what the workload selects, or the API server refuses it. */
function checkSelector(kind: WorkloadKind, spec: Fields, template: PodTemplate): void {
  if (kind === "ReplicationController") return;
  const selector = readLabelSelector(spec.selector, "spec.selector");
  if (selector === undefined) return;
  for (const [key, value] of selector.matchLabels) {
    const actual = template.pod.labels.get(key);
    if (actual === value) continue;
    failField(
      `spec.selector.matchLabels["${key}"]`,
      value,
      `the template's label is ${actual === undefined ? "absent" : shown(actual)}, so the selector does not select it`,
      "Give selector and template the same labels.",
      "SELECTOR_MISMATCH",
    );
  }
}

function readReplicas(
  kind: WorkloadKind,
  name: string,
  spec: Fields,
  jobSpec: Fields,
  at: string,
  object: Fields,
  maxReplicas: number,
  context: PodContext,
): number {
  switch (kind) {
    case "DaemonSet":
      return 0;
    case "Deployment":
    case "StatefulSet":
    case "ReplicaSet":
    case "ReplicationController":
      return readInteger(spec.replicas, "spec.replicas", 0, maxReplicas) ?? 1;
    case "Job":
    case "CronJob": {
      const parallelism = readInteger(jobSpec.parallelism, `${at}.parallelism`, 0, maxReplicas) ?? 1;
      const completions = readInteger(jobSpec.completions, `${at}.completions`, 0, 2_147_483_647);
      if (spec.suspend === true || jobSpec.suspend === true) {
        context.note(`${kind} ${name} is suspended: it has no pods.`);
        return 0;
      }
      if (kind === "CronJob") return completions === undefined ? parallelism : Math.min(parallelism, completions);
      return jobPods(object, parallelism, completions);
    }
    default:
      return kind satisfies never;
  }
}

/** Never more at once than are still to complete; none when the job has ended. */
function jobPods(object: Fields, parallelism: number, completions: number | undefined): number {
  const status = readObject(object.status, "status");
  for (const item of readList(status?.conditions, "status.conditions")) {
    const condition = readObject(item, "status.conditions");
    if ((condition?.type === "Complete" || condition?.type === "Failed") && condition.status === "True") return 0;
  }
  const succeeded = readInteger(status?.succeeded, "status.succeeded", 0, 2_147_483_647) ?? 0;
  return completions === undefined ? parallelism : Math.max(0, Math.min(parallelism, completions - succeeded));
}

function readClaimTemplates(namespace: string, spec: Fields): readonly PersistentVolumeClaim[] {
  return readList(spec.volumeClaimTemplates, "spec.volumeClaimTemplates").map((item, index) => {
    const at = `spec.volumeClaimTemplates[${String(index)}]`;
    const template = requireObject(item, at);
    const metadata = requireObject(template.metadata, `${at}.metadata`);
    const claim = requireString(readString(metadata.name, `${at}.metadata.name`), `${at}.metadata.name`);
    return claimOf(namespace, claim, readObject(template.spec, `${at}.spec`), `${at}.spec`);
  });
}
