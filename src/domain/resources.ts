/** Amounts of resources by name. */

/**
 * Resource name to amount. `cpu` is in millicores; everything else in its own whole unit (bytes, counts).
 * Amounts are whole numbers, rounded up when they are requests and down when they are capacity.
 */
export type Resources = ReadonlyMap<string, number>;
