/** The workloads of the benches: what is drawn, from which seed, and what one is meant to learn from it. */
import { chance, nodePool, pod } from "./objects.ts";
import type { Chance, KubernetesObject, PoolChoice } from "./objects.ts";

export interface Scenario {
  readonly name: string;
  /** What it is made of, in one line of a report. */
  readonly about: string;
  readonly build: (pods: number, seed: number) => readonly KubernetesObject[];
}

/** Independent draws from five CPU and six memory sizes, as Karpenter's own scheduling benchmark draws them. */
function usualSizes(random: Chance): { cpuMilli: number; memoryMi: number } {
  return { cpuMilli: random.of([100, 250, 500, 1000, 1500]), memoryMi: random.of([100, 256, 512, 1024, 2048, 4096]) };
}

/** CPU log-uniform from 50m to 4, memory log-uniform from 0.5 to 8 GiB a core: no two pods alike. */
function anySize(random: Chance): { cpuMilli: number; memoryMi: number } {
  const between = (low: number, high: number): number =>
    Math.exp(Math.log(low) + random.number() * Math.log(high / low));
  const cpuMilli = Math.round(between(50, 4000));
  return { cpuMilli, memoryMi: Math.max(1, Math.round((cpuMilli / 1000) * between(0.5, 8) * 1024)) };
}

function drawn(
  pool: PoolChoice,
  draw: (random: Chance, i: number) => KubernetesObject,
): (pods: number, seed: number) => readonly KubernetesObject[] {
  return (pods, seed) => {
    const random = chance(seed);
    return [nodePool(pool), ...Array.from({ length: pods }, (_, i) => draw(random, i))];
  };
}

const name = (i: number): string => `p${String(i).padStart(5, "0")}`;

function spreadOver(key: string, app: string): KubernetesObject {
  return {
    topologyKey: key,
    maxSkew: 1,
    whenUnsatisfiable: "DoNotSchedule",
    labelSelector: { matchLabels: { app } },
  };
}

export const SCENARIOS: readonly Scenario[] = [
  {
    name: "mixed",
    about: "30 kinds of pods, nodes of any size",
    build: drawn({}, (random, i) => pod(name(i), usualSizes(random))),
  },
  {
    name: "mixed-16",
    about: "30 kinds of pods, nodes of at most 16 vCPU",
    build: drawn({ maxCpu: 16 }, (random, i) => pod(name(i), usualSizes(random))),
  },
  {
    name: "different",
    about: "every pod its own size",
    build: drawn({}, (random, i) => pod(name(i), anySize(random))),
  },
  {
    name: "gpu",
    about: "one pod in ten wants a GPU, the others may ride along",
    build: drawn({ categories: ["c", "m", "r", "g"] }, (random, i) =>
      pod(name(i), { ...usualSizes(random), ...(i % 10 === 0 ? { gpus: 1 } : {}) }),
    ),
  },
  {
    name: "spot-zones",
    about: "spot and on-demand, a third of the pods bound to a zone",
    build: drawn({ capacityTypes: ["spot", "on-demand"] }, (random, i) => {
      const zone = random.of(["us-east-1a", "us-east-1b", "us-east-1c"]);
      const selector = i % 3 === 0 ? { nodeSelector: { "topology.kubernetes.io/zone": zone } } : {};
      return pod(name(i), { ...usualSizes(random), spec: selector });
    }),
  },
  {
    name: "spread",
    about: "ten applications, each spread over zones",
    build: drawn({ zones: ["us-east-1a", "us-east-1b", "us-east-1c"] }, (random, i) => {
      const app = `app-${String(i % 10)}`;
      const spec = { topologySpreadConstraints: [spreadOver("topology.kubernetes.io/zone", app)] };
      return pod(name(i), { ...usualSizes(random), labels: { app }, spec });
    }),
  },
  {
    name: "daemons",
    about: "nodes of at most 8 vCPU that each lose 600m and 1 GiB to three DaemonSets",
    build: (pods, seed) => {
      const random = chance(seed);
      const daemons = ["proxy", "logs", "metrics"].map((daemon) => daemonSet(daemon, 200, 342));
      return [
        nodePool({ maxCpu: 8 }),
        ...daemons,
        ...Array.from({ length: pods }, (_, i) => pod(name(i), usualSizes(random))),
      ];
    },
  },
  {
    name: "one-kind",
    about: "pods of one CPU and 1.5 GiB: half a size too large for every machine",
    build: drawn({}, (_random, i) => pod(name(i), { cpuMilli: 1000, memoryMi: 1536 })),
  },
];

function daemonSet(app: string, cpuMilli: number, memoryMi: number): KubernetesObject {
  const { metadata, spec } = pod(app, { cpuMilli, memoryMi, labels: { app } });
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: app, namespace: "bench" },
    spec: { selector: { matchLabels: { app } }, template: { metadata, spec } },
  };
}
