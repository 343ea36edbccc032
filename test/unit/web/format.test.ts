/** Quantities and money on the page. */
import assert from "node:assert/strict";
import { test } from "vitest";
import { load, type Format } from "./modules.ts";

const { cpuText, hourly, memoryText, monthly, percent, quantity, requestsText } = await load<Format>("format.js");

test("quantities are read as Kubernetes writes them", () => {
  const cases: [string, number][] = [
    ["1500m", 1.5],
    ["2", 2],
    ["2Gi", 2 ** 31],
    ["250M", 250e6],
    ["1e3", 1000],
    ["0.5", 0.5],
    ["18242267924", 18242267924],
    ["", 0],
    ["a lot", 0],
    ["5constructor", 0],
  ];
  for (const [text, value] of cases) assert.equal(quantity(text), value, text);
  assert.equal(quantity(undefined), 0);
});

test("amounts are shown short, in the unit that fits", () => {
  assert.equal(cpuText(0.1), "100m");
  assert.equal(cpuText(1.93), "1.93");
  assert.equal(memoryText(64 * 2 ** 20), "64 MiB");
  assert.equal(memoryText(1.5 * 2 ** 30), "1.5 GiB");
  assert.equal(requestsText({ cpu: "2", memory: "6G", "nvidia.com/gpu": "1", pods: "1" }), "2 CPU · 5.59 GiB · 1 GPU");
  assert.equal(requestsText({ pods: "1" }), "no requests");
  assert.equal(requestsText(undefined), "no requests");
});

test("money keeps the digits that matter", () => {
  assert.equal(hourly(0.0042), "$0.0042");
  assert.equal(hourly(0.11592), "$0.116");
  assert.equal(hourly(1301.42), "$1,301.42");
  assert.equal(monthly(1), "$730");
  assert.equal(monthly(0.1), "$73.00");
});

test("a small share does not become zero", () => {
  assert.equal(percent(0), "0%");
  assert.equal(percent(0.314), "31%");
  assert.equal(percent(0.0124), "1.2%");
  assert.equal(percent(0.00023), "0.023%");
  assert.equal(percent(0.0000001), "under 0.001%");
});
