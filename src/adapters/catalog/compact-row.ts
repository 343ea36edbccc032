/** One row of the compact format, to and from a machine's facts. */
import type { AcceleratorFacts, GpuFacts, MachineFacts } from "../../domain/sizing-facts.ts";
import { createFieldReader, type FieldReader, type QuantityMemo } from "./checked-fields.ts";

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
 * @param zones  all zones of the catalogue
 * @throws PlimsollError `INVALID_CATALOG` (input)
 */
export function readRow(
  value: unknown,
  index: number,
  source: string,
  memo: QuantityMemo,
  zones: readonly string[],
  region: string,
): MachineRow {
  const unnamed = createFieldReader(source, `types[${String(index)}]`, memo);
  const cells = unnamed.array("it", value);
  const name = unnamed.text("name", cells[0]);
  const reader = createFieldReader(source, `instance type ${name}`, memo);
  if (cells.length !== COLUMNS.length) {
    reader.fail("the number of its cells", cells.length, `A row has ${String(COLUMNS.length)} cells.`);
  }
  const cell = (column: number): [string, unknown] => [COLUMNS[column] ?? "", cells[column]];
  const count = (column: number, least = 0): number => reader.count(...cell(column), least);
  const flag = (column: number): boolean => oneOf(reader, ...cell(column), [0, 1]) === 1;
  const gpu = readGpu(reader, cells[16]);
  const accelerator = readAccelerator(reader, cells[17]);
  return {
    facts: {
      name,
      arch: oneOf(reader, ...cell(1), ["amd64", "arm64"]),
      vcpus: count(2, 1),
      memoryMiB: count(3, 1),
      hypervisor: oneOf(reader, ...cell(4), ["nitro", "xen", ""]),
      cpuManufacturer: reader.text(...cell(5)),
      clockMhz: count(6),
      enis: count(7, 1),
      ipv4PerEni: count(8, 1),
      podEnis: count(9),
      efas: count(10),
      networkMbps: count(11),
      ebsMbps: count(12),
      localStoreGB: count(13),
      localStoreNvme: flag(14),
      encryptionInTransit: flag(15),
      ...(gpu === undefined ? {} : { gpu }),
      ...(accelerator === undefined ? {} : { accelerator }),
    },
    spot: flag(18),
    zones: readZones(reader, cells[19], zones, region),
    onDemandUsdPerHour: reader.price(...cell(20)),
  };
}

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
  return [...letters].map((letter) => {
    const zone = region + letter;
    return zones.includes(zone) ? zone : reader.fail("zones", value, `The catalogue's zones are ${zones.join(", ")}.`);
  });
}

function oneOf<const T extends string | number>(
  reader: FieldReader,
  field: string,
  value: unknown,
  allowed: readonly T[],
): T {
  const found = allowed.find((candidate) => candidate === value);
  return found ?? reader.fail(field, value, `Write one of ${allowed.map((item) => JSON.stringify(item)).join(", ")}.`);
}
