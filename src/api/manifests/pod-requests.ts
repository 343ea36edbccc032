/** What a pod asks for: containers, init containers, sidecars, pod-level resources and overhead, as kube-scheduler adds them. */
import { isBytes } from "../../domain/quantity.ts";
import { addResources, maxResources, NO_RESOURCES } from "../../domain/resources.ts";
import type { Resources } from "../../domain/resources.ts";
import { reportUnknown } from "./affinity.ts";
import { failField, readObject, shown } from "./fields.ts";
import type { Fields } from "./fields.ts";
import { MAX_CACHED, readResources, resourceField } from "./quantities.ts";
import type { QuantityCache } from "./quantities.ts";

/** Requests and limits that a LimitRange gives to containers which have none. */
export interface LimitDefaults {
  readonly requests: Resources;
  readonly limits: Resources;
}

export interface RequestContext {
  readonly cache: QuantityCache;
  readonly limitDefaults: LimitDefaults | undefined;
  readonly unsupported: string[];
}

/** A container as far as its requests matter. */
export interface ContainerRequests {
  readonly requests: Resources;
  /** An init container that keeps running. */
  readonly sidecar: boolean;
}

const RESOURCE_KEYS = new Set(["requests", "limits", "claims"]);
const STANDARD = new Set(["cpu", "memory", "ephemeral-storage"]);

/** The effective requests of one container: a limit without a request is also the request, then the LimitRange's. */
export function readContainerRequests(value: unknown, field: string, context: RequestContext): Resources {
  const object = readObject(value, field);
  const defaults = context.limitDefaults;
  if (object === undefined) return defaults === undefined ? NO_RESOURCES : defaults.requests;
  // Thousands of containers ask for the same: what was read and checked once is found by its text.
  const key = defaults === undefined ? JSON.stringify(object) : "";
  const known = key === "" ? undefined : context.cache.containers.get(key);
  if (known !== undefined) return known;
  const complaints = context.unsupported.length;
  reportUnknown(object, RESOURCE_KEYS, field, context.unsupported);
  const requests = readResources(object.requests, `${field}.requests`, "request", context.cache);
  const limits = readResources(object.limits, `${field}.limits`, "request", context.cache);
  checkNames(requests, object.requests, `${field}.requests`);
  checkNames(limits, object.limits, `${field}.limits`);
  checkAgainstLimits(requests, limits, object, field);
  const effective = fillIn(fillIn(requests, limits), defaults?.requests);
  if (key !== "" && complaints === context.unsupported.length && context.cache.containers.size < MAX_CACHED) {
    context.cache.containers.set(key, effective);
  }
  return effective;
}

function fillIn(requests: Resources, defaults: Resources | undefined): Resources {
  if (defaults === undefined || defaults.size === 0) return requests;
  let filled: Map<string, number> | undefined;
  for (const [name, amount] of defaults) {
    if (requests.has(name)) continue;
    filled ??= new Map(requests);
    filled.set(name, amount);
  }
  return filled ?? requests;
}

/** Names without a domain must be standard ones; others are counted in whole pieces. */
function checkNames(amounts: Resources, raw: unknown, field: string): void {
  for (const name of amounts.keys()) {
    if (STANDARD.has(name) || name.startsWith("hugepages-")) continue;
    const value = (raw as Fields)[name];
    if (!name.includes("/")) {
      failField(
        resourceField(field, name),
        value,
        `${shown(name)} is not a resource of containers`,
        "Use cpu, memory, ephemeral-storage, hugepages-SIZE, or a name with a domain such as nvidia.com/gpu.",
        "BAD_RESOURCE_NAME",
      );
    }
    if (!/^\+?\d+(\.0*)?([kMGTPE]i?|[eE]\+?\d+)?$/.test(String(value))) {
      failField(
        resourceField(field, name),
        value,
        `${shown(value)} of ${name} is not a whole number`,
        "Extended resources are counted in whole pieces.",
        "BAD_QUANTITY",
      );
    }
  }
}

function checkAgainstLimits(requests: Resources, limits: Resources, object: Fields, field: string): void {
  if (limits.size === 0) return;
  for (const [name, amount] of requests) {
    const limit = limits.get(name);
    if (limit === undefined) continue;
    const raw = (readObject(object.requests, field) ?? {})[name];
    const rawLimit = (readObject(object.limits, field) ?? {})[name];
    if (amount > limit) {
      failField(
        resourceField(`${field}.requests`, name),
        raw,
        `the request ${shown(raw)} is more than the limit ${shown(rawLimit)}`,
        "Raise the limit or lower the request.",
        "REQUEST_OVER_LIMIT",
      );
    }
    if (amount !== limit && !STANDARD.has(name)) {
      failField(
        resourceField(`${field}.requests`, name),
        raw,
        `the request ${shown(raw)} of ${name} differs from its limit ${shown(rawLimit)}`,
        "They must be equal for this resource.",
        "REQUEST_OVER_LIMIT",
      );
    }
  }
}

/**
 * The requests of the whole pod.
 *
 *   max( sum of containers + all sidecars,
 *        for each init container: itself + the sidecars started before it )
 *
 * name by name; then what the pod itself names replaces that, and the overhead is added.
 */
export function podRequests(
  containers: readonly Resources[],
  initContainers: readonly ContainerRequests[],
  podLevel: Resources,
  overhead: Resources,
): Resources {
  let running =
    containers.length === 1 ? (containers[0] ?? NO_RESOURCES) : containers.reduce(addResources, NO_RESOURCES);
  if (initContainers.length > 0) {
    let sidecars = NO_RESOURCES;
    let starting = NO_RESOURCES;
    for (const { requests, sidecar } of initContainers) {
      if (sidecar) {
        running = addResources(running, requests);
        sidecars = addResources(sidecars, requests);
        starting = maxResources(starting, sidecars);
      } else {
        starting = maxResources(starting, addResources(requests, sidecars));
      }
    }
    running = maxResources(running, starting);
  }
  if (podLevel.size > 0) running = new Map([...running, ...podLevel]);
  return addResources(running, overhead);
}

/** Pod-level `spec.resources`: cpu, memory and huge pages; a limit without any request below it is the request. */
export function readPodLevelRequests(
  value: unknown,
  field: string,
  containers: Resources,
  cache: QuantityCache,
): Resources {
  const object = readObject(value, field);
  if (object === undefined) return NO_RESOURCES;
  const requests = readResources(object.requests, `${field}.requests`, "request", cache);
  const limits = readResources(object.limits, `${field}.limits`, "request", cache);
  checkAgainstLimits(requests, limits, object, field);
  for (const name of [...requests.keys(), ...limits.keys()]) {
    if (name === "cpu" || name === "memory" || (name.startsWith("hugepages-") && isBytes(name))) continue;
    failField(
      resourceField(field, name),
      name,
      `${shown(name)} cannot be set for a whole pod`,
      "Set it on a container.",
      "BAD_RESOURCE_NAME",
    );
  }
  const effective = new Map(requests);
  for (const [name, amount] of limits) if (!effective.has(name) && !containers.has(name)) effective.set(name, amount);
  for (const [name, amount] of effective) {
    const below = containers.get(name) ?? 0;
    if (requests.has(name) && below > amount) {
      failField(
        resourceField(`${field}.requests`, name),
        requestText(object, name),
        `the pod asks for less ${name} than its containers together`,
        "Raise it to at least their sum.",
        "REQUEST_OVER_LIMIT",
      );
    }
  }
  return effective;
}

function requestText(object: Fields, name: string): unknown {
  return (readObject(object.requests, "") ?? {})[name];
}
