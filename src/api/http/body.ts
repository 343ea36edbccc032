/** Reading a request body within bounds: so many bytes, so much time, and it must be UTF-8. */
import { inputError, PlimsollError } from "../../domain/errors.ts";
import { formatDuration, formatSize } from "../units.ts";

export interface BodyLimits {
  readonly maxBytes: number;
  readonly timeoutMs: number;
}

/**
 * The body as text.
 *
 * @throws PlimsollError `BODY_TOO_LARGE` without reading on, `BODY_TIMEOUT`, `INVALID_ENCODING`, `ABORTED`
 */
export async function readBody(request: Request, limits: BodyLimits): Promise<string> {
  const declared = request.headers.get("content-length");
  if (declared !== null && Number(declared) > limits.maxBytes) throw tooLarge(declared, limits.maxBytes);
  const encoding = request.headers.get("content-encoding");
  if (encoding !== null && encoding !== "identity") {
    throw inputError("UNSUPPORTED_MEDIA_TYPE", `the content encoding "${encoding.slice(0, 40)}" is not supported`, {
      object: "request",
      field: "Content-Encoding",
      value: encoding.slice(0, 40),
      hint: "Send the body uncompressed.",
    });
  }
  const chunks = request.body === null ? [] : await readChunks(request.body, request.signal, limits);
  return decode(chunks);
}

async function readChunks(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal,
  limits: BodyLimits,
): Promise<readonly Uint8Array[]> {
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  let fail: (error: Error) => void = () => undefined;
  const interrupted = new Promise<never>((_, reject) => {
    fail = reject;
  });
  interrupted.catch(() => undefined);
  const timer = setTimeout(() => fail(timedOut(limits.timeoutMs)), limits.timeoutMs);
  const onAbort = (): void =>
    fail(new PlimsollError("transient", "ABORTED", "the client went away.", {}, signal.reason));
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), interrupted]);
      if (done) return chunks;
      bytes += value.byteLength;
      if (bytes > limits.maxBytes) throw tooLarge(`more than ${String(limits.maxBytes)}`, limits.maxBytes);
      chunks.push(value);
    }
  } catch (error) {
    // Nobody will read the rest; a stream that does not hear this must not keep the answer waiting.
    void reader.cancel().catch(() => undefined);
    throw signal.aborted && !(error instanceof PlimsollError)
      ? new PlimsollError("transient", "ABORTED", "the client went away.", {}, error)
      : error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}

function decode(chunks: readonly Uint8Array[]): string {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    return chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join("") + decoder.decode();
  } catch (error) {
    const details = { object: "request", field: "body", value: "(bytes)", hint: "Send the text as UTF-8." };
    throw inputError("INVALID_ENCODING", "the body is not UTF-8", details, error);
  }
}

function tooLarge(bytes: string, maxBytes: number): Error {
  return inputError("BODY_TOO_LARGE", `the body of ${bytes} bytes is larger than ${formatSize(maxBytes)}`, {
    object: "request",
    field: "body",
    value: `${bytes} bytes`,
    hint: "Write pods as workloads with replicas, or start the server with a larger --max-body.",
  });
}

function timedOut(timeoutMs: number): Error {
  return inputError("BODY_TIMEOUT", `the body did not arrive within ${formatDuration(timeoutMs)}`, {
    object: "request",
    field: "body",
    value: "(incomplete)",
    hint: "Send it faster, or start the server with a longer --body-timeout.",
  });
}
