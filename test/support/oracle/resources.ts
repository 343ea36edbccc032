/** What a pod asks of a node, in whole units as kube-scheduler counts: thousandths of a CPU, bytes, devices. */
import type { Container, Pod, Resources } from "./objects.ts";

const SUFFIXES: Readonly<Record<string, bigint>> = {
  n: 1n,
  u: 1000n,
  m: 1_000_000n,
  "": 10n ** 9n,
  k: 10n ** 12n,
  M: 10n ** 15n,
  G: 10n ** 18n,
  T: 10n ** 21n,
  P: 10n ** 24n,
  E: 10n ** 27n,
  Ki: (10n ** 9n) << 10n,
  Mi: (10n ** 9n) << 20n,
  Gi: (10n ** 9n) << 30n,
  Ti: (10n ** 9n) << 40n,
  Pi: (10n ** 9n) << 50n,
  Ei: (10n ** 9n) << 60n,
};

/** @returns the quantity in thousand-millionths of its unit, rounded up */
export function nano(quantity: string | number): bigint {
  const match = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/.exec(String(quantity));
  if (match === null) throw new Error(`not a quantity: ${String(quantity)}`);
  const [, sign, whole = "", fraction = "", exponent, suffix = ""] = match;
  let value = BigInt(whole + fraction || "0") * (SUFFIXES[suffix] ?? 0n);
  const power = BigInt(exponent ?? "0") - BigInt(fraction.length);
  value = power >= 0n ? value * 10n ** power : ceilDivide(value, 10n ** -power);
  return sign === "-" ? -value : value;
}

function ceilDivide(value: bigint, by: bigint): bigint {
  return value <= 0n ? value / by : (value + by - 1n) / by;
}

function wholeUnits(name: string, value: bigint): bigint {
  return ceilDivide(value, name === "cpu" ? 1_000_000n : 10n ** 9n);
}

type Amounts = Map<string, bigint>;

function add(to: Amounts, requests: Resources | undefined): void {
  for (const [name, quantity] of Object.entries(requests ?? {})) to.set(name, (to.get(name) ?? 0n) + nano(quantity));
}

function raise(to: Amounts, floor: Amounts): void {
  for (const [name, value] of floor) if (value > (to.get(name) ?? 0n)) to.set(name, value);
}

function ofContainers(containers: readonly Container[], inits: readonly Container[]): Amounts {
  const total: Amounts = new Map();
  for (const container of containers) add(total, container.resources?.requests);
  const sidecars: Amounts = new Map();
  const peak: Amounts = new Map();
  for (const init of inits) {
    if (init.restartPolicy === "Always") {
      add(total, init.resources?.requests);
      add(sidecars, init.resources?.requests);
      raise(peak, sidecars);
    } else {
      const during = new Map(sidecars);
      add(during, init.resources?.requests);
      raise(peak, during);
    }
  }
  raise(total, peak);
  return total;
}

/** @returns what the pod asks for: containers, sidecars, init containers, the pod-level request, overhead */
export function requestsOf(pod: Pod): Map<string, bigint> {
  const total = ofContainers(pod.spec.containers ?? [], pod.spec.initContainers ?? []);
  for (const [name, quantity] of Object.entries(pod.spec.resources?.requests ?? {})) {
    if (name === "cpu" || name === "memory" || name.startsWith("hugepages-")) total.set(name, nano(quantity));
  }
  add(total, pod.spec.overhead);
  return new Map([...total].map(([name, value]) => [name, wholeUnits(name, value)]));
}

/** @returns a node's allocatable in the units of `requestsOf` */
export function allocatableOf(resources: Resources | undefined): Map<string, bigint> {
  return new Map(Object.entries(resources ?? {}).map(([name, quantity]) => [name, wholeUnits(name, nano(quantity))]));
}
