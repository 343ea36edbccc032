/** Every malformed input through the command line: exit code 2 and the fault named, or a plan that lists it and 3. */
import assert from "node:assert/strict";
import { afterAll, beforeAll, describe, test } from "vitest";
import { createPlimsoll, type Plimsoll } from "../../../src/compose.ts";
import type { CliRuntime } from "../../../src/cli/runtime.ts";
import { bareRuntime, runInside } from "../../support/cli-run.ts";
import { MALFORMED_INPUTS } from "../../support/malformed-inputs.ts";

describe("malformed manifests on the command line", () => {
  let plimsoll: Plimsoll;
  let runtime: CliRuntime;
  beforeAll(async () => {
    plimsoll = await createPlimsoll({ workers: 1 });
    runtime = bareRuntime({
      openPlanner: () => Promise.resolve({ plans: plimsoll.plans, close: () => Promise.resolve() }),
    });
  });
  afterAll(() => plimsoll.close());

  for (const { expect, name, outcome, text } of MALFORMED_INPUTS) {
    test(name, async () => {
      const run = await runInside(["plan", "-f", "-", "-t", "0"], runtime, { stdin: text, env: { COLUMNS: "200" } });
      assert.equal(run.code, outcome === "error" ? 2 : 3, `${run.stderr}${run.stdout}`);
      const said = outcome === "error" ? run.stderr : run.stdout;
      assert.equal(outcome === "error" ? run.stdout : run.stderr, "");
      assert.doesNotMatch(said, /\n {4}at /);
      // Lines are broken between words, so texts are compared without them.
      const flat = said.replaceAll(/\s+/g, " ");
      for (const wanted of [expect.object, expect.field, expect.value]) {
        if (wanted !== undefined)
          assert.ok(flat.includes(wanted.replaceAll(/\s+/g, " ").trim()), `${wanted} is not in: ${said}`);
      }
      if (outcome === "error") assert.match(said, /^error: [^]*\nhint: \S/);
    });
  }
});
