/** The open catalogue format: a JSON array of types with labels, capacity, overhead and offerings as given. */
import type { CapacityType, Offering } from "../../domain/instance-type.ts";
import { resizeMachine } from "../../domain/sizing.ts";
import { createValueSets, requirementsFrom } from "../../domain/sizing-labels.ts";
import type { CatalogInfo, SpotPrices } from "../../ports/catalog.ts";
import { createFieldReader, type FieldReader, isObject, type QuantityMemo } from "./checked-fields.ts";
import { invalidCatalog } from "./invalid-catalog.ts";
import { createSizedCatalog, type SizableMachine, type SizedCatalog } from "./sized-catalog.ts";

/**
 * Reads `[{name, labels, capacity, overhead, offerings: [{zone, capacityType, price, available}]}]`.
 *
 * Capacity and overhead are taken as given, for AL2023 with default settings; other sizings change what they name
 * (see `resizeMachine`). Prices are USD per hour. `available` is true unless given.
 * @throws PlimsollError `INVALID_CATALOG` (input) at the first fault
 */
export function parseListedTypes(entries: readonly unknown[], source: string): SizedCatalog {
  const memo: QuantityMemo = new Map();
  const valueSet = createValueSets();
  const seen = new Set<string>();
  const machines = entries.map((entry, index): SizableMachine => {
    const unnamed = createFieldReader(source, `entry ${String(index)}`, memo);
    const name = unnamed.text("name", unnamed.object("it", entry)["name"]);
    const reader = createFieldReader(source, `instance type ${name}`, memo);
    if (seen.has(name)) reader.fail("name", name, "Each type may be listed only once; remove one of both.");
    seen.add(name);
    return readMachine(name, unnamed.object("it", entry), reader, valueSet);
  });
  if (machines.length === 0) {
    const hint = "List at least one instance type.";
    throw invalidCatalog(source, { object: "the catalogue", field: "it", value: entries, hint });
  }
  return createSizedCatalog(describe(entries, source), machines);
}

function readMachine(
  name: string,
  entry: Readonly<Record<string, unknown>>,
  reader: FieldReader,
  valueSet: ReturnType<typeof createValueSets>,
): SizableMachine {
  const labels = readLabels(name, entry["labels"], reader);
  const capacity = reader.resources("capacity", entry["capacity"]);
  for (const resource of ["cpu", "memory"]) {
    const amount = capacity.get(resource) ?? 0;
    if (amount <= 0) {
      const given = isObject(entry["capacity"]) ? entry["capacity"][resource] : undefined;
      reader.fail(`capacity.${resource}`, given, `A machine has more than no ${resource}; write its ${resource}.`);
    }
  }
  const overhead = entry["overhead"] === undefined ? {} : reader.object("overhead", entry["overhead"]);
  const given = {
    name,
    requirements: requirementsFrom(labels, valueSet),
    capacity,
    overhead: Object.freeze({
      kubeReserved: reader.resources("overhead.kubeReserved", overhead["kubeReserved"]),
      systemReserved: reader.resources("overhead.systemReserved", overhead["systemReserved"]),
      evictionThreshold: reader.resources("overhead.evictionThreshold", overhead["evictionThreshold"]),
    }),
    offerings: readOfferings(entry["offerings"], reader),
  };
  return { name, size: (sizing) => resizeMachine(given, sizing) };
}

function readLabels(name: string, value: unknown, reader: FieldReader): ReadonlyMap<string, string> {
  const labels = new Map<string, string>();
  for (const [key, label] of Object.entries(reader.object("labels", value))) {
    if (typeof label !== "string") reader.fail(`labels["${key}"]`, label, "Write the label's value as text.");
    labels.set(key, label as string);
  }
  const type = labels.get("node.kubernetes.io/instance-type") ?? name;
  if (type !== name) reader.fail('labels["node.kubernetes.io/instance-type"]', type, `It must be the name, ${name}.`);
  labels.set("node.kubernetes.io/instance-type", name);
  if (!labels.has("kubernetes.io/os")) labels.set("kubernetes.io/os", "linux");
  if (!labels.has("kubernetes.io/arch")) {
    reader.fail('labels["kubernetes.io/arch"]', undefined, "Write amd64 or arm64: no pod could be placed safely without.");
  }
  return labels;
}

const CAPACITY_TYPES: readonly string[] = ["on-demand", "spot", "reserved"] satisfies CapacityType[];

function readOfferings(value: unknown, reader: FieldReader): readonly Offering[] {
  const seen = new Set<string>();
  const offerings = reader.array("offerings", value).map((item, index): Offering => {
    const at = `offerings[${String(index)}]`;
    const offering = reader.object(at, item);
    const zone = reader.text(`${at}.zone`, offering["zone"]);
    const capacityType = reader.text(`${at}.capacityType`, offering["capacityType"]);
    if (!CAPACITY_TYPES.includes(capacityType)) {
      reader.fail(`${at}.capacityType`, capacityType, "Write on-demand, spot or reserved.");
    }
    const priceUsdPerHour = reader.price(`${at}.price`, offering["price"]);
    const available = offering["available"] ?? true;
    if (typeof available !== "boolean") reader.fail(`${at}.available`, available, "Write true or false.");
    const key = `${zone} ${capacityType}`;
    if (capacityType !== "reserved" && seen.has(key)) {
      reader.fail(at, key, "Each zone and capacity type may be offered only once; remove one of both.");
    }
    seen.add(key);
    return Object.freeze({
      zone,
      capacityType: capacityType as CapacityType,
      priceUsdPerHour,
      available: available as boolean,
    });
  });
  return Object.freeze(offerings);
}

/** The format has no header: what can be said of it is read from its offerings. */
function describe(entries: readonly unknown[], source: string): CatalogInfo {
  const zones = new Set<string>();
  let hasSpot = false;
  for (const entry of entries as readonly { offerings: readonly { zone: string; capacityType: string }[] }[]) {
    for (const { zone, capacityType } of entry.offerings) {
      zones.add(zone);
      hasSpot ||= capacityType === "spot";
    }
  }
  const regions = new Set([...zones].map((zone) => zone.replace(/(\d)[a-z]$/, "$1")));
  const spotPrices: SpotPrices = { kind: hasSpot ? "listed" : "none" };
  return Object.freeze({
    region: [...regions].toSorted().join(", ") || "unknown",
    date: "unknown",
    source,
    instanceTypes: entries.length,
    zones: Object.freeze([...zones].toSorted()),
    spotPrices,
    notes: Object.freeze(["Capacity and overhead are as the file gives them."]),
  });
}
