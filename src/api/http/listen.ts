/**
 * Binds an app to a socket with `node:http`, on Node and on Deno alike, with bounds on slow and oversized clients.
 *
 * Not `Deno.serve`: there (2.9) a client that goes away after a body of more than a few kilobytes is not noticed until the
 * answer is sent, so a search that nobody waits for would keep its worker. It also has no bounds on headers and time.
 */
import type { Server } from "node:http";
import { PlimsollError } from "../../domain/errors.ts";

export interface ListenOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** When the port is taken, the next free ones are tried, so many in all; default 1. */
  readonly portsToTry?: number;
  /** How long a whole request may take to arrive, ms. */
  readonly requestTimeoutMs: number;
}

export interface Listening {
  /** With the port that was taken, e.g. `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly port: number;
  /** Stops listening and closes what is open. */
  close(): Promise<void>;
}

/** How long open answers may take to reach their clients when the server closes. */
const CLOSE_MS = 2_000;

type Fetch = (request: Request) => Promise<Response>;

/**
 * Listens, and resolves when it does.
 * @throws PlimsollError (input) `PORT_TAKEN`, `CANNOT_LISTEN`
 */
export async function listen(fetch: Fetch, options: ListenOptions): Promise<Listening> {
  const tries = options.port === 0 ? 1 : (options.portsToTry ?? 1);
  for (let attempt = 0; ; attempt++) {
    const port = options.port + attempt;
    try {
      return await bind(fetch, { ...options, port });
    } catch (error) {
      const taken = isTaken(error);
      if (taken && attempt + 1 < tries && port < 65_535) continue;
      throw cannotListen(options, port, taken, error);
    }
  }
}

async function bind(fetch: Fetch, options: ListenOptions): Promise<Listening> {
  const { createAdaptorServer } = await import("@hono/node-server");
  const server = createAdaptorServer({
    fetch,
    overrideGlobalObjects: false,
    serverOptions: {
      maxHeaderSize: 16_384,
      headersTimeout: 10_000,
      requestTimeout: options.requestTimeoutMs,
      keepAliveTimeout: 5_000,
      connectionsCheckingInterval: 1_000,
    },
  }) as Server;
  server.maxHeadersCount = 100;
  server.maxRequestsPerSocket = 1_000;
  server.maxConnections = 1_000;
  const port = await new Promise<number>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : options.port);
    });
  });
  return {
    url: urlOf(options.host, port),
    port,
    close: () =>
      new Promise((resolve) => {
        // Answers may still be on their way; who does not take theirs is cut off.
        const cut = setTimeout(() => server.closeAllConnections(), CLOSE_MS);
        server.close(() => {
          clearTimeout(cut);
          resolve();
        });
      }),
  };
}

function urlOf(host: string, port: number): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${String(port)}`;
}

function isTaken(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === "AddrInUse" || ("code" in error && error.code === "EADDRINUSE");
}

function cannotListen(options: ListenOptions, port: number, taken: boolean, cause: unknown): PlimsollError {
  const value = `${options.host}:${String(port)}`;
  const code = taken ? "PORT_TAKEN" : "CANNOT_LISTEN";
  const hint = taken
    ? "Choose another with --port, or --port 0 for any free one."
    : "Check --host and --port: the address must be one of this machine's.";
  const why = taken ? "the port is taken" : cause instanceof Error ? cause.message : String(cause);
  return new PlimsollError(
    "input",
    code,
    `serve: cannot listen on ${value}: ${why}. ${hint}`,
    { object: "serve", value, hint },
    cause,
  );
}

/** Whether only this machine can reach the address. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}
