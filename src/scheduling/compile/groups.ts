/** Compatibility groups: which shapes and nodes each class may use, one set for all classes that have the same. */
import type { Ragged } from "../../../solver/problem.ts";

export interface Groups {
  /** Length K. */
  readonly group: Int32Array;
  readonly groupCount: number;
  readonly groupShapes: Ragged;
  readonly groupBins: Ragged;
}

/**
 * Gives classes with equal sets one group.
 *
 * @param allowed  by class: 1 at the places it may use; classes with the same rules share one array
 */
export function groupClasses(allowed: readonly Uint8Array[], shapeCount: number): Groups {
  const byArray = new Map<Uint8Array, number>();
  const byText = new Map<string, number>();
  const sets: Uint8Array[] = [];
  const group = Int32Array.from(allowed, (bits) => {
    const known = byArray.get(bits);
    if (known !== undefined) return known;
    const text = bitsText(bits);
    let id = byText.get(text);
    if (id === undefined) {
      id = sets.push(bits) - 1;
      byText.set(text, id);
    }
    byArray.set(bits, id);
    return id;
  });
  return {
    group,
    groupCount: sets.length,
    groupShapes: ragged(sets.map((bits) => indicesOf(bits, 0, shapeCount))),
    groupBins: ragged(sets.map((bits) => indicesOf(bits, shapeCount, bits.length))),
  };
}

/** Sixteen places a character. */
function bitsText(bits: Uint8Array): string {
  const codes = new Uint16Array(Math.ceil(bits.length / 16));
  for (let i = 0; i < bits.length; i++) if (bits[i] === 1) codes[i >> 4]! |= 1 << (i & 15);
  let text = "";
  for (let from = 0; from < codes.length; from += 4096)
    text += String.fromCharCode(...codes.subarray(from, from + 4096));
  return text;
}

/** Positions of the ones in [from, to), counted from `from`. */
function indicesOf(bits: Uint8Array, from: number, to: number): number[] {
  const indices: number[] = [];
  for (let i = from; i < to; i++) if (bits[i] === 1) indices.push(i - from);
  return indices;
}

function ragged(rows: readonly (readonly number[])[]): Ragged {
  const offsets = new Int32Array(rows.length + 1);
  rows.forEach((row, i) => (offsets[i + 1] = offsets[i]! + row.length));
  const items = new Int32Array(offsets[rows.length]!);
  rows.forEach((row, i) => items.set(row, offsets[i]));
  return { offsets, items };
}
