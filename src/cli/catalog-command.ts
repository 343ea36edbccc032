/** `plimsoll catalog`: what can be bought and what it costs. */
import { Option, type Command } from "commander";
import { CATALOG_SORTS, listCatalog, type CatalogFilter, type CatalogSort } from "../api/catalog-view.ts";
import { CATALOG_SETTINGS } from "../api/settings.ts";
import type { CapacityType } from "../domain/instance-type.ts";
import { inputError } from "../domain/errors.ts";
import { addSettings, outputOption, serialize, settingsFrom, type OutputFormat } from "./options.ts";
import type { CliRuntime } from "./runtime.ts";
import { createStyle } from "./table/style.ts";
import { isFancy, widthOf, write, type CliIo } from "./terminal.ts";

interface CatalogFlags {
  readonly arch?: string;
  readonly category?: string;
  readonly family?: string;
  readonly minCpu?: string;
  readonly maxCpu?: string;
  readonly minMemory?: string;
  readonly maxMemory?: string;
  readonly accelerated?: boolean;
  readonly zone?: string;
  readonly capacityType?: CapacityType;
  readonly maxPrice?: string;
  readonly sort: CatalogSort;
  readonly limit?: string;
  readonly output: OutputFormat;
  readonly color: boolean;
}

/** Adds the subcommand. */
export function addCatalogCommand(program: Command, runtime: CliRuntime, io: CliIo): void {
  const command = program
    .command("catalog")
    .summary("list instance types and prices")
    .description("Lists instance types: what they have, what pods may use of it, and what they cost.")
    .argument("[name]", "a name, with * for any text, e.g. 'm7*.large'")
    .option("--arch <arch>", "amd64 or arm64")
    .option("--category <letters>", "any of these, e.g. c,m,r")
    .option("--family <names>", "any of these, e.g. m7i,c7g")
    .option("--min-cpu <vcpus>", "at least so many vCPUs")
    .option("--max-cpu <vcpus>", "at most so many vCPUs")
    .option("--min-memory <quantity>", "at least so much memory, e.g. 16Gi")
    .option("--max-memory <quantity>", "at most so much memory")
    .option("--accelerated", "with GPUs or accelerators only")
    .option("--no-accelerated", "without GPUs or accelerators")
    .option("--zone <zone>", "offered in this zone")
    .addOption(new Option("--capacity-type <type>", "offered as this").choices(["on-demand", "spot", "reserved"]))
    .option("--max-price <usd>", "at most so many USD per hour")
    .addOption(new Option("--sort <by>", "order").choices([...CATALOG_SORTS]).default("price"))
    .option("--limit <number>", "show the first so many")
    .addOption(outputOption());
  addSettings(command, CATALOG_SETTINGS);
  command
    .option("--no-color", "no colours and no drawing characters")
    .addHelpText(
      "after",
      `
Examples:
  plimsoll catalog 'm7i.*'
  plimsoll catalog --min-cpu 4 --min-memory 32Gi --arch arm64 --limit 10
  plimsoll catalog --accelerated --sort memory -o json`,
    )
    .action(async (name: string | undefined, flags: CatalogFlags) => {
      const { catalog: path } = settingsFrom(CATALOG_SETTINGS, { ...flags }, io.env);
      const filter = filterOf(name, flags);
      const page = listCatalog(await runtime.openCatalog(path), filter);
      if (flags.output !== "table") {
        await write(io.stdout, await serialize(page, flags.output));
        return;
      }
      const { catalogTable } = await import("./table/catalog-table.ts");
      const style = createStyle(isFancy(io.stdout, io.env, flags.color), widthOf(io.stdout, io.env));
      await write(io.stdout, catalogTable(page, style));
    });
}

function filterOf(name: string | undefined, flags: CatalogFlags): CatalogFilter {
  const { accelerated, arch, capacityType, maxCpu, maxMemory, minCpu, minMemory, sort, zone } = flags;
  const given = {
    name,
    accelerated,
    arch,
    capacityType,
    maxCpu,
    maxMemory,
    minCpu,
    minMemory,
    zone,
    category: flags.category?.split(","),
    family: flags.family?.split(","),
    maxPrice: numberOf("--max-price", flags.maxPrice, /^\d{1,9}(\.\d{1,9})?$/, "Give USD per hour, e.g. 1.5."),
    limit: numberOf("--limit", flags.limit, /^\d{1,9}$/, "Give a whole number, e.g. 20."),
    sort,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function numberOf(flag: string, text: string | undefined, form: RegExp, hint: string): number | undefined {
  if (text === undefined) return undefined;
  if (form.test(text)) return Number(text);
  throw inputError("INVALID_FILTER", `"${text.slice(0, 60)}" is not such a number`, {
    object: "catalog filter",
    field: flag,
    value: text.slice(0, 60),
    hint,
  });
}
