/** Finds the members of a JSON object in its text, so that a large one can be passed on as it was sent. */

/** A member's value as text, and where it starts in the whole. */
export interface JsonMember {
  readonly key: string;
  readonly text: string;
  readonly offset: number;
}

/**
 * The top-level members of `text` in order; undefined when it is no JSON object.
 *
 * Linear, without recursion, and it does not check the values: their readers do. Re-serialising a parsed body instead
 * would cost twice the time and hide duplicate keys.
 */
export function jsonMembers(text: string): readonly JsonMember[] | undefined {
  let at = skipSpace(text, 0);
  if (text[at] !== "{") return undefined;
  const members: JsonMember[] = [];
  at = skipSpace(text, at + 1);
  if (text[at] === "}") return skipSpace(text, at + 1) === text.length ? members : undefined;
  for (;;) {
    const keyEnd = text[at] === '"' ? stringEnd(text, at) : -1;
    if (keyEnd < 0) return undefined;
    const key = parseKey(text.slice(at, keyEnd));
    const colon = skipSpace(text, keyEnd);
    if (key === undefined || text[colon] !== ":") return undefined;
    const start = skipSpace(text, colon + 1);
    const end = valueEnd(text, start);
    if (end < 0) return undefined;
    members.push({ key, text: text.slice(start, end).trimEnd(), offset: start });
    if (text[end] === "}") return skipSpace(text, end + 1) === text.length ? members : undefined;
    at = skipSpace(text, end + 1);
  }
}

/** The offset of the comma or brace that ends the value at `start`; -1 when there is none. */
function valueEnd(text: string, start: number): number {
  let depth = 0;
  const marks = /["{}[\],]/g;
  marks.lastIndex = start;
  for (let found = marks.exec(text); found !== null; found = marks.exec(text)) {
    const at = found.index;
    const mark = found[0];
    if (mark === '"') {
      const end = stringEnd(text, at);
      if (end < 0) return -1;
      marks.lastIndex = end;
    } else if (mark === "{" || mark === "[") {
      depth++;
    } else if (depth === 0) {
      return mark === "]" || at === start ? -1 : at;
    } else if (mark !== ",") {
      depth--;
    }
  }
  return -1;
}

/** The offset after the closing quote of the string that opens at `start`; -1 when it does not close. */
function stringEnd(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text[at - 1 - slashes] === "\\") slashes++;
    if (slashes % 2 === 0) return at + 1;
  }
  return -1;
}

function parseKey(text: string): string | undefined {
  try {
    return JSON.parse(text) as string;
  } catch {
    return undefined;
  }
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && " \t\r\n".includes(text.charAt(at))) at++;
  return at;
}
