/** Errors for people: what and where, then what would be right; no stack unless asked for. */
import type { ErrorDetails } from "../domain/errors.ts";
import { EXIT } from "./terminal.ts";

interface CodedError extends Error {
  readonly code: string;
  readonly kind: string;
  readonly details: ErrorDetails;
}

function isCoded(error: unknown): error is CodedError {
  return error instanceof Error && "code" in error && "kind" in error && "details" in error;
}

/** The exit code that an error ends the process with. */
export function exitCodeOf(error: unknown): number {
  if (!isCoded(error)) return EXIT.internal;
  if (error.code === "ABORTED") return EXIT.interrupted;
  return error.kind === "input" || error.kind === "not-found" || error.kind === "not-yet" ? EXIT.input : EXIT.internal;
}

/**
 * `error: OBJECT: FIELD: what is wrong`, and the hint on lines of its own.
 * @param debug  adds code, causes and stacks
 */
export function describeForPeople(error: unknown, debug: boolean): string {
  const lines: string[] = [];
  if (isCoded(error)) {
    const { hint } = error.details;
    const message = error.message.trim();
    const body =
      hint !== undefined && message.endsWith(hint.trim()) ? message.slice(0, -hint.trim().length).trim() : message;
    lines.push(`error: ${body.replace(/\.$/, "")}`);
    if (hint !== undefined) lines.push(`hint: ${hint.trim().replaceAll("\n", "\n      ")}`);
    if (error.code === "NO_NODE_POOL") lines.push("      Or let --default-node-pool stand in for it.");
  } else {
    lines.push(`error: ${error instanceof Error ? error.message : String(error)}`);
    lines.push("hint: This is a bug; run again with --debug and report what it prints.");
  }
  if (debug) lines.push(...stacks(error));
  return `${lines.join("\n")}\n`;
}

function stacks(error: unknown): string[] {
  const lines: string[] = [];
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++) {
    const code = isCoded(at) ? `${at.code} (${at.kind}) ` : "";
    lines.push(`${depth === 0 ? "" : "caused by "}${code}${at.stack ?? at.message}`);
  }
  return lines;
}
