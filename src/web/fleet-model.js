/** From a plan to what is drawn: workloads with colours, nodes with segments, equal nodes as one group. */
import { quantity } from "./format.js";

/**
 * @typedef {import("../api/plan-response.ts").PlanResponse} Plan
 * @typedef {import("../api/plan-response.ts").PlannedNodeResponse} PlannedNode
 *
 * @typedef {object} Workload
 * @property {string} key        `namespace/Kind/name`
 * @property {string} title      what the legend says
 * @property {string} namespace
 * @property {Record<string, string>} requests  of one pod
 * @property {number} pods
 * @property {number} color      index into the palette
 *
 * @typedef {object} Segment     pods of one workload that lie together on a node
 * @property {Workload} workload
 * @property {string[]} pods
 *
 * @typedef {object} Drawn       one node
 * @property {"new" | "existing"} kind
 * @property {string} title      instance type, or the name of an existing node
 * @property {string} subtitle
 * @property {Record<string, string>} allocatable
 * @property {Record<string, string>} base       DaemonSets, and on an existing node what already runs
 * @property {Segment[]} segments
 * @property {number} podCount
 * @property {PlannedNode | undefined} planned
 *
 * @typedef {object} Group
 * @property {string} id
 * @property {Drawn[]} nodes     all drawn the same
 * @property {Drawn} first
 */

/** How many colours style.css and {@link palette} know. */
export const PALETTE = [
  "#3b7ea1",
  "#d08435",
  "#5e9463",
  "#8d63a6",
  "#d4aa3f",
  "#2f9c95",
  "#bd5b4f",
  "#7487c9",
  "#a58358",
  "#6f9a3a",
  "#c77199",
  "#7d8b96",
];

/**
 * `default/web-7` without `workloads` in the plan: everything before the last dash of the name is the workload.
 * @param {string} pod
 */
function guessedOwner(pod) {
  const name = pod.slice(pod.indexOf("/") + 1);
  return `Pod/${name.replace(/-[a-z0-9]{1,5}$/, "")}`;
}

/**
 * Which workload each pod belongs to; the largest have the first colours.
 * @param {Plan} plan
 * @returns {{ workloads: Workload[], byPod: Map<string, Workload> }}
 */
export function readWorkloads(plan) {
  /** @type {Map<string, Workload>} */
  const byKey = new Map();
  /** @type {Map<string, Workload>} */
  const byPod = new Map();
  /** @param {string} namespace @param {string} owner @param {Record<string, string>} requests @param {readonly string[]} pods */
  const add = (namespace, owner, requests, pods) => {
    // Bare pods of one job (exec-1, exec-2, ...) are one colour: what counts is that they ask for the same.
    const title = owner.startsWith("Pod/")
      ? owner.slice(4).replace(/-[0-9]+$/, "")
      : owner.slice(owner.indexOf("/") + 1);
    const key = `${namespace}/${title}|${JSON.stringify(requests)}`;
    let workload = byKey.get(key);
    if (workload === undefined) {
      workload = { key, title, namespace, requests, pods: 0, color: 0 };
      byKey.set(key, workload);
    }
    workload.pods += pods.length;
    for (const pod of pods) byPod.set(pod, workload);
  };
  for (const entry of plan.workloads ?? []) add(entry.namespace, entry.owner, entry.requests, entry.pods);
  const all = [...plan.nodes, ...plan.existingNodes].flatMap((node) => node.pods);
  for (const pod of all.concat(plan.unschedulable.map((entry) => entry.pod))) {
    if (!byPod.has(pod)) add(pod.slice(0, pod.indexOf("/")), guessedOwner(pod), {}, [pod]);
  }
  const workloads = [...byKey.values()].sort((a, b) => b.pods - a.pods || (a.key < b.key ? -1 : 1));
  workloads.forEach((workload, index) => (workload.color = index % PALETTE.length));
  return { workloads, byPod };
}

/**
 * @param {readonly string[]} pods
 * @param {Map<string, Workload>} byPod
 * @returns {Segment[]} in the order of the legend
 */
function segmentsOf(pods, byPod) {
  /** @type {Map<Workload, string[]>} */
  const parts = new Map();
  for (const pod of pods) {
    const workload = byPod.get(pod);
    if (workload === undefined) continue;
    const part = parts.get(workload);
    if (part === undefined) parts.set(workload, [pod]);
    else part.push(pod);
  }
  return [...parts]
    .map(([workload, list]) => ({ workload, pods: list.sort() }))
    .sort((a, b) => b.workload.pods - a.workload.pods || (a.workload.key < b.workload.key ? -1 : 1));
}

/**
 * Nodes that look the same become one group: same pool, type, capacity type and the same pods by workload. Zones may
 * differ. New nodes first, dearest first; then existing nodes that receive pods.
 * @param {Plan} plan
 * @param {Map<string, Workload>} byPod
 * @returns {Group[]}
 */
export function groupNodes(plan, byPod) {
  /** @type {Map<string, Group>} */
  const groups = new Map();
  for (const node of plan.nodes) {
    const segments = segmentsOf(node.pods, byPod);
    const content = segments.map((segment) => `${segment.workload.key}×${segment.pods.length}`).join(";");
    const id = ["new", node.nodePool, node.instanceType, node.capacityType, content].join("\n");
    /** @type {Drawn} */
    const drawn = {
      kind: "new",
      title: node.instanceType,
      subtitle: node.nodePool,
      allocatable: node.allocatable,
      base: node.daemonRequests,
      segments,
      podCount: node.pods.length,
      planned: node,
    };
    const group = groups.get(id);
    if (group === undefined) groups.set(id, { id, nodes: [drawn], first: drawn });
    else group.nodes.push(drawn);
  }
  const fresh = [...groups.values()].sort((a, b) => price(b) - price(a) || b.nodes.length - a.nodes.length);
  const existing = plan.existingNodes.map((node) => {
    /** @type {Drawn} */
    const drawn = {
      kind: "existing",
      title: node.name,
      subtitle: [node.instanceType, node.zone].filter(Boolean).join(" · "),
      allocatable: node.allocatable ?? {},
      base: node.used ?? {},
      segments: segmentsOf(node.pods, byPod),
      podCount: node.pods.length,
      planned: undefined,
    };
    return { id: `existing\n${node.name}`, nodes: [drawn], first: drawn };
  });
  return [...fresh, ...existing];
}

/** @param {Group} group */
const price = (group) => group.first.planned?.hourlyUsd ?? 0;

/**
 * What is drawn as a tank: CPU and memory always, other resources that the node's pods ask for.
 * @param {Drawn} node
 * @returns {string[]}
 */
export function tanksOf(node) {
  const asked = new Set(node.segments.flatMap((segment) => Object.keys(segment.workload.requests)));
  const other = [...asked].filter((name) => !["cpu", "memory", "pods", "ephemeral-storage"].includes(name));
  return ["cpu", "memory", ...other.filter((name) => quantity(node.allocatable[name]) > 0).sort()];
}

/**
 * Shares of one tank, bottom to top: what is there already, each pod, what is free.
 * @param {Drawn} node
 * @param {string} resource
 * @returns {{ base: number, parts: { workload: Workload, pod: string, share: number }[], used: number }}
 */
export function fillOf(node, resource) {
  const total = quantity(node.allocatable[resource]);
  const baseAmount = quantity(node.base[resource]);
  // The allocatable of a new node is what the machine offers; the DaemonSets' share of it is drawn as ballast.
  const whole = total > 0 ? total : 1;
  const base = Math.min(1, baseAmount / whole);
  const parts = [];
  let used = base;
  for (const { workload, pods } of node.segments) {
    const share = quantity(workload.requests[resource]) / whole;
    for (const pod of pods) {
      parts.push({ workload, pod, share: Math.max(0, Math.min(share, 1 - used)) });
      used = Math.min(1, used + share);
    }
  }
  return { base, parts, used };
}
