/** Kubelet settings of node classes and pools, as far as they change what pods may use. */
import type { EvictionSignal, KubeletSettings } from "../../domain/node-pool.ts";
import { QUANTITY_HINT, toUnitsCeil } from "../../domain/quantity.ts";
import { failField, readInteger, readObject, readStringMap, shown } from "./fields.ts";
import { readQuantity, readResources } from "./quantities.ts";
import type { QuantityCache } from "./quantities.ts";

/** Shared by everything that sets nothing. */
export const DEFAULT_KUBELET: KubeletSettings = {};

const MAX_INT32 = 2_147_483_647;
const SIGNALS = new Set([
  "memory.available",
  "nodefs.available",
  "nodefs.inodesFree",
  "imagefs.available",
  "imagefs.inodesFree",
  "containerfs.available",
  "containerfs.inodesFree",
  "pid.available",
]);

/** Reads `kubelet` (EC2NodeClass, NodePool v1beta1) or `kubeletConfiguration` (Provisioner). */
export function readKubelet(value: unknown, field: string, cache: QuantityCache): KubeletSettings {
  const object = readObject(value, field);
  if (object === undefined) return DEFAULT_KUBELET;
  const maxPods = readInteger(object.maxPods, `${field}.maxPods`, 0, MAX_INT32);
  const podsPerCore = readInteger(object.podsPerCore, `${field}.podsPerCore`, 0, MAX_INT32);
  const reserved = (key: "kubeReserved" | "systemReserved"): Pick<KubeletSettings, typeof key> => {
    const resources = readResources(object[key], `${field}.${key}`, "request", cache);
    return resources.size === 0 ? {} : { [key]: resources };
  };
  const eviction = (key: "evictionHard" | "evictionSoft"): Pick<KubeletSettings, typeof key> => {
    const signals = readEviction(object[key], `${field}.${key}`);
    return signals.size === 0 ? {} : { [key]: signals };
  };
  return {
    ...(maxPods === undefined ? {} : { maxPods }),
    ...(podsPerCore === undefined ? {} : { podsPerCore }),
    ...reserved("kubeReserved"),
    ...reserved("systemReserved"),
    ...eviction("evictionHard"),
    ...eviction("evictionSoft"),
  };
}

/** Signals to bytes or to a share of capacity: `500Mi`, `5%`. */
function readEviction(value: unknown, field: string): ReadonlyMap<string, EvictionSignal> {
  const signals = new Map<string, EvictionSignal>();
  for (const [name, text] of readStringMap(value, field)) {
    const at = `${field}["${name}"]`;
    if (!SIGNALS.has(name))
      failField(
        at,
        name,
        `${shown(name)} is not an eviction signal`,
        `Use one of ${[...SIGNALS].join(", ")}.`,
        "UNKNOWN_VALUE",
      );
    signals.set(name, text.endsWith("%") ? { share: readShare(text, at) } : { bytes: readBytes(text, at) });
  }
  return signals;
}

function readShare(text: string, field: string): number {
  const percent = /^\d{1,3}(\.\d{1,6})?%$/.test(text) ? Number(text.slice(0, -1)) : Number.NaN;
  if (!(percent <= 100))
    failField(field, text, `${shown(text)} is not a share from 0% to 100%`, "Write it such as 5%.", "BAD_QUANTITY");
  return percent / 100;
}

function readBytes(text: string, field: string): number {
  const quantity = readQuantity(text, field);
  if (quantity.nano < 0n) failField(field, text, `${shown(text)} is negative`, QUANTITY_HINT, "NEGATIVE_QUANTITY");
  return toUnitsCeil(quantity);
}
