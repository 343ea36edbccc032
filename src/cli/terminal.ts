/** What the commands see of the process: streams, environment, and nothing else. Tests put their own here. */
import type { Readable, Writable } from "node:stream";

export interface CliIo {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborts on SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
}

/** What a subcommand ends with; documented in `plimsoll --help` and docs/cli.md. */
export const EXIT = {
  ok: 0,
  internal: 1,
  input: 2,
  /** A plan was made, but pods stay pending or objects were rejected. */
  incomplete: 3,
  interrupted: 130,
} as const;

/** Whether to use colours and drawing characters on a stream. */
export function isFancy(stream: CliIo["stdout"], env: CliIo["env"], colorFlag: boolean): boolean {
  if (!colorFlag || (env["NO_COLOR"] ?? "") !== "") return false;
  if ((env["FORCE_COLOR"] ?? "0") !== "0") return true;
  return stream.isTTY === true && env["TERM"] !== "dumb";
}

/** Columns to write for: of the terminal, or of COLUMNS, or 120 where nobody says. */
export function widthOf(stream: CliIo["stdout"], env: CliIo["env"]): number {
  const wanted = Number(env["COLUMNS"]);
  // Some pseudo-terminals say 0.
  const columns = [stream.columns, wanted].find((width) => width !== undefined && Number.isInteger(width) && width > 0);
  return Math.max(60, Math.min(200, columns ?? 120));
}

/** Writes a text and waits until it is on its way; a reader that has left (EPIPE) is no error. */
export async function write(stream: Writable, text: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    stream.write(text, (error) => {
      if (error === null || error === undefined || ("code" in error && error.code === "EPIPE")) resolve();
      else reject(error);
    });
  });
}
