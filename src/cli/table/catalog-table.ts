/** The catalogue as a table. */
import type { CatalogPage } from "../../api/catalog-view.ts";
import { formatQuantity, parseQuantity, requestAmount } from "../../domain/quantity.ts";
import { count, usd } from "./money.ts";
import { grid, type Style } from "./style.ts";

const GIB = 2 ** 30;

/** One line a type and price, and what the list is of. */
export function catalogTable(page: CatalogPage, style: Style): string {
  const { catalog, items, offset, total } = page;
  const rows = items.flatMap(({ allocatable, arch, capacity, instanceType, prices }) =>
    prices.map(({ capacityType, hourlyUsd, zones }) => [
      instanceType,
      arch,
      capacity["cpu"] ?? "",
      gib(capacity["memory"]),
      cores(allocatable["cpu"]),
      gib(allocatable["memory"]),
      allocatable["pods"] ?? "",
      devices(capacity),
      usd(hourlyUsd).slice(1),
      capacityType,
      zoneLetters(zones),
    ]),
  );
  const heads = ["TYPE", "ARCH", "VCPU", "GIB", "CPU FREE", "GIB FREE", "PODS", "DEVICES", "$/H", "CAPACITY", "ZONES"];
  const columns = heads.map((title) => ({ title, right: /VCPU|GIB|FREE|PODS|\$/.test(title) }));
  const range =
    items.length < total ? `${count(offset + 1)} to ${count(offset + items.length)} of ${count(total)}` : count(total);
  const what = `${range} types; ${catalog.region}, prices of ${catalog.date} (${catalog.source})`;
  const free = "FREE is what pods may use: Amazon Linux 2023, default kubelet settings.";
  const table = items.length === 0 ? "No instance type matches." : grid(columns, rows, style);
  return `${table}\n\n${style.paint("dim", what)}\n${style.paint("dim", free)}\n`;
}

function gib(text: string | undefined): string {
  if (text === undefined) return "";
  return (Math.floor((requestAmount("memory", parseQuantity(text)) / GIB) * 10) / 10).toFixed(1).replace(/\.0$/, "");
}

function cores(text: string | undefined): string {
  return text === undefined ? "" : (requestAmount("cpu", parseQuantity(text)) / 1000).toFixed(2);
}

/** GPUs and the like: every resource that is neither of all machines nor of Kubernetes itself. */
function devices(capacity: Readonly<Record<string, string>>): string {
  return Object.entries(capacity)
    .filter(([name, text]) => name.includes("/") && !name.startsWith("vpc.amazonaws.com/") && text !== "0")
    .map(([name, text]) => `${formatQuantity(name, requestAmount(name, parseQuantity(text)))} ${name}`)
    .join(", ");
}

/** `us-east-1a,b,c` of us-east-1a, us-east-1b, us-east-1c. */
function zoneLetters(zones: readonly string[]): string {
  const [first = "", ...rest] = zones;
  const region = first.slice(0, -1);
  return [first, ...rest.map((zone) => (zone.startsWith(region) ? zone.slice(region.length) : zone))].join(",");
}
