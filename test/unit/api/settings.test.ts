/** Settings and their units. */
import assert from "node:assert/strict";
import { test } from "vitest";
import {
  describeDefault,
  PLAN_SETTINGS,
  parseSetting,
  SERVE_SETTINGS,
  CATALOG_SETTINGS,
  longFlag,
} from "../../../src/api/settings.ts";
import { formatDuration, formatSize, parseDuration, parseSize } from "../../../src/api/units.ts";

test("durations", () => {
  const cases = { "1s": 1000, "500ms": 500, "1.5s": 1500, "2m": 120_000, "1h": 3_600_000, "0": 0, " 3 s ": 3000 };
  for (const [text, ms] of Object.entries(cases)) assert.equal(parseDuration(text), ms, text);
  for (const text of ["", "1", "s", "-1s", "1e3s", "1 day", "1s2", "٣s", "Infinitys"])
    assert.equal(parseDuration(text), undefined, text);
});

test("sizes", () => {
  const cases = { "32MiB": 32 * 2 ** 20, "500kB": 500_000, "17": 17, "1.5KiB": 1536, "1GB": 1e9 };
  for (const [text, bytes] of Object.entries(cases)) assert.equal(parseSize(text), bytes, text);
  for (const text of ["", "MiB", "-1B", "1mb", "1TB"]) assert.equal(parseSize(text), undefined, text);
});

test("what is formatted reads back as itself", () => {
  for (const ms of [0, 1, 500, 1000, 1500, 90_000, 120_000, 3_600_000])
    assert.equal(parseDuration(formatDuration(ms)), ms);
  for (const bytes of [0, 1, 1024, 1000, 32 * 2 ** 20, 123_456_789]) assert.equal(parseSize(formatSize(bytes)), bytes);
});

test("every setting reads its own default, and no two share a flag or a variable", () => {
  const all = Object.values({ ...PLAN_SETTINGS, ...SERVE_SETTINGS, ...CATALOG_SETTINGS });
  for (const setting of all) {
    const shown = describeDefault(setting);
    if (shown === undefined || "shownDefault" in setting) continue;
    assert.equal(parseSetting(setting, shown, "x"), setting.default, setting.flag);
  }
  assert.equal(new Set(all.map(longFlag)).size, all.length);
  assert.equal(new Set(all.map((setting) => setting.env)).size, all.length);
});

test("bounds are inclusive, and what is beyond names them", () => {
  assert.equal(parseSetting(SERVE_SETTINGS.port, "65535", "--port"), 65_535);
  assert.throws(() => parseSetting(SERVE_SETTINGS.port, "65536", "--port"), {
    code: "INVALID_SETTING",
    message: '--port: "65536" is out of range. Give a whole number from 0 to 65535.',
  });
});
