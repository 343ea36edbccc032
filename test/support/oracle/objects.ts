/** The parts of Kubernetes manifests that kube-scheduler's filters read: plain objects, as in YAML or JSON. */

export type Labels = Readonly<Record<string, string>>;

export interface Requirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[] | undefined;
}

export interface LabelSelector {
  readonly matchLabels?: Labels | undefined;
  readonly matchExpressions?: readonly Requirement[] | undefined;
}

export interface NodeSelectorTerm {
  readonly matchExpressions?: readonly Requirement[] | undefined;
  readonly matchFields?: readonly Requirement[] | undefined;
}

export interface Metadata {
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly labels?: Labels | undefined;
  readonly annotations?: Labels | undefined;
  readonly deletionTimestamp?: string | undefined;
}

export type Resources = Readonly<Record<string, string | number>>;

export interface Container {
  readonly name: string;
  readonly restartPolicy?: string | undefined;
  readonly resources?: { readonly requests?: Resources | undefined } | undefined;
  readonly ports?:
    | readonly {
        readonly containerPort?: number | undefined;
        readonly hostPort?: number | undefined;
        readonly hostIP?: string | undefined;
        readonly protocol?: string | undefined;
      }[]
    | undefined;
}

export interface PodAffinityTerm {
  readonly topologyKey: string;
  readonly labelSelector?: LabelSelector | undefined;
  readonly namespaces?: readonly string[] | undefined;
  readonly namespaceSelector?: LabelSelector | undefined;
  readonly matchLabelKeys?: readonly string[] | undefined;
  readonly mismatchLabelKeys?: readonly string[] | undefined;
}

export interface SpreadConstraint {
  readonly maxSkew: number;
  readonly topologyKey: string;
  readonly whenUnsatisfiable: string;
  readonly labelSelector?: LabelSelector | undefined;
  readonly minDomains?: number | undefined;
  readonly nodeAffinityPolicy?: string | undefined;
  readonly nodeTaintsPolicy?: string | undefined;
  readonly matchLabelKeys?: readonly string[] | undefined;
}

export interface Toleration {
  readonly key?: string | undefined;
  readonly operator?: string | undefined;
  readonly value?: string | undefined;
  readonly effect?: string | undefined;
}

interface PodTerms {
  readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly PodAffinityTerm[] | undefined;
}

export interface Pod {
  readonly metadata: Metadata;
  readonly spec: {
    readonly nodeName?: string | undefined;
    readonly nodeSelector?: Labels | undefined;
    readonly affinity?:
      | {
          readonly nodeAffinity?:
            | {
                readonly requiredDuringSchedulingIgnoredDuringExecution?:
                  { readonly nodeSelectorTerms?: readonly NodeSelectorTerm[] | undefined } | undefined;
              }
            | undefined;
          readonly podAffinity?: PodTerms | undefined;
          readonly podAntiAffinity?: PodTerms | undefined;
        }
      | undefined;
    readonly tolerations?: readonly Toleration[] | undefined;
    readonly topologySpreadConstraints?: readonly SpreadConstraint[] | undefined;
    readonly containers?: readonly Container[] | undefined;
    readonly initContainers?: readonly Container[] | undefined;
    readonly overhead?: Resources | undefined;
    readonly resources?: { readonly requests?: Resources | undefined } | undefined;
    readonly hostNetwork?: boolean | undefined;
    readonly volumes?:
      | readonly {
          readonly name: string;
          readonly persistentVolumeClaim?: { readonly claimName: string } | undefined;
          readonly ephemeral?: unknown;
        }[]
      | undefined;
  };
}

export interface Node {
  readonly metadata: Metadata;
  readonly spec?:
    | {
        readonly unschedulable?: boolean | undefined;
        readonly taints?:
          readonly { readonly key: string; readonly value?: string | undefined; readonly effect: string }[] | undefined;
      }
    | undefined;
  readonly status?: { readonly allocatable?: Resources | undefined } | undefined;
}

export interface Volume {
  readonly metadata: Metadata;
  readonly spec: {
    readonly capacity?: Resources | undefined;
    readonly accessModes?: readonly string[] | undefined;
    readonly storageClassName?: string | undefined;
    readonly claimRef?: { readonly name?: string; readonly namespace?: string } | undefined;
    readonly csi?: { readonly driver: string; readonly volumeHandle: string } | undefined;
    readonly nodeAffinity?:
      { readonly required?: { readonly nodeSelectorTerms?: readonly NodeSelectorTerm[] } | undefined } | undefined;
  };
}

export interface Claim {
  readonly metadata: Metadata;
  readonly spec: {
    readonly volumeName?: string | undefined;
    readonly storageClassName?: string | undefined;
    readonly accessModes?: readonly string[] | undefined;
    readonly selector?: LabelSelector | undefined;
    readonly resources?: { readonly requests?: Resources | undefined } | undefined;
  };
  readonly status?: { readonly phase?: string | undefined } | undefined;
}

export interface StorageClass {
  readonly metadata: Metadata;
  readonly provisioner: string;
  readonly volumeBindingMode?: string | undefined;
  readonly allowedTopologies?:
    | readonly {
        readonly matchLabelExpressions?: readonly { readonly key: string; readonly values: readonly string[] }[];
      }[]
    | undefined;
}

export interface CsiNode {
  readonly metadata: Metadata;
  readonly spec: {
    readonly drivers?:
      | readonly { readonly name: string; readonly allocatable?: { readonly count?: number } | undefined }[]
      | null
      | undefined;
  };
}

/** One state of a cluster. `pods` are the bound ones: each has `spec.nodeName`. */
export interface Cluster {
  readonly nodes: readonly Node[];
  readonly pods: readonly Pod[];
  readonly namespaces?: readonly { readonly metadata: Metadata }[] | undefined;
  readonly pvs?: readonly Volume[] | undefined;
  readonly pvcs?: readonly Claim[] | undefined;
  readonly storageClasses?: readonly StorageClass[] | undefined;
  readonly csiNodes?: readonly CsiNode[] | undefined;
}

/** @returns the pod's namespace, `default` when it names none */
export function namespaceOf(object: { readonly metadata: Metadata }): string {
  return object.metadata.namespace ?? "default";
}
