/** What the parts of the HTTP app share: the context of a request, the limits, the log. */
import type { Context } from "hono";

/** Set by the app's middleware before any handler runs. */
export interface AppEnv {
  readonly Variables: {
    /** Goes out as X-Request-Id, into problems and into the log. */
    requestId: string;
    /** The path's pattern, for metrics; `other` where none matches. */
    route: string;
  };
}

export type AppContext = Context<AppEnv>;

/** What is logged to, structured; pino has this form. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface HttpLimits {
  readonly maxBodyBytes: number;
  readonly bodyTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly maxTimeLimitMs: number;
  readonly maxInFlight: number;
}
