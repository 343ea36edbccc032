/** Whether what was read leaves anything to plan. */
import { inputError } from "../../domain/errors.ts";
import type { ManifestSource } from "../plan-service.ts";
import { MINIMAL_NODE_POOL } from "./minimal-node-pool.ts";
import type { ReadResult } from "./read-result.ts";

/** What checkUsable needs beside the result. */
export interface Given {
  readonly objects: number;
  /** What is wrong with each rejected object, as a clause. */
  readonly problems: readonly string[];
  readonly sources: readonly ManifestSource[];
  readonly requireNodePool: boolean;
}

/** Input that leaves nothing to plan is the caller's error; the first bad object says best what is wrong. */
export function checkUsable({ pods, nodePools, nodes, rejected }: ReadResult, given: Given): void {
  const where = given.sources
    .slice(0, 3)
    .map(({ name }) => name)
    .join(", ");
  if (given.objects === 0) {
    throw inputError("EMPTY_INPUT", "there are no Kubernetes objects in the input", {
      source: where,
      value: "",
      hint: "Give manifests of pods or workloads and of a NodePool.",
    });
  }
  const nowhere = given.requireNodePool && nodePools.length === 0 && nodes.length === 0;
  if (rejected.length > 0 && (pods.length === 0 || nowhere)) {
    const place = rejected.findIndex(({ kind }) => kind === "NodePool" || kind === "Provisioner" || kind === "Node");
    const blamed = nowhere && place >= 0 ? place : 0;
    const others = rejected.length - 1;
    const more = others === 0 ? "" : `; ${others} more ${others === 1 ? "object is" : "objects are"} bad too`;
    const { code, details } = rejected[blamed] ?? { code: "INVALID_INPUT", details: {} };
    throw inputError(code, `${given.problems[blamed] ?? ""}${more}`, details);
  }
  if (nowhere) {
    throw inputError(
      "NO_NODE_POOL",
      "the input has neither a NodePool (or Provisioner) nor a Node, so no pod can have a place",
      { object: "NodePool", source: where, value: "(absent)", hint: `Add one, for example:\n${MINIMAL_NODE_POOL}` },
    );
  }
}
