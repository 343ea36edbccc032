/** Settings as commander's options, and their values back. */
import { type Command, Option } from "commander";
import { describeDefault, describeRange, type Setting, readSettings, type SettingsOf } from "../api/settings.ts";

type Table = Readonly<Record<string, Setting>>;

/** Adds an option for each setting of the table; its help shows range, default and variable. */
export function addSettings(command: Command, table: Table): Command {
  for (const setting of Object.values(table)) command.addOption(new Option(setting.flag, helpOf(setting)));
  return command;
}

function helpOf(setting: Setting): string {
  const shown = describeDefault(setting);
  const facts = [
    ...(setting.kind === "choice" ? [setting.choices.join(" | ")] : []),
    ...(setting.kind === "duration" || setting.kind === "size" ? [describeRange(setting)] : []),
    ...(shown === undefined ? [] : [`default: ${shown}`]),
    `env: ${setting.env}`,
  ];
  return `${setting.about} (${facts.join(", ")})`;
}

/** What was typed for each setting of the table, by its key. */
export function typedSettings<T extends Table>(
  table: T,
  options: Readonly<Record<string, unknown>>,
): Partial<Record<keyof T, string>> {
  const typed: Partial<Record<keyof T, string>> = {};
  for (const [key, setting] of Object.entries(table)) {
    const value = options[new Option(setting.flag).attributeName()];
    if (typeof value === "string") typed[key as keyof T] = value;
  }
  return typed;
}

/**
 * The settings of one table from flags, environment and defaults.
 * @throws PlimsollError (input) `INVALID_SETTING`
 */
export function settingsFrom<T extends Table>(
  table: T,
  options: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string | undefined>>,
): SettingsOf<T> {
  return readSettings(table, typedSettings(table, options), env);
}

/** How results are printed. */
export type OutputFormat = "table" | "json" | "yaml";

/** `-o table|json|yaml`. */
export function outputOption(): Option {
  return new Option("-o, --output <format>", "how to print the result")
    .choices(["table", "json", "yaml"])
    .default("table");
}

/** A value as JSON or YAML text. */
export async function serialize(value: unknown, format: "json" | "yaml"): Promise<string> {
  if (format === "json") return `${JSON.stringify(value, undefined, 2)}\n`;
  const { stringify } = await import("yaml");
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}
