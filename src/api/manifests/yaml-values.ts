/** YAML syntax trees to plain values: bounded, without prototypes, without cycles, without custom tags. */
import { isAlias, isMap, isPair, isScalar, isSeq } from "yaml";
import type { Document, Node, Pair, Scalar, YAMLMap } from "yaml";
import { inputError } from "../../domain/errors.ts";
import type { ReadLimits } from "./limits.ts";

/** Tags of the core schema; everything else is refused, as it could mean anything. */
const CORE_TAGS = new Set([
  "tag:yaml.org,2002:str",
  "tag:yaml.org,2002:int",
  "tag:yaml.org,2002:float",
  "tag:yaml.org,2002:bool",
  "tag:yaml.org,2002:null",
  "tag:yaml.org,2002:map",
  "tag:yaml.org,2002:seq",
]);

/** Where a node stands, for the message. */
export type LineOf = (offset: number) => number;

/**
 * Converts one document. Objects have no prototype, so `__proto__` and `constructor` are keys like any other.
 *
 * @throws PlimsollError (input) `CYCLIC_YAML`, `TOO_MANY_ALIASES`, `UNKNOWN_ALIAS`, `CUSTOM_TAG`, `TOO_DEEP`,
 *   `TOO_LARGE` or `INVALID_YAML`
 */
export function yamlToValue(document: Document, source: string, lineOf: LineOf, limits: ReadLimits): unknown {
  const anchors = new Map<string, Node>();
  const open = new Set<Node>();
  let values = 0;
  let aliases = 0;

  function fail(code: string, problem: string, node: Node | null, value: string, hint: string): never {
    const offset = node?.range?.[0];
    throw inputError(code, problem, {
      value,
      hint,
      source: offset === undefined ? source : `${source}:${String(lineOf(offset))}`,
    });
  }

  function convert(node: Node | null, depth: number): unknown {
    if (node === null) return null;
    if (++values > limits.maxYamlValues) {
      fail(
        "TOO_LARGE",
        "the document expands to too many values",
        node,
        String(values),
        "Split it, or use fewer aliases.",
      );
    }
    if (depth > limits.maxDepth) {
      const levels = `more than ${String(limits.maxDepth)} levels`;
      fail(
        "TOO_DEEP",
        `the document is nested too deeply (${levels})`,
        node,
        levels,
        "Kubernetes objects need far fewer.",
      );
    }
    if (isAlias(node)) {
      if (++aliases > limits.maxAliases) {
        fail(
          "TOO_MANY_ALIASES",
          `more than ${String(limits.maxAliases)} aliases`,
          node,
          `*${node.source}`,
          "Write the values out.",
        );
      }
      const target = anchors.get(node.source);
      if (target === undefined) {
        fail(
          "UNKNOWN_ALIAS",
          `the alias *${node.source} has no anchor`,
          node,
          `*${node.source}`,
          "Define it with & first.",
        );
      }
      if (open.has(target)) {
        fail(
          "CYCLIC_YAML",
          `the anchor &${node.source} contains itself`,
          node,
          `*${node.source}`,
          "Write the value out.",
        );
      }
      return convert(target, depth);
    }
    const { anchor, tag } = node as Scalar;
    if (anchor !== undefined) anchors.set(anchor, node);
    if (tag !== undefined && !CORE_TAGS.has(tag)) {
      fail(
        "CUSTOM_TAG",
        `the tag ${tag} is not allowed`,
        node,
        tag,
        "Kubernetes manifests use plain YAML without tags.",
      );
    }
    if (isScalar(node)) return scalarValue(node);

    open.add(node);
    let result: unknown;
    if (isSeq(node)) {
      result = node.items.map((item) => convert(isPair(item) ? null : (item as Node | null), depth + 1));
    } else if (isMap(node)) {
      result = convertMap(node, depth);
    } else {
      fail("INVALID_YAML", "this YAML node is not understood", node, "", "Use maps, lists and scalars.");
    }
    open.delete(node);
    return result;
  }

  function convertMap(map: YAMLMap, depth: number): Record<string, unknown> {
    const object = Object.create(null) as Record<string, unknown>;
    const merges: Pair[] = [];
    for (const pair of map.items) {
      const keyNode = pair.key as Node | null;
      const key = isAlias(keyNode) ? convert(keyNode, depth) : isScalar(keyNode) ? keyNode.value : undefined;
      if (isScalar(keyNode) && keyNode.anchor !== undefined) anchors.set(keyNode.anchor, keyNode);
      // The parser turns the merge key into a symbol.
      if (isMergeKey(keyNode)) {
        merges.push(pair);
        continue;
      }
      if (typeof key !== "string" && typeof key !== "number" && typeof key !== "boolean") {
        fail("INVALID_YAML", "a key is not a string", keyNode ?? map, String(key), "Keys are strings.");
      }
      const name = String(key);
      if (name in object) {
        fail("DUPLICATE_KEY", `the key "${name}" appears twice`, keyNode, name, "Keep one of them.");
      }
      object[name] = convert(pair.value as Node | null, depth + 1);
    }
    for (const pair of merges) mergeInto(object, convert(pair.value as Node | null, depth + 1), pair);
    return object;
  }

  /** `<<`: keys of the merged maps, where the map itself has none; of several maps the first wins. */
  function mergeInto(object: Record<string, unknown>, merged: unknown, pair: Pair): void {
    for (const part of Array.isArray(merged) ? (merged as unknown[]) : [merged]) {
      if (typeof part !== "object" || part === null || Array.isArray(part)) {
        fail("INVALID_YAML", "the merge key << needs a map", pair.key as Node, "<<", "Merge an alias of a map.");
      }
      for (const [key, value] of Object.entries(part)) if (!(key in object)) object[key] = value;
    }
  }

  return convert(document.contents, 0);
}

function isMergeKey(node: Node | null): boolean {
  return isScalar(node) && (typeof node.value === "symbol" || (node.value === "<<" && node.type === "PLAIN"));
}

function scalarValue(node: Scalar): unknown {
  const { value } = node;
  // A number that loses digits stays text, so that quantities are read exactly; .inf and .nan are no numbers here.
  if (typeof value === "number" && (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER)) {
    return node.source ?? String(value);
  }
  return value;
}
