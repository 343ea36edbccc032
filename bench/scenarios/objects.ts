/** Kubernetes objects for the benches, as plain data; a scenario is a list of them. */
import { seededRandom } from "../../solver/random.ts";

export type KubernetesObject = Readonly<Record<string, unknown>>;

/** A seeded source of numbers and choices. */
export interface Chance {
  readonly number: () => number;
  readonly int: (low: number, high: number) => number;
  readonly of: <T>(list: readonly T[]) => T;
}

export function chance(seed: number): Chance {
  const random = seededRandom(seed);
  const int = (low: number, high: number): number => low + Math.floor(random() * (high - low + 1));
  return { number: random, int, of: (list) => list[int(0, list.length - 1)]! };
}

export interface PodNeeds {
  readonly cpuMilli: number;
  readonly memoryMi: number;
  readonly gpus?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly spec?: KubernetesObject;
}

export function pod(name: string, needs: PodNeeds): KubernetesObject {
  const requests = {
    cpu: `${String(needs.cpuMilli)}m`,
    memory: `${String(needs.memoryMi)}Mi`,
    ...(needs.gpus === undefined ? {} : { "nvidia.com/gpu": String(needs.gpus) }),
  };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "bench", labels: needs.labels ?? {} },
    spec: { containers: [{ name: "main", image: "bench", resources: { requests } }], ...needs.spec },
  };
}

export interface PoolChoice {
  readonly categories?: readonly string[];
  readonly capacityTypes?: readonly string[];
  readonly zones?: readonly string[];
  /** At most so many vCPU a node. */
  readonly maxCpu?: number;
}

const EC2 = "karpenter.k8s.aws/instance-";

/** The pool that Karpenter's documentation starts with: amd64, on-demand, c, m and r of generation 3 and up. */
export function nodePool(choice: PoolChoice = {}): KubernetesObject {
  const requirement = (key: string, values: readonly string[], operator = "In"): KubernetesObject => ({
    key,
    operator,
    values,
  });
  const requirements = [
    requirement("kubernetes.io/os", ["linux"]),
    requirement("kubernetes.io/arch", ["amd64"]),
    requirement("karpenter.sh/capacity-type", choice.capacityTypes ?? ["on-demand"]),
    requirement(`${EC2}category`, choice.categories ?? ["c", "m", "r"]),
    requirement(`${EC2}generation`, ["2"], "Gt"),
    ...(choice.zones === undefined ? [] : [requirement("topology.kubernetes.io/zone", choice.zones)]),
    ...(choice.maxCpu === undefined ? [] : [requirement(`${EC2}cpu`, [String(choice.maxCpu + 1)], "Lt")]),
  ];
  const nodeClassRef = { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" };
  return {
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: { name: "default" },
    spec: { template: { spec: { requirements, nodeClassRef } } },
  };
}
