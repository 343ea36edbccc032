/** From a snapshot to a checked plan in one call, with the first-fit stand-in for the solver. */
import assert from "node:assert/strict";
import { certifySolution } from "../../solver/certify.ts";
import type { Plan, PlannedNode, Unschedulable } from "../../src/domain/plan.ts";
import type { Snapshot } from "../../src/domain/snapshot.ts";
import { compileProblem } from "../../src/scheduling/compile.ts";
import type { Compiled } from "../../src/scheduling/compiled.ts";
import { decodePlan } from "../../src/scheduling/decode.ts";
import { verifyPlan } from "../../src/scheduling/verify.ts";
import { firstFit } from "./first-fit.ts";

/** Compiles, fills, decodes; fails the test when the solution or the plan breaks a rule. */
export function planOf(snapshot: Snapshot): { readonly plan: Plan; readonly compiled: Compiled } {
  const compiled = compileProblem(snapshot);
  const solution = firstFit(compiled.problem);
  assert.deepEqual(certifySolution(compiled.problem, solution), []);
  const plan = decodePlan(compiled, solution);
  assert.deepEqual(verifyPlan(snapshot, plan), []);
  return { plan, compiled };
}

/** Where a pod of namespace default went: the planned node, the name of an existing node, or why it is left. */
export function whereIs(plan: Plan, name: string): PlannedNode | string | Unschedulable {
  const key = name.includes("/") ? name : `default/${name}`;
  const planned = plan.nodes.find((node) => node.pods.includes(key));
  if (planned !== undefined) return planned;
  const fill = plan.existingNodes.find((one) => one.pods.includes(key));
  if (fill !== undefined) return fill.name;
  const left = plan.unschedulable.find((one) => one.pod === key);
  assert.ok(left, `${key} is nowhere in the plan`);
  return left;
}

/** The planned node of a pod; fails when it got none. */
export function newNodeOf(plan: Plan, name: string): PlannedNode {
  const where = whereIs(plan, name);
  assert.ok(typeof where === "object" && "instanceType" in where, `${name}: ${JSON.stringify(where)}`);
  return where;
}

/** The reason of a pod that is left; fails when it was placed. */
export function leftOf(plan: Plan, name: string): Unschedulable {
  const where = whereIs(plan, name);
  assert.ok(typeof where === "object" && "reason" in where, `${name} was placed`);
  return where;
}
