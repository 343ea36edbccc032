/** How tables look: colours and drawing characters on a terminal, plain text elsewhere. */
import { styleText } from "node:util";
import Table from "cli-table3";

type Color = Parameters<typeof styleText>[0];

export interface Style {
  readonly fancy: boolean;
  /** Columns of the screen. */
  readonly width: number;
  readonly paint: (color: Color, text: string) => string;
  readonly times: string;
  readonly dot: string;
}

export function createStyle(fancy: boolean, width: number): Style {
  return {
    fancy,
    width,
    paint: (color, text) => (fancy ? styleText(color, text, { validateStream: false }) : text),
    times: fancy ? "×" : "x",
    dot: fancy ? "·" : "-",
  };
}

/** What the number after a bar takes, with the space before it. */
export const BAR_LABEL = 5;

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/**
 * `██████▍   82%`: a share of `width` characters, then the number. Full bars are what is wanted, so they are green.
 * @param share  0 to 1; more than 1 is shown as full
 */
export function bar(share: number, width: number, style: Style): string {
  const filled = Math.max(0, Math.min(1, share));
  const label = `${String(Math.floor(share * 100 + 1e-9))}%`.padStart(BAR_LABEL);
  if (width < 1) return label;
  if (!style.fancy) {
    const marks = Math.round(filled * width);
    return `${"#".repeat(marks)}${".".repeat(width - marks)}${label}`;
  }
  const eighths = Math.round(filled * width * 8);
  const text = `${"█".repeat(Math.floor(eighths / 8))}${EIGHTHS[eighths % 8] ?? ""}`.padEnd(width);
  const color = share >= 0.85 ? "green" : share >= 0.5 ? "cyan" : "yellow";
  return `${style.paint(color, text)}${label}`;
}

export interface Column {
  readonly title: string;
  readonly right?: boolean;
}

const NO_LINES = Object.fromEntries(
  ["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left", "bottom-right"]
    .concat(["left", "left-mid", "mid", "mid-mid", "right", "right-mid"])
    .map((place) => [place, ""]),
);

/** A table without lines, two spaces between columns. */
export function grid(columns: readonly Column[], rows: readonly (readonly string[])[], style: Style): string {
  const table = new Table({
    chars: { ...NO_LINES, middle: "  " },
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [], compact: true },
    head: columns.map((column) => style.paint("dim", column.title)),
    colAligns: columns.map((column) => (column.right === true ? "right" : "left")),
  });
  table.push(...rows.map((row) => [...row]));
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

/** Breaks a text into lines of at most `width`, each after `indent` spaces, the first after `first`. */
export function wrap(text: string, style: Style, first: string, indent = " ".repeat(first.length)): string {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.split(/\s+/)) {
    if (!empty && line.length + 1 + word.length > style.width) {
      lines.push(line);
      line = indent;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  lines.push(line);
  return lines.join("\n");
}
