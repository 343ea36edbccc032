/** The wire schema of a plan, version 1: what `POST /v1/plan` and `plimsoll plan -o json` answer. */
import { z } from "zod";

const capacityType = z.enum(["on-demand", "spot", "reserved"]);

/** Resource name to a Kubernetes quantity string, e.g. `{cpu: "1500m", memory: "2Gi"}`. */
const quantities = z.record(z.string(), z.string());

export const alternateSchema = z.object({
  instanceType: z.string(),
  zone: z.string(),
  capacityType,
  hourlyUsd: z.number(),
});

export const plannedNodeSchema = alternateSchema.extend({
  nodePool: z.string(),
  labels: z.record(z.string(), z.string()),
  pods: z.array(z.string()).describe("namespace/name"),
  requests: quantities.describe("what the planned pods ask for together"),
  daemonRequests: quantities,
  allocatable: quantities,
  alternates: z.array(alternateSchema).describe("offerings that hold the same pods, cheapest first"),
});

export const planResponseSchema = z.object({
  apiVersion: z.literal("plimsoll.dev/v1"),
  kind: z.literal("Plan"),
  cost: z.object({
    hourlyUsd: z.number(),
    lowerBoundUsd: z.number().describe("no plan that places the same pods costs less"),
    gap: z.number().describe("(hourlyUsd - lowerBoundUsd) / lowerBoundUsd"),
    greedyHourlyUsd: z.number(),
  }),
  nodes: z.array(plannedNodeSchema),
  existingNodes: z.array(
    z.object({
      name: z.string(),
      pods: z.array(z.string()),
      instanceType: z.string().optional().describe("from the node's labels, when there"),
      zone: z.string().optional(),
      allocatable: quantities.optional(),
      used: quantities.optional().describe("what its running pods and its DaemonSets ask for, before this plan"),
      requests: quantities.optional().describe("what the pods of this plan ask for together"),
    }),
  ),
  workloads: z
    .array(
      z.object({
        owner: z.string().describe("`Kind/name` of the workload, or `Pod/name` for a bare pod"),
        namespace: z.string(),
        requests: quantities.describe("what one of its pods asks for"),
        pods: z.array(z.string()).describe("namespace/name; all its pending pods, placed or not"),
      }),
    )
    .optional()
    .describe(
      "which pods belong together and what each asks for; pods of one owner with other requests are a second entry",
    ),
  unschedulable: z.array(z.object({ pod: z.string(), code: z.string(), reason: z.string() })),
  rejected: z
    .array(
      z.object({
        kind: z.string(),
        name: z.string(),
        code: z.string(),
        message: z.string(),
        field: z.string().optional(),
        value: z.string().optional(),
        hint: z.string().optional(),
        source: z.string().optional(),
      }),
    )
    .describe("objects that could not be used; the plan stands without them"),
  ignored: z.record(z.string(), z.number()).describe("objects by kind that play no part in placement"),
  explanation: z.array(z.string()).describe("why this mix, in sentences"),
  solve: z.object({
    status: z.enum(["optimal", "feasible"]),
    stop: z.enum(["proven", "gap", "time-limit", "work-limit", "exhausted", "heuristic"]),
    strategy: z.enum(["ilp", "greedy", "cluster-autoscaler"]),
    ms: z.number().describe("wall time of the search"),
    totalMs: z.number().describe("from manifests to plan"),
    pods: z.number(),
    podClasses: z.number(),
    shapes: z.number(),
    greedyUnplaced: z.number(),
    work: z.number(),
    lpSolves: z.number(),
    ilpSolves: z.number(),
    packings: z.number(),
    polishMoves: z.number(),
    parts: z.number(),
  }),
  catalog: z.object({ region: z.string(), date: z.string(), source: z.string(), instanceTypes: z.number() }),
});

export type PlanResponse = z.infer<typeof planResponseSchema>;
export type PlannedNodeResponse = z.infer<typeof plannedNodeSchema>;
