/** Holds a plan to what the peer decided, by the corpus' own rules. */
import type { Plan } from "../../src/domain/plan.ts";
import type { CaseEntry, CaseInput, CaseOutput, PodJson } from "./corpus.ts";

/** What sums of prices may differ by, USD per hour. */
const MONEY_TOLERANCE = 1e-6;

/** Cases where a preference may be treated otherwise: their costs are not compared. */
const PREFERENCES = new Set(["relaxed", "preferences", "prefer-no-schedule", "schedule-anyway"]);

/** `same`: equal counts in every class of pods; `less` and `more` name the first class that differs. */
export type Coverage = "same" | "less" | "more";

export interface Comparison {
  readonly coverage: Coverage;
  /** Pods placed by the plan and by the peer, over all classes. */
  readonly placed: number;
  readonly peerPlaced: number;
  /** Why pods are left, one text for each side; empty where none is. */
  readonly reason: string;
  readonly peerReason: string;
  /** USD per hour; absent where costs cannot be compared. */
  readonly cost?: { readonly ours: number; readonly peers: number; readonly isDearer: boolean };
}

/** Counts are by class, as which one of several equal pods is placed means nothing. */
export function compare(entry: CaseEntry, input: CaseInput, output: CaseOutput, plan: Plan): Comparison {
  const pods = input.pods.filter(({ source }) => source !== "rejected");
  const left = new Map(plan.unschedulable.map((one) => [one.pod, `${one.code}: ${one.reason}`]));
  const peerPlaced = new Set(
    [...(output.newNodeClaims ?? []), ...(output.existingNodes ?? [])].flatMap((node) => node.pods ?? []),
  );
  const difference = new Map<string, number>();
  for (const pod of pods) {
    const key = classOf(pod);
    const change = (left.has(pod.key) ? 0 : 1) - (peerPlaced.has(pod.key) ? 1 : 0);
    difference.set(key, (difference.get(key) ?? 0) + change);
  }
  const values = [...difference.values()];
  const coverage = values.some((one) => one < 0) ? "less" : values.some((one) => one > 0) ? "more" : "same";
  const ours = plan.certificate.hourlyUsd;
  const peers = output.totalPrice;
  const isComparable = coverage === "same" && !entry.features.some((one) => PREFERENCES.has(one));
  return {
    coverage,
    placed: pods.filter((pod) => !left.has(pod.key)).length,
    peerPlaced: pods.filter((pod) => peerPlaced.has(pod.key)).length,
    reason: [...left.values()][0] ?? "",
    peerReason: output.error ?? Object.values(output.podErrors ?? {})[0]?.error ?? "",
    ...(isComparable ? { cost: { ours, peers, isDearer: ours > peers + MONEY_TOLERANCE } } : {}),
  };
}

/** Equal for pods that could stand for each other: same namespace, labels and spec; containers' names mean nothing. */
function classOf({ key, manifest }: PodJson): string {
  const { nodeName: _, ...spec } = manifest.spec;
  const namespace = key.slice(0, key.indexOf("/"));
  return JSON.stringify([namespace, manifest.metadata.labels ?? {}, spec], (field, value: unknown) =>
    (field === "containers" || field === "initContainers") && Array.isArray(value)
      ? value.map((one: object) => ({ ...one, name: "" }))
      : value,
  );
}
