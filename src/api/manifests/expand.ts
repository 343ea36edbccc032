/** Workloads and the pods they already have, to the pods that still want a place. */
import type { DaemonSet } from "../../domain/node.ts";
import { podKey } from "../../domain/pod.ts";
import type { Pod } from "../../domain/pod.ts";
import type { LabelSelector } from "../../domain/label-selector.ts";
import { inputError } from "../../domain/errors.ts";
import type { PersistentVolumeClaim } from "../../domain/volume.ts";
import type { PodTemplate } from "./pod-spec.ts";
import type { Workload } from "./workloads.ts";

/** A pod of the input with its controller (`ReplicaSet/web-5d4`), when it has one. */
export interface OwnedPod {
  readonly pod: Pod;
  readonly controller: string | undefined;
  /** Being deleted: it still takes room, but its controller replaces it. */
  readonly leaving: boolean;
}

export interface Expansion {
  readonly pods: readonly Pod[];
  readonly daemonSets: readonly DaemonSet[];
  /** Claims that the controllers will make with these pods. */
  readonly claims: readonly PersistentVolumeClaim[];
}

/** The claims of a pod that its generic ephemeral volumes make. */
export function plannedClaims(
  templates: readonly PersistentVolumeClaim[],
  nameOf: (template: string) => string,
): readonly PersistentVolumeClaim[] {
  return templates.map((one) => ({ ...one, name: nameOf(one.name), planned: true }));
}

/** A pod of this name from this template; its generic ephemeral volumes become claims. */
export function instantiate(template: PodTemplate, name: string, extra: Partial<Pod> = {}): Pod {
  const pod = { ...template.pod, ...extra, name };
  if (template.ephemeralVolumes.length === 0) return pod;
  return {
    ...pod,
    volumeClaims: [...pod.volumeClaims, ...template.ephemeralVolumes.map((volume) => `${name}-${volume.name}`)],
  };
}

/**
 * Names the owner as a person would: a pod of ReplicaSet `web-5d4f` made by Deployment `web` is the Deployment's.
 * `controllers` holds the controllers of the workloads in the input, by `namespace/Kind/name`.
 */
export function topController(
  pod: Pod,
  controller: string,
  controllers: ReadonlyMap<string, string | undefined>,
): string {
  const above = controllers.get(`${pod.namespace}/${controller}`);
  if (above !== undefined) return above;
  const hash = pod.labels.get("pod-template-hash");
  if (hash !== undefined && controller.startsWith("ReplicaSet/") && controller.endsWith(`-${hash}`)) {
    return `Deployment/${controller.slice("ReplicaSet/".length, -(hash.length + 1))}`;
  }
  return controller;
}

/**
 * Expands every workload that no other workload of the input makes. Pods that the input already has count: a
 * Deployment of 5 with 3 pods in the input makes 2 more.
 *
 * @param live  pods of the input, running or waiting, none of them finished
 * @throws PlimsollError `TOO_MANY_PODS` (input)
 */
export function expandWorkloads(workloads: readonly Workload[], live: readonly OwnedPod[], maxPods: number): Expansion {
  const controllers = new Map<string, string | undefined>();
  for (const workload of workloads) {
    controllers.set(`${workload.namespace}/${workload.kind}/${workload.name}`, workload.controller);
  }
  const taken = new Set<string>();
  const owned = new Map<string, number>();
  for (const { pod, controller, leaving } of live) {
    taken.add(podKey(pod));
    if (controller === undefined || leaving) continue;
    count(owned, `${pod.namespace}/${controller}`);
    const top = topController(pod, controller, controllers);
    if (top !== controller) count(owned, `${pod.namespace}/${top}`);
  }

  const daemonSets: DaemonSet[] = [];
  const wanted: { workload: Workload; missing: number }[] = [];
  let total = live.length;
  for (const workload of workloads) {
    const { kind, namespace, name, template, controller } = workload;
    if (kind === "DaemonSet") {
      daemonSets.push({ namespace, name, pod: instantiate(template, name, { owner: `DaemonSet/${name}` }) });
      continue;
    }
    if (controller !== undefined && controllers.has(`${namespace}/${controller}`)) continue;
    const missing = Math.max(0, workload.replicas - (owned.get(`${namespace}/${kind}/${name}`) ?? 0));
    total += missing;
    if (total > maxPods) {
      throw inputError("TOO_MANY_PODS", `there are more than ${String(maxPods)} pods`, {
        object: `${kind} ${namespace}/${name}`,
        field: "spec.replicas",
        value: String(workload.replicas),
        hint: "Plan for fewer at a time.",
      });
    }
    wanted.push({ workload, missing });
  }
  // Only now are pods made: an input that asks for too many costs nothing.
  const used = usedLabelKeys(workloads, live);
  const pods: Pod[] = [];
  const claims: PersistentVolumeClaim[] = [];
  for (const { workload, missing } of wanted) {
    const from = pods.length;
    expandOne(workload, missing, taken, used, pods);
    const { claimTemplates, template } = workload;
    if (claimTemplates.length + template.ephemeralVolumes.length === 0) continue;
    for (const { name } of pods.slice(from)) {
      claims.push(...plannedClaims(claimTemplates, (claim) => `${claim}-${name}`));
      claims.push(...plannedClaims(template.ephemeralVolumes, (volume) => `${name}-${volume}`));
    }
  }
  return { pods, daemonSets, claims };
}

function expandOne(
  workload: Workload,
  missing: number,
  taken: Set<string>,
  used: ReadonlySet<string>,
  pods: Pod[],
): void {
  const { kind, namespace, name, template, claimTemplates } = workload;
  const shared: Partial<Pod> = {
    owner: `${kind}/${name}`,
    labels: withLabels(template.pod.labels, sharedLabels(workload), used),
  };
  let ordinal = workload.firstOrdinal;
  for (let made = 0; made < missing; ordinal++) {
    const podName = `${name}-${String(ordinal)}`;
    const key = `${namespace}/${podName}`;
    if (taken.has(key)) continue;
    taken.add(key);
    made++;
    if (kind !== "StatefulSet") {
      pods.push(instantiate(template, podName, shared));
      continue;
    }
    const labels = withLabels(
      template.pod.labels,
      [
        ["statefulset.kubernetes.io/pod-name", podName],
        ["apps.kubernetes.io/pod-index", String(ordinal)],
      ],
      used,
    );
    const volumeClaims =
      claimTemplates.length === 0
        ? template.pod.volumeClaims
        : [...template.pod.volumeClaims, ...claimTemplates.map((claim) => `${claim.name}-${podName}`)];
    pods.push(instantiate(template, podName, { ...shared, labels, volumeClaims }));
  }
}

/** Labels that the controllers add to all pods of a workload. The hash is not the real one, but as distinct. */
function sharedLabels({ kind, name }: Workload): [string, string][] {
  if (kind === "Deployment" || kind === "ReplicaSet") return [["pod-template-hash", name.slice(-63)]];
  if (kind === "Job" || kind === "CronJob")
    return [
      ["batch.kubernetes.io/job-name", name],
      ["job-name", name],
    ];
  return [];
}

/**
 * Adds the labels that some selector of the input asks about. The others are left out, as labels that differ from pod
 * to pod would make every pod a class of its own.
 */
function withLabels(
  labels: ReadonlyMap<string, string>,
  added: readonly [string, string][],
  used: ReadonlySet<string>,
): ReadonlyMap<string, string> {
  const wanted = added.filter(([key]) => used.has(key) && !labels.has(key));
  return wanted.length === 0 ? labels : new Map([...labels, ...wanted]);
}

/** Every label key that a spread or pod affinity rule of the input asks about. */
function usedLabelKeys(workloads: readonly Workload[], live: readonly OwnedPod[]): ReadonlySet<string> {
  const used = new Set<string>();
  for (const { template } of workloads) addUsedKeys(template.pod, used);
  for (const { pod } of live) addUsedKeys(pod, used);
  return used;
}

function addUsedKeys(pod: Pod, used: Set<string>): void {
  for (const spread of pod.topologySpread) {
    addSelectorKeys(spread.labelSelector, used);
    for (const key of spread.matchLabelKeys) used.add(key);
  }
  const weighted = [...pod.preferredPodAffinity, ...pod.preferredPodAntiAffinity].map(({ term }) => term);
  for (const term of [...pod.podAffinity, ...pod.podAntiAffinity, ...weighted]) {
    addSelectorKeys(term.labelSelector, used);
    for (const key of [...term.matchLabelKeys, ...term.mismatchLabelKeys]) used.add(key);
  }
}

function addSelectorKeys(selector: LabelSelector | undefined, used: Set<string>): void {
  if (selector === undefined) return;
  for (const key of selector.matchLabels.keys()) used.add(key);
  for (const { key } of selector.matchExpressions) used.add(key);
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
