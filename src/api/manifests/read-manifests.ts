/** Manifests in, domain objects out: strict about each object, and never stopped by one bad object. */
import { describeError, inputError, shortValue, type ErrorDetails } from "../../domain/errors.ts";
import type { Node } from "../../domain/node.ts";
import type { NodePool } from "../../domain/node-pool.ts";
import type { Pod } from "../../domain/pod.ts";
import type { Resources } from "../../domain/resources.ts";
import type { Rejected } from "../../domain/snapshot.ts";
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from "../../domain/volume.ts";
import type { ManifestSource } from "../plan-service.ts";
import { checkUsable } from "./check-usable.ts";
import { mergeDefaults, readLimitRange, readPriorityClass, readRuntimeClass } from "./cluster-defaults.ts";
import { locate, readDocuments, type RawObject } from "./documents.ts";
import { expandWorkloads, instantiate, plannedClaims, topController, type OwnedPod } from "./expand.ts";
import { FieldError, readObject, readString, type Fields } from "./fields.ts";
import { Identifier, type Named } from "./identify.ts";
import { readLabels } from "./label-syntax.ts";
import { DEFAULT_READ_LIMITS, type ReadLimits } from "./limits.ts";
import { readNodeClass, type NodeClass } from "./node-class.ts";
import { readNodePool, readProvisioner } from "./node-pool.ts";
import { readNode } from "./node.ts";
import type { LimitDefaults } from "./pod-requests.ts";
import { readPodTemplate, type PodContext, type RuntimeClass } from "./pod-spec.ts";
import type { PoolDefaults } from "./pool-defaults.ts";
import { newQuantityCache } from "./quantities.ts";
import type { ReadContext, ReadResult } from "./read-result.ts";
import { readCsiNode, readPersistentVolume, readPersistentVolumeClaim, readStorageClass } from "./storage.ts";
import { controllerOf, readWorkload, type Workload, type WorkloadKind } from "./workloads.ts";

/** So many rejections get a line number; finding one means to parse the document again. */
const MAX_LOCATED = 20;
const MAX_NOTES = 100;

/**
 * Reads manifests.
 *
 * A bad object becomes an entry of `rejected`; the others stand.
 * @throws PlimsollError (input) when a text cannot be read at all (see readDocuments), when there are too many pods,
 *   when nothing was given (`EMPTY_INPUT`), when there is neither a pool nor a node (`NO_NODE_POOL`), and, with the
 *   code of the first bad object, when rejections leave nothing to plan
 */
export function readManifests(sources: readonly ManifestSource[], context: ReadContext = {}): ReadResult {
  const limits = { ...DEFAULT_READ_LIMITS, ...context.limits };
  const raw = readDocuments(sources, limits);
  const reader = new ManifestReader(limits, context);
  const named = raw.map((item) => reader.identify(item)).filter((item) => item !== undefined);
  for (const stage of [0, 1, 2]) for (const item of named) if (item.info.stage === stage) reader.read(item);
  const result = reader.finish();
  checkUsable(result, {
    objects: raw.length,
    problems: reader.problems,
    sources,
    requireNodePool: context.requireNodePool ?? true,
  });
  return result;
}

/** Collects the objects of one call. */
class ManifestReader {
  readonly problems: string[] = [];
  private readonly limits: ReadLimits;
  private readonly poolDefaults: PoolDefaults;
  private readonly cache = newQuantityCache();
  private readonly identifier = new Identifier();
  private readonly notes = new Set<string>();
  private readonly rejected: Rejected[] = [];
  private readonly ignored = new Map<string, number>();
  private readonly namespaces = new Map<string, ReadonlyMap<string, string>>();
  private readonly priorityClasses = new Map<string, number>();
  private readonly runtimeClasses = new Map<string, RuntimeClass>();
  private readonly limitDefaults = new Map<string, LimitDefaults>();
  private readonly nodeClasses = new Map<string, NodeClass | string>();
  private readonly nodePools: NodePool[] = [];
  private readonly nodes: Node[] = [];
  private readonly volumes = new Map<string, PersistentVolume>();
  private readonly claims = new Map<string, PersistentVolumeClaim>();
  private readonly storageClasses = new Map<string, StorageClass>();
  private readonly attachLimits = new Map<string, ReadonlyMap<string, number>>();
  private readonly liveClaims: PersistentVolumeClaim[] = [];
  private readonly live: OwnedPod[] = [];
  private readonly workloads: Workload[] = [];
  private readonly interned = new Map<string, Resources>();
  private readonly internedSame = new WeakMap<Resources, Resources>();
  private defaultPriority = 0;

  constructor(limits: ReadLimits, context: ReadContext) {
    this.limits = limits;
    this.poolDefaults = context.poolDefaults ?? "documented";
  }

  /** Kind, namespace and name of an object; undefined when it is rejected or of no interest. */
  identify(raw: RawObject): Named | undefined {
    const answer = this.identifier.identify(raw);
    if (answer.status === "named") return answer.named;
    if (answer.status === "ignored") this.ignore(answer.kind);
    else this.reject(answer.error, answer.kind, answer.label, raw);
    return undefined;
  }

  /** Interprets one object. */
  read(item: Named): void {
    const { info, namespace, name, raw } = item;
    try {
      this.readKind(item);
    } catch (error) {
      const shownName = info.namespaced ? `${namespace}/${name}` : name;
      const message = this.reject(error, info.kind, `${info.kind} ${shownName}`, raw);
      if (info.kind === "EC2NodeClass" || info.kind === "AWSNodeTemplate")
        this.nodeClasses.set(`${info.kind}/${name}`, message);
    }
  }

  private readKind({ info, namespace, name, object }: Named): void {
    switch (info.kind) {
      case "Namespace":
        this.namespaces.set(
          name,
          withName(name, readLabels(readObject(object.metadata, "metadata")?.labels, "metadata.labels")),
        );
        return;
      case "PriorityClass": {
        const { value, isDefault } = readPriorityClass(object);
        this.priorityClasses.set(name, value);
        if (isDefault) this.defaultPriority = value;
        return;
      }
      case "RuntimeClass":
        this.runtimeClasses.set(name, readRuntimeClass(object, this.cache));
        return;
      case "LimitRange": {
        const defaults = readLimitRange(object, this.cache);
        if (defaults !== undefined)
          this.limitDefaults.set(namespace, mergeDefaults(this.limitDefaults.get(namespace), defaults));
        return;
      }
      case "EC2NodeClass":
      case "AWSNodeTemplate":
        this.nodeClasses.set(`${info.kind}/${name}`, readNodeClass(info.kind, object, this.cache));
        return;
      case "NodePool":
        this.nodePools.push(readNodePool(name, object, this.poolContext()));
        return;
      case "Provisioner":
        this.nodePools.push(readProvisioner(name, object, this.poolContext()));
        return;
      case "Node":
        this.nodes.push(readNode(name, object, this.cache, this.note));
        return;
      case "PersistentVolume":
        this.volumes.set(name, readPersistentVolume(name, object));
        return;
      case "PersistentVolumeClaim":
        this.claims.set(`${namespace}/${name}`, readPersistentVolumeClaim(namespace, name, object));
        return;
      case "StorageClass":
        this.storageClasses.set(name, readStorageClass(name, object));
        return;
      case "CSINode":
        this.attachLimits.set(name, readCsiNode(object));
        return;
      case "Pod":
        this.readPod(namespace, name, object);
        return;
      case "Deployment":
      case "StatefulSet":
      case "ReplicaSet":
      case "ReplicationController":
      case "DaemonSet":
      case "Job":
      case "CronJob":
        this.workloads.push(this.readWorkload(info.kind, namespace, name, object));
        return;
      default:
        info.kind satisfies never;
    }
  }

  private readWorkload(kind: WorkloadKind, namespace: string, name: string, object: Fields): Workload {
    return readWorkload(kind, namespace, name, object, this.limits.maxPods, this.podContext);
  }

  private readPod(namespace: string, name: string, object: Fields): void {
    const metadata = readObject(object.metadata, "metadata");
    const spec = readObject(object.spec, "spec");
    const phase = readString(readObject(object.status, "status")?.phase, "status.phase");
    const nodeName = readString(spec?.nodeName, "spec.nodeName") ?? "";
    if (phase === "Succeeded" || phase === "Failed") {
      this.ignore("Pod (finished)");
      return;
    }
    if (nodeName === "" && isSet(metadata?.deletionTimestamp)) {
      this.ignore("Pod (being deleted)");
      return;
    }
    const controller = controllerOf(object.metadata);
    if (nodeName === "" && controller?.startsWith("DaemonSet/") === true) {
      this.ignore("Pod (of a DaemonSet, pending)");
      return;
    }
    const admitted = metadata?.uid !== undefined || nodeName !== "";
    const template = readPodTemplate(
      { namespace, metadata, metadataField: "metadata", spec: object.spec, specField: "spec", admitted },
      this.podContext,
    );
    if (this.live.length >= this.limits.maxPods) {
      throw inputError("TOO_MANY_PODS", `there are more than ${String(this.limits.maxPods)} pods`, {
        object: `Pod ${namespace}/${name}`,
        value: String(this.live.length + 1),
        hint: "Plan for fewer at a time.",
      });
    }
    const pod = instantiate(template, name, nodeName === "" ? {} : { nodeName });
    this.liveClaims.push(...plannedClaims(template.ephemeralVolumes, (volume) => `${name}-${volume}`));
    this.live.push({ pod, controller, leaving: isSet(metadata?.deletionTimestamp) });
  }

  finish(): ReadResult {
    const expansion = expandWorkloads(this.workloads, this.live, this.limits.maxPods);
    for (const claim of [...this.liveClaims, ...expansion.claims]) {
      const key = `${claim.namespace}/${claim.name}`;
      if (!this.claims.has(key)) this.claims.set(key, claim);
    }
    const controllers = new Map(this.workloads.map((w) => [`${w.namespace}/${w.kind}/${w.name}`, w.controller]));
    const nodeNames = new Set(this.nodes.map((node) => node.name));
    const pods: Pod[] = [];
    const boundPods: Pod[] = [];
    for (const { pod: bare, controller } of this.live) {
      const pod = controller === undefined ? bare : { ...bare, owner: topController(bare, controller, controllers) };
      if (pod.nodeName === undefined) pods.push(pod);
      else if (nodeNames.has(pod.nodeName)) boundPods.push(pod);
      else {
        this.ignore("Pod (on a node not in the input)");
        this.note(
          `Pods on nodes that are not in the input (${pod.nodeName}, ...) are left out: they have a place already.`,
        );
      }
    }
    for (const pod of expansion.pods) pods.push(pod);
    for (const pod of [...pods, ...boundPods]) {
      if (!this.namespaces.has(pod.namespace)) this.namespaces.set(pod.namespace, withName(pod.namespace, new Map()));
    }
    return {
      pods,
      boundPods,
      nodes: this.nodes,
      nodePools: this.nodePools,
      daemonSets: expansion.daemonSets,
      namespaces: this.namespaces,
      storage: {
        volumes: this.volumes,
        claims: this.claims,
        classes: this.storageClasses,
        attachLimits: this.attachLimits,
      },
      rejected: this.rejected,
      ignored: this.ignored,
      notes: [...this.notes],
    };
  }

  private poolContext(): Parameters<typeof readNodePool>[2] {
    return { cache: this.cache, nodeClasses: this.nodeClasses, defaults: this.poolDefaults, note: this.note };
  }

  /** Getters, as the default priority is known only after all PriorityClasses were read. */
  private get podContext(): PodContext {
    return {
      cache: this.cache,
      priorityClasses: this.priorityClasses,
      defaultPriority: this.defaultPriority,
      runtimeClasses: this.runtimeClasses,
      limitDefaults: this.limitDefaults,
      intern: this.intern,
      note: this.note,
    };
  }

  private readonly intern = (requests: Resources): Resources => {
    let found = this.internedSame.get(requests);
    if (found !== undefined) return found;
    let key = "";
    for (const [name, amount] of requests) key += `${name}=${String(amount)};`;
    found = this.interned.get(key);
    if (found === undefined) {
      found = new Map([...requests, ["pods", 1]]);
      this.interned.set(key, found);
    }
    this.internedSame.set(requests, found);
    return found;
  };

  private readonly note = (sentence: string): void => {
    if (this.notes.size < MAX_NOTES) this.notes.add(sentence);
  };

  private ignore(kind: string): void {
    const short = shortValue(kind);
    this.ignored.set(short, (this.ignored.get(short) ?? 0) + 1);
  }

  /** @returns the message of the rejection */
  private reject(error: unknown, kind: string, object: string, raw: RawObject): string {
    if (!(error instanceof FieldError)) throw error;
    const line = this.rejected.length < MAX_LOCATED ? locate(raw, error.field) : undefined;
    const details: ErrorDetails = {
      object,
      ...(error.field === "" ? {} : { field: error.field }),
      value: error.value,
      hint: error.hint,
      source: line === undefined ? raw.origin.source : `${raw.origin.source}:${String(line)}`,
    };
    const message = describeError(error.message, details);
    this.rejected.push({ kind, name: object.slice(object.indexOf(" ") + 1), code: error.code, message, details });
    this.problems.push(error.message);
    return message;
  }
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function withName(name: string, labels: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...labels, ["kubernetes.io/metadata.name", name]]);
}
