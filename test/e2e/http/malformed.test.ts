/** Every malformed input through the endpoint: 4xx that names object, field and value, or a plan that lists it. */
import assert from "node:assert/strict";
import { afterAll, beforeAll, describe, test } from "vitest";
import { planResponseSchema } from "../../../src/api/plan-response.ts";
import type { RunningServer } from "../../../src/compose.ts";
import { startTestServer, untilReady } from "../../support/api-server.ts";
import { MALFORMED_INPUTS } from "../../support/malformed-inputs.ts";

describe("malformed manifests over HTTP", () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startTestServer();
    await untilReady(server.url);
  });
  afterAll(() => server.stop());

  for (const { expect, name, outcome, text } of MALFORMED_INPUTS) {
    test(name, async () => {
      const response = await fetch(`${server.url}/v1/plan?timeLimit=0`, {
        method: "POST",
        headers: { "content-type": "application/yaml" },
        body: text,
      });
      const body: unknown = await response.json();
      let found: Record<string, unknown>;
      if (outcome === "error") {
        assert.ok(
          response.status >= 400 && response.status < 500,
          `${String(response.status)} ${JSON.stringify(body)}`,
        );
        found = body as Record<string, unknown>;
      } else {
        assert.equal(response.status, 200, JSON.stringify(body));
        const rejected = planResponseSchema.parse(body).rejected.find(({ code }) => code === expect.code);
        assert.ok(rejected !== undefined, `no ${expect.code} among the rejected`);
        found = { ...rejected, detail: rejected.message };
      }
      const said = JSON.stringify(found);
      assert.equal(found["code"], expect.code, said);
      const detail = String(found["detail"]);
      for (const key of ["object", "field", "value"] as const) {
        const wanted = expect[key];
        if (wanted === undefined) continue;
        if (outcome === "error") assert.ok(String(found[key]).includes(wanted), `${key} ${wanted}: ${said}`);
        assert.ok(detail.includes(wanted), `${key} ${wanted} is not in: ${detail}`);
      }
    });
  }
});
