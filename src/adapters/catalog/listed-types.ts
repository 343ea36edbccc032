/** The open catalogue format: a JSON array of types with labels, capacity, overhead and offerings as given. */
import type { CapacityType, Offering } from "../../domain/instance-type.ts";
import { givenSizer, type GivenMachine } from "../../domain/sizing.ts";
import { createValueSets, requirementsFrom } from "../../domain/sizing-labels.ts";
import type { Catalog, CatalogInfo, SpotPrices } from "../../ports/catalog.ts";
import { FieldReader, isObject, type QuantityMemo } from "./checked-fields.ts";
import { invalidCatalog } from "./invalid-catalog.ts";
import { createSizedCatalog } from "./sized-catalog.ts";

/**
 * Reads `[{name, labels, capacity, overhead, offerings: [{zone, capacityType, price, available}]}]`.
 *
 * Capacity and overhead are taken as given, for AL2023 with default settings; other sizings change what they name
 * (see `givenSizer`). Prices are USD per hour. `available` is true unless given.
 * @throws PlimsollError `INVALID_CATALOG` (input) at the first fault
 */
export function parseListedTypes(entries: readonly unknown[], source: string): Catalog {
  const memo: QuantityMemo = new Map();
  const valueSet = createValueSets();
  const seen = new Set<string>();
  const machines = entries.map((entry, index) => {
    const unnamed = new FieldReader(source, `entry ${String(index)}`);
    const name = unnamed.text("name", unnamed.object("it", entry)["name"]);
    const reader = new FieldReader(source, `instance type ${name}`);
    if (seen.has(name)) reader.fail("name", name, "Each type may be listed only once; remove one of both.");
    seen.add(name);
    return readMachine(name, unnamed.object("it", entry), reader, memo, valueSet);
  });
  if (machines.length === 0) {
    const hint = "List at least one instance type.";
    throw invalidCatalog(source, { object: "the catalogue", field: "the list", value: entries, hint });
  }
  return createSizedCatalog(describe(entries, source), machines, givenSizer);
}

function readMachine(
  name: string,
  entry: Readonly<Record<string, unknown>>,
  reader: FieldReader,
  memo: QuantityMemo,
  valueSet: ReturnType<typeof createValueSets>,
): GivenMachine {
  const labels = readLabels(name, entry["labels"], reader);
  const capacity = reader.resources("capacity", entry["capacity"], memo);
  for (const resource of ["cpu", "memory"]) {
    const amount = capacity.get(resource) ?? 0;
    if (amount <= 0) {
      const given = isObject(entry["capacity"]) ? entry["capacity"][resource] : undefined;
      reader.fail(`capacity.${resource}`, given, `A machine has more than no ${resource}; write its ${resource}.`);
    }
  }
  const overhead = entry["overhead"] === undefined ? {} : reader.object("overhead", entry["overhead"]);
  return {
    name,
    requirements: requirementsFrom(labels, valueSet),
    capacity,
    overhead: Object.freeze({
      kubeReserved: reader.resources("overhead.kubeReserved", overhead["kubeReserved"], memo),
      systemReserved: reader.resources("overhead.systemReserved", overhead["systemReserved"], memo),
      evictionThreshold: reader.resources("overhead.evictionThreshold", overhead["evictionThreshold"], memo),
    }),
    offerings: readOfferings(entry["offerings"], reader),
  };
}

function readLabels(name: string, value: unknown, reader: FieldReader): ReadonlyMap<string, string> {
  const labels = new Map<string, string>();
  for (const [key, label] of Object.entries(reader.object("labels", value))) {
    if (typeof label === "string") labels.set(key, label);
    else reader.fail(`labels["${key}"]`, label, "Write the label's value as text.");
  }
  const type = labels.get("node.kubernetes.io/instance-type") ?? name;
  if (type !== name) reader.fail('labels["node.kubernetes.io/instance-type"]', type, `It must be the name, ${name}.`);
  labels.set("node.kubernetes.io/instance-type", name);
  if (!labels.has("kubernetes.io/os")) labels.set("kubernetes.io/os", "linux");
  if (!labels.has("kubernetes.io/arch")) {
    reader.fail(
      'labels["kubernetes.io/arch"]',
      undefined,
      "Write amd64 or arm64: no pod could be placed safely without.",
    );
  }
  return labels;
}

const CAPACITY_TYPES: readonly CapacityType[] = ["on-demand", "spot", "reserved"];

function readOfferings(value: unknown, reader: FieldReader): readonly Offering[] {
  const seen = new Set<string>();
  const offerings = reader.array("offerings", value).map((item, index): Offering => {
    const at = `offerings[${String(index)}]`;
    const offering = reader.object(at, item);
    const zone = reader.text(`${at}.zone`, offering["zone"]);
    const capacityType = reader.oneOf(`${at}.capacityType`, offering["capacityType"], CAPACITY_TYPES);
    const priceUsdPerHour = reader.price(`${at}.price`, offering["price"]);
    const available = reader.flag(`${at}.available`, offering["available"] ?? true);
    const key = `${zone} ${capacityType}`;
    if (capacityType !== "reserved" && seen.has(key)) {
      reader.fail(at, key, "Each zone and capacity type may be offered only once; remove one of both.");
    }
    seen.add(key);
    return Object.freeze({ zone, capacityType, priceUsdPerHour, available });
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
