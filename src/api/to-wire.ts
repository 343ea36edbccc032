/** A Plan of the domain as the wire has it: quantities as Kubernetes writes them, prices untouched. */
import { podKey, type Pod } from "../domain/pod.ts";
import type { Node } from "../domain/node.ts";
import type { Alternate, Plan, PlannedNode } from "../domain/plan.ts";
import { addResources, amountOf, sumResources, type Resources } from "../domain/resources.ts";
import type { Rejected, Snapshot } from "../domain/snapshot.ts";
import type { CatalogInfo } from "../ports/catalog.ts";
import { PROVEN_GAP, relativeGap, type Solution, type Strategy } from "../../solver/solution.ts";
import { toQuantities } from "./catalog-view.ts";
import type { PlanResponse, PlannedNodeResponse } from "./plan-response.ts";

export interface WireParts {
  readonly snapshot: Snapshot;
  readonly plan: Plan;
  readonly solution: Pick<Solution, "stop" | "stats">;
  readonly strategy: Strategy;
  readonly catalog: CatalogInfo;
  readonly totalMs: number;
  /** Sentences that go before the plan's own explanation's end: what was assumed. */
  readonly notes: readonly string[];
}

/** The answer. Prices of nodes are the listed ones to the last digit; the bound is never rounded up. */
export function toWire(parts: WireParts): PlanResponse {
  const { catalog, notes, plan, snapshot, solution, strategy, totalMs } = parts;
  const { greedyHourlyUsd, greedyUnplaced } = plan.certificate;
  const hourlyUsd = roundMoney(plan.nodes.reduce((sum, node) => sum + node.priceUsdPerHour, 0));
  const lowerBoundUsd = Math.max(0, Math.min(plan.certificate.lowerBoundUsd, hourlyUsd));
  const gap = roundGap(relativeGap(hourlyUsd, lowerBoundUsd));
  const { stats } = solution;
  return {
    apiVersion: "plimsoll.dev/v1",
    kind: "Plan",
    cost: { hourlyUsd, lowerBoundUsd, gap, greedyHourlyUsd: roundMoney(greedyHourlyUsd) },
    nodes: plan.nodes.map(toNode),
    existingNodes: toExistingNodes(plan, snapshot),
    workloads: toWorkloads(snapshot.pods),
    unschedulable: plan.unschedulable.map(({ code, pod, reason }) => ({ pod, code, reason })),
    rejected: snapshot.rejected.map(toRejected),
    ignored: Object.fromEntries(snapshot.ignored),
    explanation: [...plan.explanation, ...notes],
    solve: {
      status: gap <= PROVEN_GAP ? "optimal" : "feasible",
      stop: solution.stop,
      strategy,
      ms: roundMs(stats.ms),
      totalMs: roundMs(totalMs),
      pods: snapshot.pods.length,
      podClasses: stats.classes,
      shapes: stats.shapes,
      greedyUnplaced,
      work: stats.work,
      lpSolves: stats.lpSolves,
      ilpSolves: stats.ilpSolves,
      packings: stats.packings,
      polishMoves: stats.polishMoves,
      parts: stats.parts,
    },
    catalog: {
      region: catalog.region,
      date: catalog.date,
      source: catalog.source,
      instanceTypes: catalog.instanceTypes,
    },
  };
}

function toNode(node: PlannedNode): PlannedNodeResponse {
  return {
    nodePool: node.nodePool,
    ...toAlternate(node),
    pods: [...node.pods],
    requests: toQuantities(node.requests),
    daemonRequests: toQuantities(node.daemonRequests),
    allocatable: toQuantities(node.allocatable),
    labels: Object.fromEntries(node.labels),
    alternates: node.alternates.map(toAlternate),
  };
}

function toAlternate({
  capacityType,
  instanceType,
  priceUsdPerHour,
  zone,
}: Alternate): PlannedNodeResponse["alternates"][number] {
  return { instanceType, zone, capacityType, hourlyUsd: priceUsdPerHour };
}

function toExistingNodes(plan: Plan, snapshot: Snapshot): PlanResponse["existingNodes"] {
  const nodes = new Map(snapshot.nodes.map((node) => [node.name, node]));
  const fills = plan.existingNodes.filter((fill) => fill.pods.length > 0);
  if (fills.length === 0) return [];
  const requests = new Map(snapshot.pods.map((pod) => [podKey(pod), pod.requests]));
  return fills.map(({ name, pods }) => {
    const node = nodes.get(name);
    const added = sumResources(pods.map((pod) => requests.get(pod) ?? new Map<string, number>()));
    return { name, pods: [...pods], ...(node === undefined ? {} : describeNode(node)), requests: toQuantities(added) };
  });
}

type ExistingFacts = Omit<PlanResponse["existingNodes"][number], "name" | "pods">;

function describeNode(node: Node): ExistingFacts {
  const instanceType = node.labels.get("node.kubernetes.io/instance-type");
  const zone = node.labels.get("topology.kubernetes.io/zone");
  return {
    ...(instanceType === undefined ? {} : { instanceType }),
    ...(zone === undefined ? {} : { zone }),
    allocatable: toQuantities(node.allocatable),
    used: toQuantities(
      node.pods.reduce((sum: Resources, pod) => addResources(sum, pod.requests), new Map<string, number>()),
    ),
  };
}

/** Pods of one owner that ask for the same are one entry, in the order of the input. */
function toWorkloads(pods: readonly Pod[]): NonNullable<PlanResponse["workloads"]> {
  const idOf = new Map<Resources, string>();
  const requestsId = (requests: Resources): string => {
    // Most pods share their Resources with their siblings: the text is made once for each.
    const known = idOf.get(requests);
    if (known !== undefined) return known;
    const text = JSON.stringify([...requests].sort(([a], [b]) => (a < b ? -1 : 1)));
    idOf.set(requests, text);
    return text;
  };
  const entries = new Map<
    string,
    { owner: string; namespace: string; requests: Record<string, string>; pods: string[] }
  >();
  for (const pod of pods) {
    const owner = pod.owner ?? `Pod/${pod.name}`;
    const key = `${pod.namespace} ${owner} ${requestsId(pod.requests)}`;
    const entry = entries.get(key);
    if (entry !== undefined) entry.pods.push(podKey(pod));
    else {
      const requests = toQuantities(pod.requests);
      if (amountOf(pod.requests, "pods") === 1) delete requests["pods"];
      entries.set(key, { owner, namespace: pod.namespace, requests, pods: [podKey(pod)] });
    }
  }
  return [...entries.values()];
}

function toRejected({ code, details, kind, message, name }: Rejected): PlanResponse["rejected"][number] {
  const { field, hint, source, value } = details;
  return {
    kind,
    name,
    code,
    message,
    ...(field === undefined ? {} : { field }),
    ...(value === undefined ? {} : { value }),
    ...(hint === undefined ? {} : { hint }),
    ...(source === undefined ? {} : { source }),
  };
}

/** A billionth of a dollar: takes off what binary fractions add (0.1 + 0.2) and keeps every listed price. */
function roundMoney(usd: number): number {
  return Math.round(usd * 1e9) / 1e9;
}

/** JSON has no Infinity: a cost over a bound of nothing is told as a gap of 1, which is 100%. */
function roundGap(gap: number): number {
  if (!Number.isFinite(gap)) return 1;
  return gap <= PROVEN_GAP ? 0 : Math.ceil(gap * 1e7) / 1e7;
}

function roundMs(ms: number): number {
  return Math.round(ms * 10) / 10;
}
