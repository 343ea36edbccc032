/** One row of the compact format, to and from a machine's facts. */
import type { AcceleratorFacts, GpuFacts, MachineFacts } from "../../domain/sizing-facts.ts";
import { FieldReader } from "./checked-fields.ts";

/** The columns in the order of a row. `zones` holds the last letters of the zones, as `abdf`. Booleans are 0 and 1. */
export const COLUMNS = [
  "name",
  "arch",
  "vcpus",
  "memoryMiB",
  "hypervisor",
  "cpuManufacturer",
  "clockMhz",
  "enis",
  "ipv4PerEni",
  "podEnis",
  "efas",
  "networkMbps",
  "ebsMbps",
  "localStoreGB",
  "localStoreNvme",
  "encryptionInTransit",
  "gpu[name,manufacturer,count,memoryMiB]",
  "accelerator[name,manufacturer,count,cores]",
  "spot",
  "zones",
  "onDemandUsdPerHour",
] as const;

/** A machine with what is sold of it. */
export interface MachineRow {
  readonly facts: MachineFacts;
  readonly spot: boolean;
  readonly zones: readonly string[];
  readonly onDemandUsdPerHour: number;
}

/** The row as it goes into the file. */
export function writeRow(row: MachineRow): readonly unknown[] {
  const { facts, spot, zones, onDemandUsdPerHour } = row;
  const { gpu, accelerator } = facts;
  return [
    facts.name,
    facts.arch,
    facts.vcpus,
    facts.memoryMiB,
    facts.hypervisor,
    facts.cpuManufacturer,
    facts.clockMhz,
    facts.enis,
    facts.ipv4PerEni,
    facts.podEnis,
    facts.efas,
    facts.networkMbps,
    facts.ebsMbps,
    facts.localStoreGB,
    Number(facts.localStoreNvme),
    Number(facts.encryptionInTransit),
    gpu === undefined ? 0 : [gpu.name, gpu.manufacturer, gpu.count, gpu.memoryMiB],
    accelerator === undefined ? 0 : [accelerator.name, accelerator.manufacturer, accelerator.count, accelerator.cores],
    Number(spot),
    zones.map((zone) => zone.slice(-1)).join(""),
    onDemandUsdPerHour,
  ];
}

/**
 * Checks a row, field by field.
 * @param index  its place, for errors before the name is known
 * @param catalog  the zones that a row may name
 * @throws PlimsollError `INVALID_CATALOG` (input)
 */
export function readRow(
  value: unknown,
  index: number,
  source: string,
  catalog: { readonly region: string; readonly zones: readonly string[] },
): MachineRow {
  const unnamed = new FieldReader(source, `types[${String(index)}]`);
  const cells = unnamed.array("it", value);
  const name = unnamed.text("name", cells[0]);
  const reader = new FieldReader(source, `instance type ${name}`);
  if (cells.length !== COLUMNS.length) {
    reader.fail("the number of its cells", cells.length, `A row has ${String(COLUMNS.length)} cells.`);
  }
  const gpu = readGpu(reader, cells[16]);
  const accelerator = readAccelerator(reader, cells[17]);
  const facts: MachineFacts = {
    name,
    arch: reader.oneOf("arch", cells[1], ARCHITECTURES),
    vcpus: reader.count("vcpus", cells[2], 1),
    memoryMiB: reader.count("memoryMiB", cells[3], 1),
    hypervisor: reader.oneOf("hypervisor", cells[4], HYPERVISORS),
    cpuManufacturer: reader.text("cpuManufacturer", cells[5]),
    clockMhz: reader.count("clockMhz", cells[6], 0),
    enis: reader.count("enis", cells[7], 1),
    ipv4PerEni: reader.count("ipv4PerEni", cells[8], 1),
    podEnis: reader.count("podEnis", cells[9], 0),
    efas: reader.count("efas", cells[10], 0),
    networkMbps: reader.count("networkMbps", cells[11], 0),
    ebsMbps: reader.count("ebsMbps", cells[12], 0),
    localStoreGB: reader.count("localStoreGB", cells[13], 0),
    localStoreNvme: reader.oneOf("localStoreNvme", cells[14], FLAGS) === 1,
    encryptionInTransit: reader.oneOf("encryptionInTransit", cells[15], FLAGS) === 1,
    ...(gpu === undefined ? undefined : { gpu }),
    ...(accelerator === undefined ? undefined : { accelerator }),
  };
  return {
    facts,
    spot: reader.oneOf("spot", cells[18], FLAGS) === 1,
    zones: readZones(reader, cells[19], catalog.zones, catalog.region),
    onDemandUsdPerHour: reader.price("onDemandUsdPerHour", cells[20]),
  };
}

const ARCHITECTURES = ["amd64", "arm64"] as const;
const HYPERVISORS = ["nitro", "xen", ""] as const;
const FLAGS = [0, 1] as const;

function readGpu(reader: FieldReader, value: unknown): GpuFacts | undefined {
  if (value === 0) return undefined;
  const [name, manufacturer, count, memoryMiB] = reader.array("gpu", value);
  return {
    name: reader.text("gpu.name", name),
    manufacturer: reader.text("gpu.manufacturer", manufacturer),
    count: reader.count("gpu.count", count, 0),
    memoryMiB: reader.count("gpu.memoryMiB", memoryMiB, 0),
  };
}

function readAccelerator(reader: FieldReader, value: unknown): AcceleratorFacts | undefined {
  if (value === 0) return undefined;
  const [name, manufacturer, count, cores] = reader.array("accelerator", value);
  return {
    name: reader.text("accelerator.name", name),
    manufacturer: reader.text("accelerator.manufacturer", manufacturer),
    count: reader.count("accelerator.count", count, 0),
    cores: reader.count("accelerator.cores", cores, 0),
  };
}

function readZones(reader: FieldReader, value: unknown, zones: readonly string[], region: string): readonly string[] {
  const letters = reader.text("zones", value);
  return Array.from(letters, (letter) => {
    const zone = region + letter;
    return zones.includes(zone) ? zone : reader.fail("zones", value, `The catalogue's zones are ${zones.join(", ")}.`);
  });
}
