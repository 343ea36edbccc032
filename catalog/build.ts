/**
 * Rebuilds catalog/ec2-us-east-1.json from two registry packages, with their ordinary clients (pip and go).
 *
 *   npm run catalog:build
 *
 * - moto (PyPI) carries AWS's own answers to DescribeInstanceTypes and DescribeInstanceTypeOfferings;
 * - github.com/aws/karpenter-provider-aws (a Go module) carries generated tables: on-demand prices with their date,
 *   interface limits of the VPC network plugin, and baseline network bandwidths.
 *
 * Same versions, same file, byte for byte.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { gunzipSync } from "node:zlib";
import { COMPACT_FORMAT } from "../src/adapters/catalog/compact-format.ts";
import { COLUMNS, type MachineRow, writeRow } from "../src/adapters/catalog/compact-row.ts";
import { describeMachine } from "../src/adapters/catalog/described-machine.ts";
import { readDate, readInterfaceLimits, readNumbers, readPrices } from "./tables.ts";

const REGION = "us-east-1";
const MOTO = "5.2.5";
const PROVIDER_MODULE = "github.com/aws/karpenter-provider-aws";
const PROVIDER = "v1.15.1";

/** Spot prices move by the hour and no package has them: an assumption, said to be one wherever it is used. */
const SPOT_SHARE_OF_ON_DEMAND = 0.4;

/** A zone's name is the region's and one letter; local zones and wavelength zones are longer. */
const ZONE = new RegExp(`^${REGION}[a-z]$`);

interface Offered {
  readonly InstanceType: string;
  readonly Location: string;
}

const scratch = mkdtempSync(join(tmpdir(), "plimsoll-catalog-"));
try {
  build();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function build(): void {
  const resources = join(fetchMoto(), "moto", "ec2", "resources");
  const described = Object.entries(readGzip(join(resources, "instance_types.json.gz")) as Record<string, unknown>);
  const offerings = join(resources, "instance_type_offerings", "availability-zone", `${REGION}.json.gz`);
  const zonesOf = groupZones(readGzip(offerings) as readonly Offered[]);

  const provider = join(fetchProvider(), "pkg", "providers");
  const priceTable = readFileSync(join(provider, "pricing", "zz_generated.pricing_aws.go"), "utf8");
  const prices = readPrices(priceTable, REGION);
  const limits = readInterfaceLimits(readFileSync(join(provider, "instancetype", "zz_generated.vpclimits.go"), "utf8"));
  const bandwidths = readNumbers(readFileSync(join(provider, "instancetype", "zz_generated.bandwidth.go"), "utf8"));

  const rows: MachineRow[] = [];
  const withoutPrice: string[] = [];
  const withoutZone: string[] = [];
  for (const [index, [name, entry]] of described.toSorted(([a], [b]) => (a < b ? -1 : 1)).entries()) {
    // A bandwidth that the table does not know is one that AWS gives only in words: 0, not the API's figure.
    const tabled = { networkMbps: bandwidths.get(name) ?? 0, ...limits.get(name) };
    const machine = describeMachine(entry, index, "moto", tabled);
    const onDemandUsdPerHour = prices.get(name);
    const zones = zonesOf.get(name);
    if (machine === undefined || onDemandUsdPerHour === undefined) withoutPrice.push(name);
    else if (zones === undefined) withoutZone.push(name);
    else rows.push({ ...machine, zones, onDemandUsdPerHour });
  }
  const known = new Set(described.map(([name]) => name));
  const header = {
    format: COMPACT_FORMAT,
    region: REGION,
    date: readDate(priceTable),
    sources: [
      { name: "moto", version: MOTO, gives: "AWS's DescribeInstanceTypes and offerings by zone" },
      { name: PROVIDER_MODULE, version: PROVIDER, gives: "on-demand prices, interface limits, network bandwidths" },
    ],
    notes: [
      `Prices are on-demand Linux prices of ${REGION}, without taxes, discounts and volumes.`,
      `No spot prices can be had offline: spot is assumed to cost ${String(SPOT_SHARE_OF_ON_DEMAND)} of on-demand.`,
    ],
    spotShareOfOnDemand: SPOT_SHARE_OF_ON_DEMAND,
    zones: [...new Set(rows.flatMap((row) => row.zones))].toSorted(),
    left_out: {
      described_without_price: withoutPrice,
      described_and_priced_without_zone: withoutZone,
      priced_without_description: [...prices.keys()].filter((name) => !known.has(name)).toSorted(),
    },
    columns: COLUMNS,
  };
  const file = new URL(`ec2-${REGION}.json`, import.meta.url);
  writeFileSync(file, layOut(header, rows.map(writeRow)));
  process.stdout.write(
    `${String(rows.length)} types, prices of ${header.date}; left out: ${String(withoutPrice.length)} without price, ` +
      `${String(withoutZone.length)} without zone, ${String(header.left_out.priced_without_description.length)} priced ` +
      "but not described\n",
  );
}

/** A header line a key and a line a type, so that a rebuild shows in a diff what changed. */
function layOut(header: Readonly<Record<string, unknown>>, rows: readonly (readonly unknown[])[]): string {
  const lines = Object.entries(header).map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)},`);
  return `{\n${lines.join("\n")}\n"types":[\n${rows.map((row) => JSON.stringify(row)).join(",\n")}\n]\n}\n`;
}

function groupZones(offered: readonly Offered[]): ReadonlyMap<string, readonly string[]> {
  const zones = new Map<string, string[]>();
  for (const { InstanceType, Location } of offered) {
    if (!ZONE.test(Location)) continue;
    const list = zones.get(InstanceType);
    if (list === undefined) zones.set(InstanceType, [Location]);
    else if (!list.includes(Location)) list.push(Location);
  }
  for (const list of zones.values()) list.sort();
  return zones;
}

/** Downloads the wheel and unpacks it; nothing of it is run. */
function fetchMoto(): string {
  const wheels = join(scratch, "wheels");
  run("python3", ["-m", "pip", "download", "--quiet", "--no-deps", "--dest", wheels, `moto==${MOTO}`]);
  const wheel = readdirSync(wheels).find((name) => name.endsWith(".whl"));
  if (wheel === undefined) throw new Error(`pip downloaded no wheel of moto ${MOTO}`);
  return unpack(join(wheels, wheel));
}

/**
 * Downloads the module and unpacks it; nothing of it is compiled. `go mod download` says so, with a failure, when the
 * module asks for a newer Go, and still delivers the archive, checked against the checksum database.
 */
function fetchProvider(): string {
  const { stdout, stderr, error } = spawnSync("go", ["mod", "download", "-json", `${PROVIDER_MODULE}@${PROVIDER}`], {
    cwd: scratch,
    encoding: "utf8",
    env: { ...process.env, GOFLAGS: "-mod=mod", GOTOOLCHAIN: "local" },
  });
  if (error !== undefined) throw error;
  const { Zip, Error: why } = JSON.parse(stdout || "{}") as { Zip?: string; Error?: string };
  if (Zip === undefined) throw new Error(`go downloaded no ${PROVIDER_MODULE}@${PROVIDER}: ${why ?? stderr}`);
  return join(unpack(Zip), ...`${PROVIDER_MODULE}@${PROVIDER}`.split("/"));
}

function unpack(archive: string): string {
  const folder = mkdtempSync(join(scratch, "unpacked-"));
  run("python3", ["-m", "zipfile", "-e", archive, folder]);
  return folder;
}

function readGzip(path: string): unknown {
  return JSON.parse(gunzipSync(readFileSync(path)).toString("utf8"));
}

function run(command: string, args: readonly string[]): void {
  execFileSync(command, args, { cwd: scratch, stdio: ["ignore", "inherit", "inherit"] });
}
