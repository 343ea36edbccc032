/** Host ports: on one node, a port of a protocol and address is used once. */
import type { HostPort } from "../../domain/pod.ts";
import type { PodClass } from "../compile/pod-classes.ts";
import type { Site } from "../compiled.ts";
import type { NamedCap, RuleContext } from "./rule-context.ts";

const ANY_ADDRESS = "0.0.0.0";

function addressOf(port: HostPort): string {
  return port.hostIp === "" || port.hostIp === "::" ? ANY_ADDRESS : port.hostIp;
}

/** Whether two uses collide: same port and protocol, and the same address or one of them on all addresses. */
export function portsCollide(a: HostPort, b: HostPort): boolean {
  if (a.port !== b.port || a.protocol !== b.protocol) return false;
  const [one, other] = [addressOf(a), addressOf(b)];
  return one === other || one === ANY_ADDRESS || other === ANY_ADDRESS;
}

/** `protocol/port`, the unit in which ports are told in messages. */
export function describePort(port: HostPort): string {
  return `${port.protocol}/${port.port}`;
}

/** 1 at the shapes where a DaemonSet already takes a port of the class; undefined when there are none. */
export function shapesWithTakenPorts(site: Site, one: PodClass): Uint8Array | undefined {
  const wanted = one.sample.hostPorts;
  if (wanted.length === 0) return undefined;
  const taken = new Uint8Array(site.places.count);
  let any = false;
  for (let s = 0; s < site.places.shapes.length; s++) {
    if (site.daemons[s]!.hostPorts.some((used) => wanted.some((port) => portsCollide(used, port)))) {
      taken[s] = 1;
      any = true;
    }
  }
  return any ? taken : undefined;
}

/**
 * Who shares the cap of a use: all who want this very address, or all addresses. Two different addresses do not collide
 * with each other, so the cap of "all addresses" holds only those that want all.
 */
function isUserOf(own: HostPort, use: HostPort): boolean {
  return portsCollide(own, use) && [use.hostIp, ANY_ADDRESS].includes(addressOf(own));
}

/** One cap for each (protocol, port, address) in use: at most one of the pods that collide on it. */
export function hostPortCaps(context: RuleContext): readonly NamedCap[] {
  const uses = new Map<string, HostPort>();
  for (const one of context.classes) {
    for (const port of one.sample.hostPorts) {
      uses.set(`${describePort(port)}/${addressOf(port)}`, { ...port, hostIp: addressOf(port) });
    }
  }
  const { nodes, shapes } = context.site.places;
  return [...uses]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, port]) => {
      const users: number[] = [];
      context.classes.forEach((one, k) => {
        if (one.sample.hostPorts.some((own) => isUserOf(own, port))) users.push(k);
      });
      const binCounted = Int32Array.from(nodes, (node, n) => {
        const coming = context.site.daemons[shapes.length + n]!.hostPorts;
        const used = [...node.pods.flatMap((pod) => pod.hostPorts), ...coming];
        return used.some((other) => portsCollide(other, port)) ? 1 : 0;
      });
      const classes = Int32Array.from(users);
      const cap = { owners: classes, counted: classes, max: 1, binCounted, binOwned: Uint8Array.from(binCounted) };
      return { cap, text: `host port ${describePort(port)}` };
    });
}
