/**
 * Every setting there is, in one table: unit, range, default, flag and environment variable.
 *
 * A flag goes before the environment, and the environment before the default. `--help`, docs/cli.md and the limits of
 * the HTTP API all come from here.
 */
import { inputError, shortValue } from "../domain/errors.ts";
import { DURATION_HINT, SIZE_HINT, formatDuration, formatSize, parseDuration, parseSize } from "./units.ts";

interface SettingBase<T> {
  /** As commander reads it, e.g. `--time-limit <duration>`. */
  readonly flag: string;
  readonly env: string;
  /** Undefined: not set. */
  readonly default: T;
  /** What it does, in one line, without its default. */
  readonly about: string;
}

/** Durations are ms inside and sizes bytes; both are written with a unit. */
export interface NumberSetting extends SettingBase<number> {
  readonly kind: "duration" | "size" | "integer";
  readonly min: number;
  readonly max: number;
  /** How the default is shown where the number itself says nothing. */
  readonly shownDefault?: string;
}

export interface TextSetting extends SettingBase<string | undefined> {
  readonly kind: "text";
  /** Never shown, logged or put into an error. */
  readonly secret?: boolean;
}

export interface ChoiceSetting<T extends string> extends SettingBase<T> {
  readonly kind: "choice";
  readonly choices: readonly T[];
}

export type Setting = NumberSetting | TextSetting | ChoiceSetting<string>;

/** No limit on the work: the time limit alone ends the search. */
const NO_WORK_LIMIT = Number.POSITIVE_INFINITY;

/** What one plan is made with; flags of `plan`, options of `POST /v1/plan`. */
export const PLAN_SETTINGS = {
  timeLimitMs: {
    kind: "duration",
    flag: "-t, --time-limit <duration>",
    env: "PLIMSOLL_TIME_LIMIT",
    min: 0,
    max: 600_000,
    default: 1000,
    about: "wall time for the search; 0 answers with the greedy plan, more time makes the plan cheaper",
  },
  workLimit: {
    kind: "integer",
    flag: "-w, --work-limit <units>",
    env: "PLIMSOLL_WORK_LIMIT",
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    default: NO_WORK_LIMIT,
    shownDefault: "none",
    about: "stop after so much search work instead of by the clock: the same input gives the same plan",
  },
  strategy: {
    kind: "choice",
    flag: "-s, --strategy <name>",
    env: "PLIMSOLL_STRATEGY",
    choices: ["ilp", "greedy", "cluster-autoscaler"],
    default: "ilp",
    about: "ilp is Plimsoll's own; the others show what Karpenter's and Cluster Autoscaler's ways would cost",
  },
  seed: {
    kind: "integer",
    flag: "--seed <number>",
    env: "PLIMSOLL_SEED",
    min: 0,
    max: 0xffff_ffff,
    default: 1,
    about: "seed of the search's random choices",
  },
} as const satisfies Readonly<Record<string, Setting>>;

/** What the server runs with; flags of `serve`. */
export const SERVE_SETTINGS = {
  host: {
    kind: "text",
    flag: "--host <address>",
    env: "PLIMSOLL_HOST",
    default: "127.0.0.1",
    about: "address to listen on; anything but a loopback address should go with a token",
  },
  port: {
    kind: "integer",
    flag: "-p, --port <number>",
    env: "PLIMSOLL_PORT",
    min: 0,
    max: 65_535,
    default: 8080,
    about: "port to listen on; 0 picks a free one; when 8080 was not asked for and is taken, the next free one",
  },
  token: {
    kind: "text",
    flag: "--token <text>",
    env: "PLIMSOLL_TOKEN",
    default: undefined,
    secret: true,
    about: "bearer token that requests must bring; better given by the environment or --token-file",
  },
  tokenFile: {
    kind: "text",
    flag: "--token-file <path>",
    env: "PLIMSOLL_TOKEN_FILE",
    default: undefined,
    about: "file with the bearer token",
  },
  workers: {
    kind: "integer",
    flag: "--workers <number>",
    env: "PLIMSOLL_WORKERS",
    min: 0,
    max: 256,
    default: 0,
    shownDefault: "one less than there are cores",
    about: "solver threads, each with one solve at a time",
  },
  maxQueue: {
    kind: "integer",
    flag: "--max-queue <number>",
    env: "PLIMSOLL_MAX_QUEUE",
    min: 0,
    max: 10_000,
    default: 16,
    about: "solves that may wait for a thread; one more is answered 503",
  },
  maxInFlight: {
    kind: "integer",
    flag: "--max-in-flight <number>",
    env: "PLIMSOLL_MAX_IN_FLIGHT",
    min: 1,
    max: 10_000,
    default: 32,
    about: "plan requests in work at once, bodies still arriving among them; one more is answered 429",
  },
  maxBodyBytes: {
    kind: "size",
    flag: "--max-body <size>",
    env: "PLIMSOLL_MAX_BODY",
    min: 1024,
    max: 2 ** 30,
    default: 32 * 2 ** 20,
    about: "largest request body; a larger one is answered 413 and not read on",
  },
  maxTimeLimitMs: {
    kind: "duration",
    flag: "--max-time-limit <duration>",
    env: "PLIMSOLL_MAX_TIME_LIMIT",
    min: 0,
    max: 600_000,
    default: 30_000,
    about: "longest time limit that a request may ask for",
  },
  bodyTimeoutMs: {
    kind: "duration",
    flag: "--body-timeout <duration>",
    env: "PLIMSOLL_BODY_TIMEOUT",
    min: 100,
    max: 600_000,
    default: 30_000,
    about: "how long a request body may take to arrive; then 408",
  },
  requestTimeoutMs: {
    kind: "duration",
    flag: "--request-timeout <duration>",
    env: "PLIMSOLL_REQUEST_TIMEOUT",
    min: 1000,
    max: 3_600_000,
    default: 120_000,
    about: "how long a request may take in all, waiting for a thread included; then 504",
  },
  drainTimeoutMs: {
    kind: "duration",
    flag: "--drain-timeout <duration>",
    env: "PLIMSOLL_DRAIN_TIMEOUT",
    min: 0,
    max: 600_000,
    default: 25_000,
    about: "after SIGTERM or SIGINT: how long requests in work may take to finish",
  },
  logLevel: {
    kind: "choice",
    flag: "--log-level <level>",
    env: "PLIMSOLL_LOG_LEVEL",
    choices: ["trace", "debug", "info", "warn", "error", "silent"],
    default: "info",
    about: "least severe log line to write to stderr",
  },
} as const satisfies Readonly<Record<string, Setting>>;

/** Settings that every subcommand with a catalogue has. */
export const CATALOG_SETTINGS = {
  catalog: {
    kind: "text",
    flag: "--catalog <file>",
    env: "PLIMSOLL_CATALOG",
    default: undefined,
    about: "instance types and prices to use instead of the embedded EC2 catalogue",
  },
} as const satisfies Readonly<Record<string, Setting>>;

type ValueOf<S extends Setting> = S extends NumberSetting
  ? number
  : S extends { readonly kind: "choice"; readonly choices: readonly (infer C)[] }
    ? C
    : S extends { readonly default: string }
      ? string
      : string | undefined;

/** The values of one table of settings, by its keys. */
export type SettingsOf<T extends Readonly<Record<string, Setting>>> = {
  readonly [K in keyof T]: ValueOf<T[K]>;
};

export type PlanSettings = SettingsOf<typeof PLAN_SETTINGS>;
export type ServeSettings = SettingsOf<typeof SERVE_SETTINGS>;
export type CatalogSettings = SettingsOf<typeof CATALOG_SETTINGS>;

/**
 * Reads one table of settings.
 *
 * @param flags  texts by key, as they were typed; an absent key was not typed
 * @param env    the environment; an empty variable counts as not set
 * @throws PlimsollError (input) `INVALID_SETTING` naming the flag or variable, its value and what would be right
 */
export function readSettings<T extends Readonly<Record<string, Setting>>>(
  table: T,
  flags: Readonly<Partial<Record<keyof T, string>>>,
  env: Readonly<Record<string, string | undefined>>,
): SettingsOf<T> {
  const values = Object.entries(table).map(([key, setting]) => {
    const typed = flags[key];
    if (typed !== undefined) return [key, parseSetting(setting, typed, longFlag(setting))] as const;
    const fromEnv = env[setting.env];
    if (fromEnv !== undefined && fromEnv !== "") return [key, parseSetting(setting, fromEnv, setting.env)] as const;
    return [key, setting.default] as const;
  });
  return Object.fromEntries(values) as SettingsOf<T>;
}

/** `--time-limit` of `-t, --time-limit <duration>`. */
export function longFlag(setting: Setting): string {
  return /--[a-z-]+/.exec(setting.flag)?.[0] ?? setting.flag;
}

/**
 * Reads one value.
 * @param name  what the user wrote it as: a flag, a variable or a field
 * @throws PlimsollError (input) `INVALID_SETTING`
 */
export function parseSetting(setting: Setting, text: string, name: string): string | number {
  switch (setting.kind) {
    case "text": {
      if (text !== "") return text;
      throw invalid(name, text, "it must not be empty", "Give a value, or leave it out.");
    }
    case "choice": {
      if (setting.choices.includes(text)) return text;
      throw invalid(name, text, `there is no such ${choiceNoun(name)}`, `Choose one of ${setting.choices.join(", ")}.`);
    }
    case "duration":
      return inRange(setting, parseDuration(text), text, name, "is not a duration", DURATION_HINT);
    case "size":
      return inRange(setting, parseSize(text), text, name, "is not a size", SIZE_HINT);
    case "integer": {
      const value = /^\d{1,16}$/.test(text) ? Number(text) : undefined;
      return inRange(setting, value, text, name, "is not a whole number", rangeHint(setting));
    }
  }
}

/** `0s to 10m`, `1 to 256`: the values that a number setting takes. */
export function describeRange(setting: NumberSetting): string {
  return `${formatSetting(setting, setting.min)} to ${formatSetting(setting, setting.max)}`;
}

/** The default as a user would write it; undefined when there is none. */
export function describeDefault(setting: Setting): string | undefined {
  if (setting.kind === "text" || setting.kind === "choice") return setting.default;
  return setting.shownDefault ?? formatSetting(setting, setting.default);
}

function formatSetting(setting: NumberSetting, value: number): string {
  if (setting.kind === "duration") return formatDuration(value);
  return setting.kind === "size" ? formatSize(value) : String(value);
}

function inRange(
  setting: NumberSetting,
  value: number | undefined,
  text: string,
  name: string,
  problem: string,
  hint: string,
): number {
  if (value === undefined) throw invalid(name, text, problem, hint);
  if (value < setting.min || value > setting.max) throw invalid(name, text, "is out of range", rangeHint(setting));
  return value;
}

function rangeHint(setting: NumberSetting): string {
  return `Give ${setting.kind === "integer" ? "a whole number " : "a value "}from ${describeRange(setting)}.`;
}

function choiceNoun(name: string): string {
  return name
    .replace(/^-+|^PLIMSOLL_/g, "")
    .replaceAll(/[-_]/g, " ")
    .toLowerCase();
}

function invalid(name: string, text: string, problem: string, hint: string): Error {
  const value = shortValue(text);
  const sentence = problem.startsWith("is ") ? `"${value}" ${problem}` : `"${value}": ${problem}`;
  return inputError("INVALID_SETTING", sentence, { object: name, value, hint });
}
