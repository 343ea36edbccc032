/** What GLPK prints, kept: it is the only place where glpk.js lets out why a search stopped and what it proved. */

export interface Terminal {
  /** Runs `task` and returns what GLPK printed meanwhile; nothing reaches the console. */
  record<T>(task: () => T): { readonly value: T; readonly lines: readonly string[] };
}

/** The part of `console` that Emscripten's start-up binds. */
interface LogSink {
  log: (...args: unknown[]) => void;
}

/**
 * Runs `create`, which instantiates a WASM module whose printing is bound to `console.log` at that moment.
 *
 * glpk.js offers no `print` option, so `console.log` is replaced while the module starts and put back right after.
 * Whatever others print in between passes through.
 */
export async function captureConsole<T>(create: () => Promise<T>): Promise<{ value: T; terminal: Terminal }> {
  const sink = (globalThis as unknown as { console: LogSink }).console;
  const passOn = sink.log;
  let lines: string[] | undefined;
  const capture = (...args: unknown[]): void => {
    if (lines === undefined) passOn.apply(sink, args);
    else lines.push(args.join(" "));
  };
  sink.log = capture;
  let value: T;
  try {
    value = await create();
  } finally {
    // Two instances starting at once leave each other's function alone.
    if (sink.log === capture) sink.log = passOn;
  }
  const record = <U>(task: () => U): { value: U; lines: readonly string[] } => {
    const kept: string[] = [];
    lines = kept;
    try {
      return { value: task(), lines: kept };
    } finally {
      lines = undefined;
    }
  };
  return { value, terminal: { record } };
}
