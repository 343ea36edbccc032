/** Quantities are exact, round the safe way, and read back as they were written. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, test } from "vitest";
import {
  capacityAmount,
  formatQuantity,
  parseQuantity,
  requestAmount,
  toMilliCeil,
  toMilliFloor,
  toUnitsCeil,
  toUnitsFloor,
  tryParseQuantity,
} from "../../../src/domain/quantity.ts";

const SEED = { seed: 20_260_720, numRuns: 500 };

describe("parseQuantity", () => {
  test.each([
    ["0", 0n],
    ["1", 1_000_000_000n],
    ["100m", 100_000_000n],
    ["1500m", 1_500_000_000n],
    ["0.5", 500_000_000n],
    [".5", 500_000_000n],
    ["5.", 5_000_000_000n],
    ["+3", 3_000_000_000n],
    ["-1.5", -1_500_000_000n],
    ["1e3", 1_000n * 1_000_000_000n],
    ["1E3", 1_000n * 1_000_000_000n],
    ["1e-3", 1_000_000n],
    ["12E", 12n * 10n ** 27n],
    ["12E2", 1_200n * 1_000_000_000n],
    ["1Ei", 1_000_000_000n << 60n],
    ["1Ki", 1_024n * 1_000_000_000n],
    ["1.5Gi", 1_610_612_736n * 1_000_000_000n],
    ["1k", 1_000n * 1_000_000_000n],
    ["5261334937600m", 5_261_334_937_600n * 1_000_000n],
    ["250u", 250_000n],
    ["7n", 7n],
    // A tenth of a billionth: away from zero, as Kubernetes does.
    ["0.1n", 1n],
    ["-0.1n", -1n],
    ["9007199254740993", 9_007_199_254_740_993n * 1_000_000_000n],
  ])("%s is exact", (text, nano) => {
    assert.equal(parseQuantity(text).nano, nano);
  });

  test.each([
    "",
    " ",
    ".",
    "-",
    "m",
    "1 Gi",
    "1GB",
    "1K",
    "1ki",
    "10 cores",
    "0x10",
    "1e",
    "1e1.5",
    "--1",
    "1,5",
    "∞",
    "NaN",
    "1e9999",
    "1".repeat(65),
  ])("%j is no quantity", (text) => {
    assert.equal(tryParseQuantity(text), undefined);
    assert.throws(() => parseQuantity(text), { code: "BAD_QUANTITY", kind: "input" });
  });

  test("a long run of digits ends quickly and is refused", () => {
    assert.equal(tryParseQuantity("9".repeat(1_000_000)), undefined);
  });
});

describe("rounding", () => {
  test("requests round up and capacity rounds down", () => {
    assert.equal(toMilliCeil(parseQuantity("100500u")), 101);
    assert.equal(toMilliFloor(parseQuantity("100500u")), 100);
    assert.equal(toUnitsCeil(parseQuantity("1500m")), 2);
    assert.equal(toUnitsFloor(parseQuantity("1500m")), 1);
    assert.equal(toUnitsCeil(parseQuantity("-1500m")), -1);
    assert.equal(toUnitsFloor(parseQuantity("-1500m")), -2);
  });

  test("cpu is counted in millicores, everything else in whole units", () => {
    assert.equal(requestAmount("cpu", parseQuantity("0.1")), 100);
    assert.equal(capacityAmount("cpu", parseQuantity("3920m")), 3920);
    assert.equal(requestAmount("memory", parseQuantity("128Mi")), 134_217_728);
    assert.equal(requestAmount("memory", parseQuantity("5261334937600m")), 5_261_334_938);
    assert.equal(capacityAmount("memory", parseQuantity("5261334937600m")), 5_261_334_937);
    assert.equal(requestAmount("nvidia.com/gpu", parseQuantity("1")), 1);
  });

  test("what is too large for an exact number is capped, not blurred", () => {
    assert.equal(toUnitsCeil(parseQuantity("12E")), Number.MAX_SAFE_INTEGER);
    assert.equal(toUnitsFloor(parseQuantity("-12E")), -Number.MAX_SAFE_INTEGER);
  });

  test("ten tenths are one, which floating point does not know", () => {
    const tenth = parseQuantity("0.1").nano;
    assert.equal(
      Array.from({ length: 10 }, () => tenth).reduce((a, b) => a + b),
      parseQuantity("1").nano,
    );
  });
});

describe("formatQuantity", () => {
  test.each([
    ["cpu", 1_500, "1500m"],
    ["cpu", 2_000, "2"],
    ["cpu", 0, "0"],
    ["cpu", -250, "-250m"],
    ["memory", 2 * 1024 ** 3, "2Gi"],
    ["memory", 1536 * 1024 ** 2, "1536Mi"],
    ["memory", 1_000_000, "1000000"],
    ["memory", 1_024, "1Ki"],
    ["memory", 0, "0"],
    ["memory", -1024, "-1Ki"],
    ["ephemeral-storage", 20 * 1024 ** 3, "20Gi"],
    ["hugepages-2Mi", 4 * 1024 ** 2, "4Mi"],
    ["pods", 1_024, "1024"],
    ["nvidia.com/gpu", 8, "8"],
  ])("%s %d is %s", (name, amount, text) => {
    assert.equal(formatQuantity(name, amount), text);
  });

  test("reads back as the same amount", () => {
    const names = fc.constantFrom("cpu", "memory", "pods", "ephemeral-storage", "example.com/x");
    fc.assert(
      fc.property(names, fc.maxSafeInteger(), (name, amount) => {
        const quantity = parseQuantity(formatQuantity(name, amount));
        assert.equal(requestAmount(name, quantity), amount);
        assert.equal(capacityAmount(name, quantity), amount);
      }),
      SEED,
    );
  });
});

describe("quantities, for any text that is one", () => {
  const suffix = fc.constantFrom("", "n", "u", "m", "k", "M", "G", "T", "Ki", "Mi", "Gi", "Ti", "e2", "E3", "e-3");
  const text = fc
    .tuple(fc.constantFrom("", "-", "+"), fc.nat(999_999), fc.option(fc.nat(999_999)), suffix)
    .map(([sign, whole, fraction, end]) => `${sign}${whole}${fraction === null ? "" : `.${fraction}`}${end}`);

  test("rounding up is never below rounding down, and at most one above", () => {
    fc.assert(
      fc.property(text, (value) => {
        const quantity = parseQuantity(value);
        const up = toMilliCeil(quantity);
        const down = toMilliFloor(quantity);
        assert.ok(up - down === 0 || up - down === 1 || Math.abs(up) === Number.MAX_SAFE_INTEGER, value);
        assert.ok(toUnitsCeil(quantity) >= toUnitsFloor(quantity), value);
      }),
      SEED,
    );
  });

  test("a minus sign only turns the sign", () => {
    fc.assert(
      fc.property(fc.nat(), suffix, (whole, end) => {
        assert.equal(parseQuantity(`-${whole}${end}`).nano, -parseQuantity(`${whole}${end}`).nano);
      }),
      SEED,
    );
  });

  test("1000 of a suffix is 1 of the next", () => {
    for (const [small, large] of [
      ["n", "u"],
      ["u", "m"],
      ["m", ""],
      ["", "k"],
      ["k", "M"],
      ["M", "G"],
      ["G", "T"],
      ["T", "P"],
      ["P", "E"],
    ]) {
      assert.equal(parseQuantity(`1000${small ?? ""}`).nano, parseQuantity(`1${large ?? ""}`).nano);
    }
    for (const [small, large] of [
      ["", "Ki"],
      ["Ki", "Mi"],
      ["Mi", "Gi"],
      ["Gi", "Ti"],
      ["Ti", "Pi"],
      ["Pi", "Ei"],
    ]) {
      assert.equal(parseQuantity(`1024${small ?? ""}`).nano, parseQuantity(`1${large ?? ""}`).nano);
    }
  });

  test("any text is either read or refused, never anything else", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), (value) => {
        const quantity = tryParseQuantity(value);
        assert.ok(quantity === undefined || typeof quantity.nano === "bigint");
      }),
      SEED,
    );
  });
});
