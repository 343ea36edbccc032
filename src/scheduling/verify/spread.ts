/**
 * Hard topology spread, as kube-scheduler reads it: over the domains of the nodes that are there when the plan is done,
 * and those where NodePools could make one, a domain that got an owner has at most maxSkew more than the one with the
 * fewest.
 */
import { selectorKeys, selectorSignature } from "../../domain/label-selector.ts";
import { type Pod, type TopologySpreadConstraint, podKey } from "../../domain/pod.ts";
import { HOSTNAME_LABEL, canonicalKey } from "../../domain/requirement.ts";
import { untoleratedTaint } from "../../domain/taint.ts";
import type { Snapshot } from "../../domain/snapshot.ts";
import type { Report } from "./violation.ts";
import type { Host } from "./hosts.ts";
import { offeredDomains } from "./offered-domains.ts";
import { meetsNodeRules } from "./node-rules.ts";
import { selectorMeans } from "./selectors.ts";

interface Rule {
  readonly constraint: TopologySpreadConstraint;
  readonly owner: Pod;
  /** Indices of hosts that get an owner. */
  readonly on: Set<number>;
}

/** Checks each distinct constraint once. */
export function checkSpread(snapshot: Snapshot, hosts: readonly Host[], report: Report): void {
  const rules = rulesOf(hosts);
  if (rules.length === 0) return;
  const alike = groupAlike(hosts, keysOf(rules));
  for (const rule of rules) checkRule(snapshot, hosts, alike, rule, report);
}

/** Constraints of planned pods that differ in meaning, each with where its owners go. */
function rulesOf(hosts: readonly Host[]): readonly Rule[] {
  const rules = new Map<string, Rule>();
  const texts = new Map<TopologySpreadConstraint, string>();
  hosts.forEach((host, h) => {
    for (const pod of host.planned) {
      for (const constraint of pod.topologySpread) {
        if (constraint.whenUnsatisfiable !== "DoNotSchedule") continue;
        let text = texts.get(constraint);
        if (text === undefined) texts.set(constraint, (text = constraintText(constraint)));
        const bound = constraint.matchLabelKeys.map((key) => pod.labels.get(key) ?? "\u0000");
        const honoured = canonicalKey(constraint.topologyKey) === HOSTNAME_LABEL ? "" : policyText(pod, constraint);
        const key = [text, pod.namespace, ...bound, honoured].join("\u0001");
        const known = rules.get(key);
        if (known === undefined) rules.set(key, { constraint, owner: pod, on: new Set([h]) });
        else known.on.add(h);
      }
    }
  });
  return [...rules.values()];
}

function constraintText(one: TopologySpreadConstraint): string {
  const { maxSkew, minDomains, nodeAffinityPolicy, nodeTaintsPolicy, matchLabelKeys } = one;
  const key = canonicalKey(one.topologyKey);
  const selector = selectorSignature(one.labelSelector);
  return JSON.stringify([key, maxSkew, minDomains, nodeAffinityPolicy, nodeTaintsPolicy, matchLabelKeys, selector]);
}

/** What of the pod decides which nodes count. */
function policyText(pod: Pod, constraint: TopologySpreadConstraint): string {
  const affinity =
    constraint.nodeAffinityPolicy === "Honor" ? JSON.stringify([[...pod.nodeSelector], pod.requiredNodeTerms]) : "";
  return affinity + (constraint.nodeTaintsPolicy === "Honor" ? JSON.stringify(pod.tolerations) : "");
}

/** Label keys that the rules look at. */
function keysOf(rules: readonly Rule[]): readonly string[] {
  const keys = new Set<string>();
  for (const { constraint } of rules) {
    for (const key of constraint.matchLabelKeys) keys.add(key);
    if (constraint.labelSelector !== undefined) for (const key of selectorKeys(constraint.labelSelector)) keys.add(key);
  }
  return [...keys];
}

/** Pods that no selector can tell apart, and on which hosts how many of them are. */
interface Alike {
  readonly sample: Pod;
  readonly on: Map<number, number>;
}

function groupAlike(hosts: readonly Host[], keys: readonly string[]): readonly Alike[] {
  const byText = new Map<string, Alike>();
  hosts.forEach((host, h) => {
    for (const pods of [host.running, host.planned]) {
      for (const pod of pods) {
        let text = pod.namespace;
        for (const key of keys) text += `\u0001${pod.labels.get(key) ?? "\u0000"}`;
        let group = byText.get(text);
        if (group === undefined) byText.set(text, (group = { sample: pod, on: new Map<number, number>() }));
        group.on.set(h, (group.on.get(h) ?? 0) + 1);
      }
    }
  });
  return [...byText.values()];
}

function checkRule(
  snapshot: Snapshot,
  hosts: readonly Host[],
  alike: readonly Alike[],
  rule: Rule,
  report: Report,
): void {
  const { constraint, owner } = rule;
  const key = canonicalKey(constraint.topologyKey);
  const byHost = key === HOSTNAME_LABEL;
  const domains = hosts.map((host, h) => (byHost ? String(h) : counts(host, rule) ? host.labels.get(key) : undefined));
  const pods = new Map<string, number>();
  for (const domain of domains) if (domain !== undefined) pods.set(domain, 0);
  const policies = {
    affinity: constraint.nodeAffinityPolicy === "Honor",
    taints: constraint.nodeTaintsPolicy === "Honor",
  };
  for (const domain of offeredDomains(snapshot, key, owner, policies)) if (!pods.has(domain)) pods.set(domain, 0);
  const means = selectorMeans(constraint.labelSelector, owner, constraint.matchLabelKeys, []);
  for (const { sample, on } of alike) {
    if (sample.namespace !== owner.namespace || !means(sample)) continue;
    for (const [h, number] of on) {
      const domain = domains[h];
      if (domain !== undefined) pods.set(domain, pods.get(domain)! + number);
    }
  }
  // A new node could always be had and would be empty; too few domains count as an empty one, too.
  const least = byHost || pods.size < (constraint.minDomains ?? 1) ? 0 : Math.min(...pods.values());
  for (const domain of new Set(Array.from(rule.on, (h) => domains[h]))) {
    if (domain === undefined) report("SPREAD", `${podKey(owner)} is where ${key} is missing, which its spread needs`);
    else if (pods.get(domain)! - least > constraint.maxSkew) {
      const where = byHost ? hosts[Number(domain)]!.name : `${key}=${domain}`;
      report(
        "SPREAD",
        `${podKey(owner)}: ${pods.get(domain)!} in ${where}, the least is ${least}, maxSkew ${constraint.maxSkew}`,
      );
    }
  }
}

/** Whether the inclusion policies let the node count. */
function counts(host: Host, { constraint, owner }: Rule): boolean {
  if (constraint.nodeAffinityPolicy === "Honor" && meetsNodeRules(owner, host.labels) !== undefined) return false;
  if (constraint.nodeTaintsPolicy !== "Honor") return true;
  const taints = host.unschedulable
    ? [...host.taints, { key: "node.kubernetes.io/unschedulable", value: "", effect: "NoSchedule" as const }]
    : host.taints;
  return untoleratedTaint(taints, owner.tolerations) === undefined;
}
