/** Which kinds of objects are read, in which order, and under which API versions. */

export type Kind =
  | "Namespace"
  | "PriorityClass"
  | "RuntimeClass"
  | "LimitRange"
  | "EC2NodeClass"
  | "AWSNodeTemplate"
  | "NodePool"
  | "Provisioner"
  | "Node"
  | "PersistentVolume"
  | "PersistentVolumeClaim"
  | "StorageClass"
  | "CSINode"
  | "Pod"
  | "Deployment"
  | "StatefulSet"
  | "ReplicaSet"
  | "ReplicationController"
  | "DaemonSet"
  | "Job"
  | "CronJob";

export interface KindInfo {
  readonly kind: Kind;
  readonly group: string;
  readonly versions: readonly string[];
  readonly namespaced: boolean;
  /** Earlier stages are read first, as later ones refer to them. */
  readonly stage: 0 | 1 | 2;
}

const info = (stage: 0 | 1 | 2, kind: Kind, group: string, versions: string, namespaced: boolean): KindInfo => ({
  kind,
  group,
  versions: versions.split(" "),
  namespaced,
  stage,
});

const KINDS: readonly KindInfo[] = [
  info(0, "Namespace", "", "v1", false),
  info(0, "PriorityClass", "scheduling.k8s.io", "v1 v1beta1", false),
  info(0, "RuntimeClass", "node.k8s.io", "v1 v1beta1", false),
  info(0, "LimitRange", "", "v1", true),
  info(0, "EC2NodeClass", "karpenter.k8s.aws", "v1 v1beta1", false),
  info(0, "AWSNodeTemplate", "karpenter.k8s.aws", "v1alpha1", false),
  info(1, "NodePool", "karpenter.sh", "v1 v1beta1", false),
  info(1, "Provisioner", "karpenter.sh", "v1alpha5", false),
  info(1, "Node", "", "v1", false),
  info(1, "PersistentVolume", "", "v1", false),
  info(1, "PersistentVolumeClaim", "", "v1", true),
  info(1, "StorageClass", "storage.k8s.io", "v1 v1beta1", false),
  info(1, "CSINode", "storage.k8s.io", "v1 v1beta1", false),
  info(2, "Pod", "", "v1", true),
  info(2, "ReplicationController", "", "v1", true),
  info(2, "Deployment", "apps", "v1", true),
  info(2, "StatefulSet", "apps", "v1", true),
  info(2, "ReplicaSet", "apps", "v1", true),
  info(2, "DaemonSet", "apps", "v1", true),
  info(2, "Job", "batch", "v1", true),
  info(2, "CronJob", "batch", "v1 v1beta1", true),
];

const BY_NAME: ReadonlyMap<string, KindInfo> = new Map(KINDS.map((item) => [`${item.group}/${item.kind}`, item]));

/** Versions long gone, under which old manifests still stand. */
const OLD_GROUPS: ReadonlySet<string> = new Set(["extensions"]);

export type KindAnswer =
  | { readonly status: "read"; readonly info: KindInfo }
  | { readonly status: "wrong-version"; readonly info: KindInfo }
  | { readonly status: "ignored" };

/** What to do with an object of this apiVersion and kind. */
export function kindOf(apiVersion: string, kind: string): KindAnswer {
  const slash = apiVersion.indexOf("/");
  const group = slash < 0 ? "" : apiVersion.slice(0, slash);
  const version = slash < 0 ? apiVersion : apiVersion.slice(slash + 1);
  const exact = BY_NAME.get(`${group}/${kind}`);
  if (exact !== undefined) return { status: exact.versions.includes(version) ? "read" : "wrong-version", info: exact };
  // `apiVersion: v1, kind: Deployment` and `extensions/v1beta1` are slips, not custom resources.
  if (group === "" || OLD_GROUPS.has(group)) {
    const meant = KINDS.find((item) => item.kind === kind);
    if (meant !== undefined) return { status: "wrong-version", info: meant };
  }
  return { status: "ignored" };
}

/** `apps/v1`, `v1`: what to write. */
export function apiVersionsOf(item: KindInfo): string {
  return item.versions.map((version) => (item.group === "" ? version : `${item.group}/${version}`)).join(" or ");
}
