/** Server-sent events as the page reads them from a fetch. */
import assert from "node:assert/strict";
import { test } from "vitest";
import { load, type Api, type ServerEvent } from "./modules.ts";

const { events } = await load<Api>("api.js");

async function readAll(chunks: readonly Uint8Array[]): Promise<ServerEvent[]> {
  const stream = new ReadableStream<Uint8Array>({
    start(control) {
      for (const chunk of chunks) control.enqueue(chunk);
      control.close();
    },
  });
  const found: ServerEvent[] = [];
  for await (const event of events(stream)) found.push(event);
  return found;
}

test("events arrive in pieces of any size, even within a character or a line end", async () => {
  const text = ": hello\r\n\r\nevent: a\r\ndata: {\r\ndata: }\r\n\r\nevent: b\ndata: é\n\ndata: last\n\n";
  const bytes = new TextEncoder().encode(text);
  const expected = [
    { event: "a", data: "{\n}" },
    { event: "b", data: "é" },
    { event: "message", data: "last" },
  ];
  assert.deepEqual(await readAll([bytes]), expected);
  assert.deepEqual(await readAll([...bytes].map((byte) => Uint8Array.of(byte))), expected);
});

test("an event that was cut off is not given out", async () => {
  assert.deepEqual(await readAll([new TextEncoder().encode("event: plan\ndata: {")]), []);
});
