/** Counts plan requests in work: so many at once, none while draining, and a way to wait for the last. */
import { PlimsollError } from "../../domain/errors.ts";

export interface InFlight {
  readonly count: number;
  readonly draining: boolean;
  /** When to come back, from how long requests took lately; at least 1. */
  readonly retryAfterSeconds: number;
  /**
   * Takes a place; the function returned gives it back, and tells how long it was held.
   * @throws PlimsollError `TOO_MANY_REQUESTS` (overload) or `DRAINING` (overload)
   */
  enter(): (heldMs: number) => void;
  /** Refuses from now on; resolves when nothing is in work or `timeoutMs` has passed. */
  drain(timeoutMs: number): Promise<void>;
}

/** At most `max` at once. */
export function createInFlight(max: number): InFlight {
  let count = 0;
  let draining = false;
  let averageMs = 1000;
  let onIdle: () => void = () => undefined;
  return {
    get count() {
      return count;
    },
    get draining() {
      return draining;
    },
    get retryAfterSeconds() {
      return Math.min(60, Math.max(1, Math.ceil(averageMs / 1000)));
    },
    enter() {
      if (draining)
        throw overloadError("DRAINING", "the server is shutting down", "Ask another one, or try again later.");
      if (count >= max) {
        const hint = "Try again after the time in Retry-After, or start the server with a larger --max-in-flight.";
        throw overloadError("TOO_MANY_REQUESTS", `${String(count)} plan requests are in work already`, hint);
      }
      count++;
      let held = true;
      return (heldMs) => {
        if (!held) return;
        held = false;
        count--;
        averageMs += (heldMs - averageMs) / 8;
        if (count === 0) onIdle();
      };
    },
    async drain(timeoutMs) {
      draining = true;
      if (count === 0) return;
      let timer: ReturnType<typeof setTimeout> | undefined;
      await new Promise<void>((resolve) => {
        onIdle = resolve;
        timer = setTimeout(resolve, timeoutMs);
      });
      clearTimeout(timer);
    },
  };
}

function overloadError(code: string, problem: string, hint: string): PlimsollError {
  return new PlimsollError("overload", code, `request: ${problem}. ${hint}`, { object: "request", hint });
}
