/** Each planned pod on its node: room, labels, taints. */
import type { Pod } from "../../domain/pod.ts";
import { podKey } from "../../domain/pod.ts";
import { formatTaint, untoleratedTaint } from "../../domain/taint.ts";
import { amountOf } from "../../domain/resources.ts";
import type { Report } from "./violation.ts";
import type { Host } from "./hosts.ts";
import { meetsNodeRules } from "./node-rules.ts";

/** Allocatable holds running pods, DaemonSets and planned pods together; selectors, affinity and taints hold for each. */
export function checkRoomAndRules(hosts: readonly Host[], report: Report): void {
  for (const host of hosts) {
    if (host.planned.length === 0) continue;
    if (host.unschedulable) report("UNSCHEDULABLE_NODE", `${host.name} is unschedulable, but gets pods`);
    checkRoom(host, report);
    for (const pod of host.planned) checkRules(host, pod, report);
  }
}

function checkRoom(host: Host, report: Report): void {
  const asked = new Map<string, number>();
  const add = (pod: Pod): void => {
    for (const [name, amount] of pod.requests) asked.set(name, (asked.get(name) ?? 0) + (name === "pods" ? 0 : amount));
  };
  host.planned.forEach(add);
  const wanted = [...asked].filter(([, amount]) => amount > 0).map(([name]) => name);
  host.running.forEach(add);
  host.daemons.forEach((one) => add(one.pod));
  for (const name of wanted) {
    const amount = asked.get(name) ?? 0;
    const room = amountOf(host.allocatable, name);
    if (amount > room) report("OVERCOMMITTED", `${host.name}: ${name} ${amount} of ${room}`);
  }
  const pods = host.planned.length + host.running.length + host.daemons.length;
  const podRoom = amountOf(host.allocatable, "pods");
  if (pods > podRoom) report("OVERCOMMITTED", `${host.name}: pods ${pods} of ${podRoom}`);
}

function checkRules(host: Host, pod: Pod, report: Report): void {
  const broken = meetsNodeRules(pod, host.labels);
  if (broken !== undefined) report(broken.rule, `${podKey(pod)} on ${host.name}: ${broken.text}`);
  const taint = host.taints.length === 0 ? undefined : untoleratedTaint(host.taints, pod.tolerations);
  if (taint !== undefined) report("TAINT", `${podKey(pod)} on ${host.name} does not tolerate ${formatTaint(taint)}`);
  const rule = unknownRule(pod);
  if (rule !== undefined) report("UNSUPPORTED_RULE", `${podKey(pod)} is placed, but nothing watches over its ${rule}`);
}

/** Rules that the verifier cannot check either: such a pod must not be placed. */
function unknownRule(pod: Pod): string | undefined {
  if (pod.unsupported.length > 0) return "unsupported rules";
  if (pod.podAffinity.length > 1) return "several terms of required pod affinity";
  if (pod.resourceClaims.length > 0) return "resource claims";
  return pod.schedulingGates.length > 0 ? "scheduling gates" : undefined;
}
