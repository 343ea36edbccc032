/** Bad catalogues: each error names the type, the field and the value, and says what would be right. */
import assert from "node:assert/strict";
import { describe, expect, it } from "vitest";
import { loadCatalogFile, parseCatalog } from "../../../src/adapters/catalog/index.ts";
import { PlimsollError } from "../../../src/domain/errors.ts";

type Fields = Record<string, unknown>;

/** A good listed type with fields replaced. */
function entry(changes: Fields = {}): Fields {
  return {
    name: "x1.large",
    labels: { "kubernetes.io/arch": "amd64" },
    capacity: { cpu: "2", memory: "4Gi", pods: "29" },
    overhead: {},
    offerings: [{ zone: "z1", capacityType: "on-demand", price: 0.1, available: true }],
    ...changes,
  };
}
const list = (...changes: Fields[]): string => JSON.stringify(changes.map(entry));
const offering = (changes: Fields): string =>
  list({ offerings: [{ zone: "z1", capacityType: "on-demand", price: 0.1, ...changes }] });

const COLUMNS =
  "name arch vcpus memoryMiB hypervisor cpuManufacturer clockMhz enis ipv4PerEni podEnis efas networkMbps ebsMbps " +
  "localStoreGB localStoreNvme encryptionInTransit gpu[name,manufacturer,count,memoryMiB] " +
  "accelerator[name,manufacturer,count,cores] spot zones onDemandUsdPerHour";
const ROW = ["x1.large", "amd64", 2, 4096, "nitro", "intel", 0, 3, 10, 9, 0, 750, 4750, 0, 0, 1, 0, 0, 1, "a", 0.1];

/** A good compact catalogue with header fields replaced. */
function compact(changes: Fields = {}): string {
  return JSON.stringify({
    format: "plimsoll-catalog/1",
    region: "nowhere-1",
    date: "2026-01-31",
    sources: [{ name: "a test", version: "1" }],
    zones: ["nowhere-1a"],
    columns: COLUMNS.split(" "),
    types: [ROW],
    ...changes,
  });
}
/** With one cell of its only row replaced. */
const cell = (index: number, value: unknown): string => compact({ types: [ROW.with(index, value as string)] });

/** sentence: text, object, field, value as shown */
const BAD: readonly [string, string, string, string, string][] = [
  ["an empty file", "", "the catalogue", "the text", '""'],
  ["YAML", "- name: m5.large", "the catalogue", "the text", '"- name: m5.large"'],
  ["NaN, which JSON does not have", '[{"name": NaN}]', "the catalogue", "the text", '"[{\\"name\\": NaN}]"'],
  ["a number", "7", "the catalogue", "the top level", "7"],
  ["an object without a format", "{}", "the catalogue", "the top level", "an object"],
  ["an answer of AWS alone", '{"InstanceTypes":[]}', "the catalogue", "region", "missing"],
  ["a deep nest", `{"a":${"[".repeat(50_000)}${"]".repeat(50_000)}}`, "the catalogue", "the top level", "an object"],
  ["an empty list", "[]", "the catalogue", "the list", "an array of 0"],
  ["an entry that is no object", "[5]", "entry 0", "it", "5"],
  ["an entry without name", list({ name: undefined }), "entry 0", "name", "missing"],
  ["a name that is no text", list({}, { name: 7 }), "entry 1", "name", "7"],
  ["the same name twice", list({}, {}), "instance type x1.large", "name", '"x1.large"'],
  ["no labels", list({ labels: undefined }), "instance type x1.large", "labels", "missing"],
  ["labels as a list", list({ labels: [] }), "instance type x1.large", "labels", "an array of 0"],
  ["no architecture", list({ labels: {} }), "instance type x1.large", 'labels["kubernetes.io/arch"]', "missing"],
  [
    "a label that is no text",
    list({ labels: { "kubernetes.io/arch": "amd64", a: 1 } }),
    "instance type x1.large",
    'labels["a"]',
    "1",
  ],
  [
    "a label that contradicts the name",
    list({ labels: { "kubernetes.io/arch": "amd64", "node.kubernetes.io/instance-type": "y" } }),
    "instance type x1.large",
    'labels["node.kubernetes.io/instance-type"]',
    '"y"',
  ],
  ["no capacity", list({ capacity: undefined }), "instance type x1.large", "capacity.cpu", "missing"],
  ["no CPU", list({ capacity: { cpu: "0", memory: "1Gi" } }), "instance type x1.large", "capacity.cpu", '"0"'],
  ["no memory", list({ capacity: { cpu: "1" } }), "instance type x1.large", "capacity.memory", "missing"],
  ["CPU below 0", list({ capacity: { cpu: "-2", memory: "1Gi" } }), "instance type x1.large", "capacity.cpu", '"-2"'],
  [
    "CPU in words",
    list({ capacity: { cpu: "two", memory: "1Gi" } }),
    "instance type x1.large",
    "capacity.cpu",
    '"two"',
  ],
  ["CPU as NaN", list({ capacity: { cpu: "NaN", memory: "1Gi" } }), "instance type x1.large", "capacity.cpu", '"NaN"'],
  [
    "an unknown unit",
    list({ capacity: { cpu: "1", memory: "1GB" } }),
    "instance type x1.large",
    "capacity.memory",
    '"1GB"',
  ],
  [
    "a bad reserve",
    list({ overhead: { kubeReserved: { cpu: true } } }),
    "instance type x1.large",
    "overhead.kubeReserved.cpu",
    "true",
  ],
  ["overhead as text", list({ overhead: "none" }), "instance type x1.large", "overhead", '"none"'],
  ["no offerings", list({ offerings: undefined }), "instance type x1.large", "offerings", "missing"],
  ["an offering without zone", offering({ zone: "" }), "instance type x1.large", "offerings[0].zone", '""'],
  ["a negative price", offering({ price: -0.1 }), "instance type x1.large", "offerings[0].price", "-0.1"],
  ["a price as text", offering({ price: "0.1" }), "instance type x1.large", "offerings[0].price", '"0.1"'],
  [
    "an infinite price",
    offering({ price: 1 }).replace('"price":1', '"price":1e999'),
    "instance type x1.large",
    "offerings[0].price",
    "Infinity",
  ],
  [
    "an unknown capacity type",
    offering({ capacityType: "cheap" }),
    "instance type x1.large",
    "offerings[0].capacityType",
    '"cheap"',
  ],
  ["availability as text", offering({ available: "yes" }), "instance type x1.large", "offerings[0].available", '"yes"'],
  [
    "the same offering twice",
    list({ offerings: [1, 2].map((price) => ({ zone: "z", capacityType: "spot", price })) }),
    "instance type x1.large",
    "offerings[1]",
    '"z spot"',
  ],
  [
    "a format of tomorrow",
    compact({ format: "plimsoll-catalog/9" }),
    "the catalogue",
    "format",
    '"plimsoll-catalog/9"',
  ],
  [
    "columns nested too deep to print",
    compact().replace('"columns":[', `"columns":[${"[".repeat(50_000)}${"]".repeat(50_000)},`),
    "the catalogue",
    "columns",
    "an array of 22",
  ],
  ["other columns", compact({ columns: ["name"] }), "the catalogue", "columns", "an array of 1"],
  ["no date", compact({ date: "yesterday" }), "the catalogue", "date", '"yesterday"'],
  ["a zone of another region", compact({ zones: ["x"] }), "the catalogue", "zones[0]", '"x"'],
  ["a negative share", compact({ spotShareOfOnDemand: -1 }), "the catalogue", "spotShareOfOnDemand", "-1"],
  ["no types", compact({ types: [] }), "the catalogue", "the number of types", "0"],
  ["a row twice", compact({ types: [ROW, ROW] }), "the catalogue", "the name of two types", '"x1.large"'],
  ["a short row", compact({ types: [["x1.large"]] }), "instance type x1.large", "the number of its cells", "1"],
  ["a row without name", cell(0, ""), "types[0]", "name", '""'],
  ["a row of no vCPUs", cell(2, 0), "instance type x1.large", "vcpus", "0"],
  ["a row of half a MiB", cell(3, 0.5), "instance type x1.large", "memoryMiB", "0.5"],
  ["a row of another architecture", cell(1, "riscv64"), "instance type x1.large", "arch", '"riscv64"'],
  ["a row in an unknown zone", cell(19, "ab"), "instance type x1.large", "zones", '"ab"'],
  ["a row with a negative price", cell(20, -1), "instance type x1.large", "onDemandUsdPerHour", "-1"],
  ["a row with a nameless GPU", cell(16, []), "instance type x1.large", "gpu.name", "missing"],
];

describe("a catalogue that is", () => {
  it.each(BAD)("%s is refused", (_, text, object, field, value) => {
    try {
      parseCatalog(text, "my.json");
    } catch (error) {
      assert.ok(error instanceof PlimsollError, String(error));
      assert.equal(error.kind, "input");
      assert.equal(error.code, "INVALID_CATALOG");
      const { hint, ...named } = error.details;
      expect(named).toEqual({ object, field, value, source: "my.json" });
      assert.ok(hint !== undefined && hint.endsWith("."), hint);
      assert.equal(error.message, `my.json: ${object}: ${field} is ${value}. ${hint}`);
      return;
    }
    assert.fail("it was taken");
  });

  it("missing is named", async () => {
    const load = loadCatalogFile("/nonexistent/catalogue.json");
    await expect(load).rejects.toMatchObject({ kind: "input", code: "CATALOG_UNREADABLE" });
    await expect(load).rejects.toThrow(/\/nonexistent\/catalogue\.json/);
  });

  it("good in either format is taken", () => {
    assert.equal(parseCatalog(list({}), "x").info().instanceTypes, 1);
    assert.equal(parseCatalog(compact(), "x").info().instanceTypes, 1);
  });

  it("full of prototype keys changes no prototype", () => {
    const labels = '{"kubernetes.io/arch":"amd64","__proto__":"polluted","constructor":"c"}';
    const text = `[{"name":"__proto__","labels":${labels},"capacity":{"cpu":1,"memory":1,"__proto__":5},"offerings":[]}]`;
    const catalog = parseCatalog(text, "x");
    const [type] = catalog.instanceTypes({
      amiFamily: "AL2023",
      kubelet: {},
      rootVolumeBytes: 1,
      instanceStoreRaid0: false,
      reservedEnis: 0,
      zones: [],
    });
    assert.equal(type?.name, "__proto__");
    assert.equal(type.capacity.get("__proto__"), 5);
    assert.equal(({} as Fields)["polluted"], undefined);
  });
});
