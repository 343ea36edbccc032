/** Seeded randomness, so that the same input and seed give the same answer. */

/** Uniform in [0, 1). */
export type Random = () => number;

/** Mulberry32 by Tommy Ettinger: 32 bits of state, good enough to shuffle and sample, and the same everywhere. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
