/** One pass over JSON text for what JSON.parse does not tell: where values end, keys given twice, and depth. */

export interface JsonProblem {
  readonly code: "DUPLICATE_KEY" | "TOO_DEEP";
  /** Where in the text. */
  readonly offset: number;
  /** The key, or the depth. */
  readonly value: string;
}

export interface JsonScan {
  /** Where each top-level value ends (exclusive): `kubectl` and `jq` write several objects one after the other. */
  readonly ends: readonly number[];
  readonly problem: JsonProblem | undefined;
}

/** An object or list that is open. Key hashes lie on one shared stack from `base`; beyond a few keys a set takes over. */
interface Frame {
  isObject: boolean;
  base: number;
  keys: Set<string> | undefined;
}

/** So many keys are compared pairwise by hash; more go into a set. */
const PAIRWISE_KEYS = 24;

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const OPEN_LIST = 91;
const BACKSLASH = 92;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/**
 * Scans without building anything. It is no validator: on malformed text it only promises to end, and JSON.parse
 * says what is wrong.
 */
export function scanJson(text: string, maxDepth: number): JsonScan {
  const ends: number[] = [];
  const frames: Frame[] = [];
  const hashes: number[] = [];
  const starts: number[] = [];
  let depth = 0;
  let keyStart = -1;
  let keyEnd = -1;
  let keyHash = 0;

  const keyText = (start: number, end: number): string => text.slice(start, end);

  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) {
      let hash = 7;
      const start = i + 1;
      for (i = start; i < text.length; i++) {
        const d = text.charCodeAt(i);
        if (d === QUOTE) break;
        if (d === BACKSLASH) i++;
        hash = (Math.imul(hash, 31) + d) | 0;
      }
      keyStart = start;
      keyEnd = i;
      keyHash = hash;
    } else if (c === COLON) {
      const frame = frames[depth - 1];
      if (frame?.isObject !== true || keyStart < 0) continue;
      const length = hashes.length - frame.base;
      if (frame.keys === undefined && length < PAIRWISE_KEYS) {
        for (let k = frame.base; k < hashes.length; k++) {
          if (hashes[k] !== keyHash) continue;
          const other = starts[k] ?? 0;
          const key = keyText(keyStart, keyEnd);
          if (text.startsWith(`${key}"`, other)) return duplicate(ends, keyStart, key);
        }
        hashes.push(keyHash);
        starts.push(keyStart);
      } else {
        frame.keys ??= new Set(starts.slice(frame.base).map((start) => keyText(start, closingQuote(text, start))));
        const key = keyText(keyStart, keyEnd);
        if (frame.keys.has(key)) return duplicate(ends, keyStart, key);
        frame.keys.add(key);
      }
      keyStart = -1;
    } else if (c === OPEN_OBJECT || c === OPEN_LIST) {
      if (depth === maxDepth) {
        return { ends, problem: { code: "TOO_DEEP", offset: i, value: `more than ${String(maxDepth)} levels` } };
      }
      const frame = (frames[depth] ??= { isObject: false, base: 0, keys: undefined });
      frame.isObject = c === OPEN_OBJECT;
      frame.base = hashes.length;
      frame.keys = undefined;
      depth++;
      keyStart = -1;
    } else if (c === CLOSE_OBJECT || c === CLOSE_LIST) {
      if (depth === 0) return { ends: [text.length], problem: undefined };
      depth--;
      const base = frames[depth]?.base ?? 0;
      hashes.length = base;
      starts.length = base;
      if (depth === 0) ends.push(i + 1);
    } else if (c === COMMA) {
      keyStart = -1;
    }
  }
  if (depth > 0) ends.push(text.length);
  return { ends, problem: undefined };
}

function duplicate(ends: readonly number[], offset: number, key: string): JsonScan {
  return { ends, problem: { code: "DUPLICATE_KEY", offset, value: key } };
}

function closingQuote(text: string, start: number): number {
  let i = start;
  while (i < text.length && text.charCodeAt(i) !== QUOTE) i += text.charCodeAt(i) === BACKSLASH ? 2 : 1;
  return i;
}

/** The line (from 1) of an offset. */
export function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) line++;
  return line;
}
