/** Texts of any form become the same objects; bounds hold; strange keys do no harm. */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { readManifests } from "../../../src/api/manifests/index.ts";
import { locate, readDocuments } from "../../../src/api/manifests/documents.ts";
import { scanJson } from "../../../src/api/manifests/json-scan.ts";
import { DEFAULT_READ_LIMITS } from "../../../src/api/manifests/limits.ts";
import { GOOD_POD, GOOD_POOL } from "../../support/malformed-inputs.ts";

const values = (text: string): unknown[] =>
  readDocuments([{ name: "in", text }], DEFAULT_READ_LIMITS).map(
    ({ value }) => JSON.parse(JSON.stringify(value)) as unknown,
  );

describe("forms of input", () => {
  const object = { apiVersion: "v1", kind: "Pod", metadata: { name: "a" } };
  test.each([
    ["one YAML document", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n"],
    ["YAML with a byte order mark", "\uFEFFapiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"],
    ["YAML with Windows line ends", "apiVersion: v1\r\nkind: Pod\r\nmetadata:\r\n  name: a\r\n"],
    ["YAML in flow style, which looks like JSON", "{apiVersion: v1, kind: Pod, metadata: {name: a}}"],
    ["empty documents around it", "---\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: a}\n---\n# end\n...\n"],
    ["JSON", JSON.stringify(object)],
    ["a List", JSON.stringify({ apiVersion: "v1", kind: "List", items: [object] })],
    [
      "a typed list, whose items name no kind",
      JSON.stringify({ apiVersion: "v1", kind: "PodList", items: [{ metadata: { name: "a" } }] }),
    ],
    ["a List in a List", JSON.stringify({ kind: "List", items: [{ kind: "List", items: [object] }] })],
    ["a bare JSON list", JSON.stringify([object])],
    ["a YAML list", "- apiVersion: v1\n  kind: Pod\n  metadata: {name: a}\n"],
    ["an anchor and its alias", "apiVersion: &v v1\nkind: Pod\nmetadata: {name: a}\n---\n"],
  ])("%s", (_, text) => {
    const found = values(text);
    assert.equal(found.length, 1);
    assert.deepEqual({ ...(found[0] as object) }, object);
  });

  test("several JSON objects one after the other", () => {
    assert.equal(values(`${JSON.stringify(object)}\n${JSON.stringify(object)}\n`).length, 2);
  });

  test("merge keys are followed, and the map's own keys win", () => {
    const [found] = values("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\n");
    assert.deepEqual(found, { a: { x: 1, y: 2 }, b: { y: 3, x: 1 } });
  });

  test("a list without items is empty", () => {
    assert.deepEqual(values("apiVersion: v1\nkind: List\nitems:\n"), []);
  });
});

describe("prototype keys", () => {
  const keys = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"];
  test.each(["yaml", "json"])("are labels and resources like any other in %s", (form) => {
    const labels = keys.map((key) => `"${key}": "x"`).join(", ");
    const text = `{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "labels": {"app": "web", ${labels.replace('"__proto__": "x", ', "")}}, "annotations": {${labels}}}, "spec": {"__proto__": {"nodeName": "n1"}, "containers": [{"name": "c"}]}}`;
    const input = form === "json" ? text : `---\n${text}`;
    const { pods } = readManifests([{ name: "in", text: input }], { requireNodePool: false });
    assert.equal(pods.length, 1);
    const [pod] = pods;
    assert.ok(pod);
    assert.equal(pod.nodeName, undefined);
    assert.deepEqual([...pod.annotations.keys()], keys);
    assert.equal(pod.labels.get("constructor"), "x");
    assert.equal(pod.unsupported.length, 1, "a key of the spec that is not known is said");
    assert.equal(({} as Record<string, unknown>).nodeName, undefined);
  });
});

describe("bounds", () => {
  const limited = (text: string, limits: Partial<typeof DEFAULT_READ_LIMITS>): (() => unknown) => {
    return () => readManifests([{ name: "in", text }], { limits });
  };

  test("the size of the text", () => {
    assert.throws(limited(GOOD_POOL, { maxTextLength: 10 }), { code: "TOO_LARGE" });
  });

  test("the number of objects", () => {
    const list = JSON.stringify({
      kind: "List",
      items: Array.from({ length: 11 }, () => ({ kind: "X", apiVersion: "v1" })),
    });
    assert.throws(limited(list, { maxObjects: 10 }), { code: "TOO_MANY_OBJECTS" });
    assert.throws(limited("a: 1\n---\n".repeat(11), { maxObjects: 10 }), { code: "TOO_MANY_OBJECTS" });
  });

  test("the values that a document expands to", () => {
    const text = `a: &a [${"1,".repeat(99)}1]\nb: [${"*a,".repeat(99)}*a]\n`;
    assert.throws(limited(text, { maxYamlValues: 5_000 }), { code: "TOO_LARGE" });
  });

  test("the number of pods", () => {
    assert.throws(limited(`${GOOD_POOL}---\n${GOOD_POD}---\n${GOOD_POD.replace("good", "two")}`, { maxPods: 1 }), {
      code: "TOO_MANY_PODS",
    });
  });

  test("the depth of JSON, without a stack of that depth", () => {
    assert.throws(limited("[".repeat(200_000), {}), { code: "TOO_DEEP" });
  });

  test("a map of 20,000 keys takes no quadratic time (minutes, if it did)", () => {
    const map = Array.from({ length: 20_000 }, (_, index) => `k${index}: v`).join("\n");
    assert.equal(values(map).length, 1);
    const json = `{${Array.from({ length: 20_000 }, (_, index) => `"k${index}": 1`).join(",")}}`;
    assert.equal(values(json).length, 1);
  });
});

describe("scanJson", () => {
  test("finds a key given twice among many", () => {
    const keys = Array.from({ length: 40 }, (_, index) => `"k${index}":0`);
    assert.equal(scanJson(`{${keys.join(",")}}`, 10).problem, undefined);
    assert.equal(scanJson(`{${[...keys, '"k3":1'].join(",")}}`, 10).problem?.value, "k3");
    assert.equal(scanJson(`{${[...keys, '"k39":1'].join(",")}}`, 10).problem?.value, "k39");
  });

  test("does not mistake values, nested keys or escapes for repeated keys", () => {
    assert.equal(scanJson('{"a":"a","b":{"a":1},"c":["a","a"],"\\"a":2,"d":"\\\\"}', 10).problem, undefined);
    assert.equal(scanJson('[{"a":1},{"a":1}]', 10).problem, undefined);
    assert.equal(scanJson('{"a":{"x":1},"a":2}', 10).problem?.value, "a");
  });
});

describe("locate", () => {
  test("finds the line of a field, or of what is around it", () => {
    const [, second] = readDocuments(
      [{ name: "in", text: `kind: A\n---\nkind: B\nspec:\n  list:\n    - x: 1\n    - x: 2\n` }],
      DEFAULT_READ_LIMITS,
    );
    assert.ok(second);
    assert.equal(locate(second, "spec.list[1].x"), 7);
    assert.equal(locate(second, "spec.list[1].absent"), 7);
    assert.equal(locate(second, "spec.absent"), 5);
  });

  test("finds the line in an item of a JSON list", () => {
    const [, second] = readDocuments(
      [{ name: "in", text: '{"kind": "List", "items": [\n{"kind": "A"},\n{"kind": "B",\n "spec": {"a/b": 1}}]}' }],
      DEFAULT_READ_LIMITS,
    );
    assert.ok(second);
    assert.equal(locate(second, 'spec["a/b"]'), 4);
  });
});
