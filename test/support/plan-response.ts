/** Plans on the wire, with defaults for tests. */
import type { PlannedNodeResponse, PlanResponse } from "../../src/api/plan-response.ts";

/** A node with `pods`, each of 500m and 1Gi. */
export function node(pods: readonly string[], change: Partial<PlannedNodeResponse> = {}): PlannedNodeResponse {
  return {
    nodePool: "default",
    instanceType: "m7a.large",
    zone: "us-east-1a",
    capacityType: "on-demand",
    hourlyUsd: 0.11592,
    labels: {},
    pods: [...pods],
    requests: { cpu: `${String(pods.length * 500)}m`, memory: `${String(pods.length)}Gi`, pods: String(pods.length) },
    daemonRequests: { cpu: "150m", memory: "50Mi", pods: "2" },
    allocatable: { cpu: "1930m", memory: "6903Mi", pods: "29" },
    alternates: [
      { instanceType: "m7i.large", zone: "us-east-1b", capacityType: "on-demand", hourlyUsd: 0.1218 },
      { instanceType: "m6a.large", zone: "us-east-1c", capacityType: "on-demand", hourlyUsd: 0.13 },
    ],
    ...change,
  };
}

/** A plan of these nodes; every pod asks for 500m and 1Gi. */
export function planOf(nodes: readonly PlannedNodeResponse[], change: Partial<PlanResponse> = {}): PlanResponse {
  const hourlyUsd = nodes.reduce((sum, { hourlyUsd: usd }) => sum + usd, 0);
  const pods = nodes.flatMap((planned) => planned.pods);
  return {
    apiVersion: "plimsoll.dev/v1",
    kind: "Plan",
    cost: { hourlyUsd, lowerBoundUsd: hourlyUsd * 0.995, gap: 0.005, greedyHourlyUsd: hourlyUsd * 1.5 },
    nodes: [...nodes],
    existingNodes: [],
    workloads: [
      { owner: "Deployment/web", namespace: "shop", requests: { cpu: "500m", memory: "1Gi", pods: "1" }, pods },
    ],
    unschedulable: [],
    rejected: [],
    ignored: {},
    explanation: ["m7a.large has the right shape for these pods."],
    solve: {
      status: "feasible",
      stop: "time-limit",
      strategy: "ilp",
      ms: 412,
      totalMs: 480,
      pods: pods.length,
      podClasses: 1,
      shapes: 90,
      greedyUnplaced: 0,
      work: 1,
      lpSolves: 1,
      ilpSolves: 1,
      packings: 1,
      polishMoves: 1,
      parts: 1,
    },
    catalog: { region: "us-east-1", date: "2026-07-20", source: "test", instanceTypes: 1395 },
    ...change,
  };
}

/** `prefix-0` to `prefix-(count - 1)` in namespace shop. */
export function podNames(count: number, prefix = "web"): string[] {
  return Array.from({ length: count }, (_, i) => `shop/${prefix}-${String(i)}`);
}
