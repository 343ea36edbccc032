/** What pods and free room are worth at the prices of the LP: the search fills nodes by it. */
import type { Relaxation, RoomPrice } from "./bound.ts";
import type { Part } from "./part.ts";

/** What the fill makes the most of. */
export interface Valuation {
  /** R: what a unit of each resource is worth, roughly: where both matter, they should run out together. */
  readonly weights: Float64Array;
  /** K: what it is worth to place one pod of the class. */
  readonly worth: Float64Array;
  /** The most that pods can be worth in some free room. */
  readonly room: RoomValue;
}

/** Amounts up to which the worth of room is kept in a table; a larger resource is asked each time. */
const MAX_TABLE = 2_000_000;

/** The most that pods can be worth in some room, as a sum over resources: looked up, since the search asks all the time. */
export class RoomValue {
  private readonly tables: (Float64Array | undefined)[];
  private readonly slopes: Float64Array;

  /** @param prices  rows that speak of all classes, with their duals */
  constructor(part: Part, prices: readonly RoomPrice[]) {
    const R = part.resourceCount;
    this.slopes = new Float64Array(R);
    this.tables = Array.from({ length: R }, (_, r) => {
      const own = prices.filter(({ measure }) => measure.resource === r);
      const most = mostOf(part, r);
      const worth = (amount: number): number =>
        own.reduce((sum, row) => sum + row.price * row.measure.weigh(amount), 0);
      this.slopes[r] = worth(most) / Math.max(most, 1);
      if (own.length === 0 || most > MAX_TABLE || own.every((row) => row.measure.weigh(most) === most))
        return undefined;
      return Float64Array.from({ length: most + 1 }, (_value, amount) => worth(amount));
    });
  }

  /** R: worth a unit, on average over the largest node. */
  get weights(): Float64Array {
    return this.slopes;
  }

  /** @param room  R amounts from index `at` on */
  of(room: Float64Array, at: number): number {
    let value = 0;
    for (let r = 0; r < this.slopes.length; r++) {
      const amount = room[at + r]!;
      const table = this.tables[r];
      value += table === undefined ? this.slopes[r]! * amount : (table[amount] ?? table[table.length - 1]!);
    }
    return value;
  }
}

/** The valuation by the duals of a relaxation; where no row is for all classes, every resource counts the same. */
export function valuation(part: Part, relaxation: Relaxation): Valuation {
  const { resourceCount: R } = part;
  const prices = relaxation.prices.length > 0 ? relaxation.prices : evenPrices(part, relaxation.bound);
  const room = new RoomValue(part, prices);
  // Rows of some classes only add to the worth of those: a node they may use is then underrated, which only costs search.
  const worth = Float64Array.from({ length: part.classCount }, (_, k) =>
    Math.max(room.of(part.requests, k * R), relaxation.classValues[k]!),
  );
  return { weights: room.weights, worth, room };
}

function evenPrices(part: Part, bound: number): RoomPrice[] {
  const { resourceCount: R } = part;
  return Array.from({ length: R }, (_, resource) => {
    let demand = 0;
    for (let k = 0; k < part.classCount; k++) demand += part.demand[k]! * part.requests[k * R + resource]!;
    return { measure: { resource, weigh: (amount: number) => amount }, price: bound / R / Math.max(1, demand) };
  });
}

function mostOf(part: Part, r: number): number {
  const { resourceCount: R } = part;
  let most = 0;
  for (let s = 0; s < part.shapeCount; s++) most = Math.max(most, part.capacity[s * R + r]!);
  for (let b = 0; b < part.binCount; b++) most = Math.max(most, part.binFree[b * R + r]!);
  return most;
}
