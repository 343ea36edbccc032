/** Runs the command line inside the test: fake streams, real everything else. */
import { PassThrough, Readable } from "node:stream";
import { runCli } from "../../src/cli/program.ts";
import type { CliRuntime } from "../../src/cli/runtime.ts";
import type { CliIo } from "../../src/cli/terminal.ts";

export interface CliRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliRunOptions {
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** A terminal of so many columns; absent: a pipe. */
  readonly columns?: number;
  readonly signal?: AbortSignal;
}

/** One command line to its end. */
export async function runInside(
  argv: readonly string[],
  runtime: CliRuntime,
  options: CliRunOptions = {},
): Promise<CliRun> {
  const streams = [new PassThrough(), new PassThrough()] as const;
  const texts = streams.map((stream) => {
    const chunks: Buffer[] = [];
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    return () => Buffer.concat(chunks).toString();
  });
  const { columns } = options;
  if (columns !== undefined) Object.assign(streams[0], { isTTY: true, columns });
  const io: CliIo = {
    stdin: Readable.from(options.stdin === undefined ? [] : [Buffer.from(options.stdin)]),
    stdout: streams[0],
    stderr: streams[1],
    env: options.env ?? {},
    signal: options.signal ?? new AbortController().signal,
  };
  const code = await runCli(argv, runtime, io);
  return { code, stdout: texts[0]!(), stderr: texts[1]!() };
}

/** A runtime that can do nothing; `change` gives it what a test needs. */
export function bareRuntime(change: Partial<CliRuntime> = {}): CliRuntime {
  const none = (): never => {
    throw new Error("this test did not expect that");
  };
  return { version: "1.2.3", platform: "test", openPlanner: none, openCatalog: none, startServer: none, ...change };
}
