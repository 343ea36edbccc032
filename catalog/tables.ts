/** Reads facts out of generated Go tables: prices, interface limits, bandwidths. No code is taken from there. */
import type { TabledFacts } from "../src/adapters/catalog/described-machine.ts";

type InterfaceLimits = Omit<TabledFacts, "networkMbps">;

const ENTRY = /"([a-z0-9.-]+)":\s*([\d.]+),/g;

/** `"m5.large": 0.096000,` of one region. */
export function readPrices(go: string, region: string): ReadonlyMap<string, number> {
  const start = go.indexOf(`"${region}": {`);
  const end = go.indexOf("\n\t},", start);
  if (start < 0 || end < 0) throw new Error(`the price table has no region ${region}`);
  return readNumbers(go.slice(start + region.length + 4, end));
}

/** The day of `// generated at 2026-07-20T13:44:30Z for us-east-1`. */
export function readDate(go: string): string {
  const day = /generated at (\d{4}-\d\d-\d\d)T/.exec(go)?.[1];
  if (day === undefined) throw new Error("the price table does not say when it was generated");
  return day;
}

/** `"m5.large": 750,` */
export function readNumbers(go: string): ReadonlyMap<string, number> {
  return new Map([...go.matchAll(ENTRY)].map(([, name = "", value = ""]) => [name, Number(value)]));
}

/** Blocks of `"m5.large": { Interface: 3, IPv4PerInterface: 10, BranchInterface: 9, NetworkCards: ... },` */
export function readInterfaceLimits(go: string): ReadonlyMap<string, InterfaceLimits> {
  const limits = new Map<string, InterfaceLimits>();
  for (const [, name = "", block = ""] of go.matchAll(/^\t"([a-z0-9.-]+)": \{\n([\s\S]*?)^\t\},/gm)) {
    const number = (field: string): number => Number(new RegExp(`^\\t\\t${field}:\\s*(\\d+),`, "m").exec(block)?.[1]);
    const cards = [...block.matchAll(/MaximumNetworkInterfaces:\s*(\d+),\s*NetworkCardIndex:\s*(\d+),/g)];
    const defaultCard = number("DefaultNetworkCardIndex");
    const card = cards.find(([, , index]) => Number(index) === defaultCard);
    limits.set(name, {
      enis: card === undefined ? number("Interface") : Number(card[1]),
      ipv4PerEni: number("IPv4PerInterface"),
      podEnis: /IsTrunkingCompatible:\s*true/.test(block) ? number("BranchInterface") : 0,
    });
  }
  return limits;
}
