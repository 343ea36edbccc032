/** Durations and sizes as people write them: `1s`, `500ms`, `32MiB`. */

const DURATION_UNITS: ReadonlyMap<string, number> = new Map([
  ["ms", 1],
  ["s", 1000],
  ["m", 60_000],
  ["h", 3_600_000],
]);

const SIZE_UNITS: ReadonlyMap<string, number> = new Map([
  ["B", 1],
  ["kB", 1e3],
  ["MB", 1e6],
  ["GB", 1e9],
  ["KiB", 2 ** 10],
  ["MiB", 2 ** 20],
  ["GiB", 2 ** 30],
]);

/** Says what a duration looks like; the hint of every error about one. */
export const DURATION_HINT = "Write a number with a unit, such as 500ms, 1s or 2m.";

/** Says what a size looks like; the hint of every error about one. */
export const SIZE_HINT = "Write a number with a unit, such as 500kB or 32MiB.";

/** Milliseconds of `1s`, `1.5s`, `500ms`, `2m`, `1h` or a bare `0`; undefined when the text is no duration. */
export function parseDuration(text: string): number | undefined {
  if (text.trim() === "0") return 0;
  const [, amount, unit] = /^\s*(\d{1,12}(?:\.\d{1,6})?)\s*(ms|s|m|h)\s*$/.exec(text) ?? [];
  const factor = unit === undefined ? undefined : DURATION_UNITS.get(unit);
  return factor === undefined ? undefined : Math.round(Number(amount) * factor);
}

/** Bytes of `32MiB`, `500kB`, `1024B` or a bare number; undefined when the text is no size. */
export function parseSize(text: string): number | undefined {
  const [, amount, unit = "B"] = /^\s*(\d{1,15}(?:\.\d{1,6})?)\s*(B|kB|MB|GB|KiB|MiB|GiB)?\s*$/.exec(text) ?? [];
  const factor = amount === undefined ? undefined : SIZE_UNITS.get(unit);
  return factor === undefined ? undefined : Math.round(Number(amount) * factor);
}

/** `500ms`, `1s`, `1.5s`, `2m`, `1h`: the shortest text that {@link parseDuration} reads back. */
export function formatDuration(ms: number): string {
  if (ms === 0) return "0s";
  if (ms % 3_600_000 === 0) return `${String(ms / 3_600_000)}h`;
  if (ms % 60_000 === 0) return `${String(ms / 60_000)}m`;
  return ms % 100 === 0 ? `${String(ms / 1000)}s` : `${String(ms)}ms`;
}

/** `32MiB`, `500kB`, `17B`: the shortest text that {@link parseSize} reads back. */
export function formatSize(bytes: number): string {
  for (const unit of ["GiB", "MiB", "KiB", "GB", "MB", "kB"]) {
    const factor = SIZE_UNITS.get(unit) ?? 1;
    if (bytes >= factor && bytes % factor === 0) return `${String(bytes / factor)}${unit}`;
  }
  return `${String(bytes)}B`;
}
