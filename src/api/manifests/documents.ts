/** Texts to raw objects: YAML or JSON, one or many documents, lists unfolded, nothing interpreted yet. */
import { Composer, LineCounter, Parser, parseDocument } from "yaml";
import type { Node } from "yaml";
import { inputError, shortValue } from "../../domain/errors.ts";
import type { ManifestSource } from "../plan-service.ts";
import { lineOf, scanJson } from "./json-scan.ts";
import type { ReadLimits } from "./limits.ts";
import { yamlToValue } from "./yaml-values.ts";

/** A value that should be a Kubernetes object. */
export interface RawObject {
  readonly value: unknown;
  readonly origin: Origin;
  /** Its place in the list that the origin's path leads to; absent when it is the value at that path itself. */
  readonly index?: number;
}

/** Where an object was read: enough to find its lines again when one of its fields is wrong. */
export interface Origin {
  readonly source: string;
  /** The text of the document it came from, and the line its text starts on (from 1). */
  readonly text: string;
  readonly firstLine: number;
  /** A place in the document: empty for the document itself, `["items"]` for the items of a List. */
  readonly path: readonly (string | number)[];
}

/** Above this size an error names no line: finding it would mean to parse the text again. */
const MAX_LOCATE_LENGTH = 1_000_000;

/** Lists within lists: deeper ones are not unfolded and so rejected as no object. */
const MAX_LIST_DEPTH = 8;

/**
 * Reads all texts.
 * @throws PlimsollError (input) `INVALID_YAML`, `INVALID_JSON`, `DUPLICATE_KEY`, `TOO_LARGE`, `TOO_MANY_OBJECTS` and
 *   those of {@link yamlToValue}: a text that cannot be read at all leaves nothing to go on with
 */
export function readDocuments(sources: readonly ManifestSource[], limits: ReadLimits): RawObject[] {
  const objects: RawObject[] = [];
  let length = 0;
  for (const source of sources) {
    length += source.text.length;
    if (length > limits.maxTextLength) {
      throw inputError("TOO_LARGE", `the input is larger than ${String(limits.maxTextLength)} characters`, {
        source: source.name,
        value: String(length),
        hint: "Give fewer objects, or raise the limit.",
      });
    }
    const text = source.text.startsWith("\uFEFF") ? source.text.slice(1) : source.text;
    if (/^\s*[{[]/.test(text)) readJson({ name: source.name, text }, limits, objects);
    else readYaml({ name: source.name, text }, limits, objects);
  }
  return objects;
}

function readJson(source: ManifestSource, limits: ReadLimits, objects: RawObject[]): void {
  const { name, text } = source;
  const scan = scanJson(text, limits.maxDepth);
  if (scan.problem !== undefined) {
    const { code, value, offset } = scan.problem;
    const problem =
      code === "DUPLICATE_KEY"
        ? `the key "${shortValue(value)}" appears twice`
        : `the document is nested too deeply (${value})`;
    const hint = code === "DUPLICATE_KEY" ? "Keep one of them." : "Kubernetes objects need far fewer.";
    throw inputError(code, problem, {
      value: shortValue(value),
      hint,
      source: `${name}:${String(lineOf(text, offset))}`,
    });
  }
  let start = 0;
  const found: RawObject[] = [];
  for (const end of scan.ends.length === 0 ? [text.length] : scan.ends) {
    const part = start === 0 && end === text.length ? text : text.slice(start, end);
    let value: unknown;
    try {
      value = JSON.parse(part);
    } catch (error) {
      // `{kind: Pod}` is YAML, though it starts like JSON.
      if (readAsYaml(source, limits, objects)) return;
      throw invalidJson(name, text, start, error);
    }
    unfold({ value, origin: { source: name, text: part, firstLine: lineOf(text, start), path: [] } }, limits, found);
    start = end;
  }
  const rest = text.slice(start).trim();
  if (rest !== "") {
    if (readAsYaml(source, limits, objects)) return;
    throw invalidJson(name, text, text.indexOf(rest, start), new Error(`unexpected text after the last object`));
  }
  for (const object of found) objects.push(object);
  checkCount(objects, limits, name);
}

function readAsYaml(source: ManifestSource, limits: ReadLimits, objects: RawObject[]): boolean {
  if (source.text.length > MAX_LOCATE_LENGTH) return false;
  const found: RawObject[] = [];
  try {
    readYaml(source, limits, found);
  } catch (error) {
    // A cycle or a tag is a better answer than "not JSON".
    if (error instanceof Error && "code" in error && error.code !== "INVALID_YAML") throw error;
    return false;
  }
  objects.push(...found);
  return true;
}

function invalidJson(name: string, text: string, start: number, cause: unknown): Error {
  const message = cause instanceof Error ? cause.message : String(cause);
  const position = /position (\d+)/.exec(message)?.[1];
  const offset =
    position === undefined ? (message.includes("end of JSON") ? text.length : start) : start + Number(position);
  return inputError(
    "INVALID_JSON",
    `this is not JSON: ${shortValue(message)}`,
    {
      source: `${name}:${String(lineOf(text, offset))}`,
      value: shortValue(text.slice(offset, offset + 40).trim()),
      hint: templateHint(text) ?? "Correct the text there.",
    },
    cause,
  );
}

function readYaml(source: ManifestSource, limits: ReadLimits, objects: RawObject[]): void {
  const { name, text } = source;
  const lines = new LineCounter();
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  // Duplicate keys are found in yamlToValue: the parser's own check is quadratic in the keys of a map.
  const composer = new Composer({
    merge: true,
    strict: true,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "silent",
  });
  const documents = composer.compose(new Parser(lines.addNewLine).parse(text));
  let start = 0;
  for (const document of documents) {
    const problem = document.errors[0] ?? document.warnings[0];
    if (problem !== undefined) {
      const [code, sentence, plainHint] = yamlProblem(problem.code, problem.message);
      const hint = templateHint(text) ?? plainHint;
      const offset = problem.pos[0];
      const value = shortValue(
        text
          .slice(offset, offset + 60)
          .split("\n", 1)[0]
          ?.trim() ?? "",
      );
      throw inputError(code, sentence, { source: `${name}:${String(lineAt(offset))}`, value, hint }, problem);
    }
    const end = document.range[2];
    const value = yamlToValue(document, name, lineAt, limits);
    if (value !== null) {
      unfold(
        { value, origin: { source: name, text: text.slice(start, end), firstLine: lineAt(start), path: [] } },
        limits,
        objects,
      );
    }
    start = end;
    checkCount(objects, limits, name);
  }
}

function yamlProblem(code: string, message: string): readonly [code: string, sentence: string, hint: string] {
  if (code === "TAG_RESOLVE_FAILED") {
    return [
      "CUSTOM_TAG",
      `a tag is not allowed: ${shortValue(message)}`,
      "Kubernetes manifests use plain YAML without tags.",
    ];
  }
  if (code === "BAD_ALIAS") return ["UNKNOWN_ALIAS", shortValue(message), "Define the anchor with & first."];
  return ["INVALID_YAML", `this is not YAML: ${shortValue(message)}`, "Correct the indentation or the quotes there."];
}

/** The most frequent reason why a manifest is no YAML. */
function templateHint(text: string): string | undefined {
  return /\{\{-?\s*[.$a-z]/.test(text)
    ? "It looks like a Helm template: give the output of `helm template`."
    : undefined;
}

function checkCount(objects: readonly RawObject[], limits: ReadLimits, source: string): void {
  if (objects.length <= limits.maxObjects) return;
  throw inputError("TOO_MANY_OBJECTS", `the input has more than ${String(limits.maxObjects)} objects`, {
    source,
    value: String(objects.length),
    hint: "Give fewer, or write the pods as workloads with replicas.",
  });
}

/** Lists of any kind (List, PodList, a bare JSON list) become their items, which share one origin. */
function unfold(raw: RawObject, limits: ReadLimits, objects: RawObject[], depth = 0): void {
  const items = listItems(raw.value);
  if (items === undefined || depth > MAX_LIST_DEPTH) {
    objects.push(raw);
    return;
  }
  const { list, key, itemDefaults } = items;
  const above = raw.index === undefined ? raw.origin.path : [...raw.origin.path, raw.index];
  const origin = { ...raw.origin, path: key === undefined ? above : [...above, key] };
  for (let index = 0; index < list.length; index++) {
    unfold({ value: itemDefaults(list[index]), origin, index }, limits, objects, depth + 1);
    if (objects.length > limits.maxObjects) checkCount(objects, limits, origin.source);
  }
}

interface ListItems {
  readonly list: readonly unknown[];
  readonly key: string | undefined;
  readonly itemDefaults: (item: unknown) => unknown;
}

const same = (item: unknown): unknown => item;

function listItems(value: unknown): ListItems | undefined {
  if (Array.isArray(value)) return { list: value as unknown[], key: undefined, itemDefaults: same };
  if (typeof value !== "object" || value === null) return undefined;
  const { kind, items, apiVersion } = value as { kind?: unknown; items?: unknown; apiVersion?: unknown };
  if (typeof kind !== "string" || !kind.endsWith("List")) return undefined;
  if (items === null || items === undefined) return { list: [], key: "items", itemDefaults: same };
  if (!Array.isArray(items)) return undefined;
  if (kind === "List") return { list: items as unknown[], key: "items", itemDefaults: same };
  // The API server leaves kind and apiVersion out of the items of a typed list.
  const itemKind = kind.slice(0, -"List".length);
  const itemDefaults = (item: unknown): unknown => {
    if (typeof item !== "object" || item === null || "kind" in item) return item;
    return Object.assign(Object.create(null) as object, item, { kind: itemKind, apiVersion });
  };
  return { list: items as unknown[], key: "items", itemDefaults };
}

/**
 * The line of a field like `spec.containers[0].image`, or of the nearest thing around it that is there.
 * Parses the document again, so only errors pay for it.
 */
export function locate({ origin, index }: RawObject, field: string): number | undefined {
  if (origin.text.length > MAX_LOCATE_LENGTH) return undefined;
  const lines = new LineCounter();
  const document = parseDocument(origin.text, {
    lineCounter: lines,
    prettyErrors: false,
    logLevel: "silent",
    merge: true,
  });
  const path = [...origin.path, ...(index === undefined ? [] : [index]), ...fieldPath(field)];
  for (let length = path.length; length >= 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as Node | undefined;
    const offset = node?.range?.[0];
    if (offset !== undefined) return origin.firstLine + lines.linePos(offset).line - 1;
  }
  return undefined;
}

/** `spec.containers[0].resources.requests["nvidia.com/gpu"]` to its steps. */
function fieldPath(field: string): (string | number)[] {
  const steps: (string | number)[] = [];
  for (const [, name, index, quoted] of field.matchAll(/([^.[\]"]+)|\[(\d+)\]|\["([^"]*)"\]/g)) {
    if (quoted !== undefined) steps.push(quoted);
    else if (index !== undefined) steps.push(Number(index));
    else if (name !== undefined) steps.push(name);
  }
  return steps;
}
