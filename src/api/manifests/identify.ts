/** Kind, namespace and name of a raw object, before anything else of it is read. */
import type { RawObject } from "./documents.ts";
import { failField, FieldError, readObject, readString, shown, type Fields } from "./fields.ts";
import { apiVersionsOf, kindOf, type KindInfo } from "./kinds.ts";
import { isDnsLabel, isSubdomain } from "./label-syntax.ts";

/** An object whose kind is known and whose name is good. */
export interface Named {
  readonly info: KindInfo;
  /** `default` when it names none. */
  readonly namespace: string;
  readonly name: string;
  readonly object: Fields;
  readonly raw: RawObject;
}

export type Identity =
  | { readonly status: "named"; readonly named: Named }
  | { readonly status: "ignored"; readonly kind: string }
  /** `label` is what is known of it so far: `Pod default/web`, `an object (unnamed)`. */
  | { readonly status: "rejected"; readonly kind: string; readonly label: string; readonly error: FieldError };

/** Identifies the objects of one call, and so sees names given twice. */
export class Identifier {
  private readonly seen = new Set<string>();
  private generated = 0;

  identify(raw: RawObject): Identity {
    const known = { kind: "(unknown)", label: "an object" };
    try {
      return this.identifyOrThrow(raw, known);
    } catch (error) {
      if (!(error instanceof FieldError)) throw error;
      return { status: "rejected", ...known, error };
    }
  }

  private identifyOrThrow(raw: RawObject, known: { kind: string; label: string }): Identity {
    const { value } = raw;
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      failField("", value, `${shown(value)} is no object`, "Write a Kubernetes object.", "NOT_AN_OBJECT");
    }
    const object = value as Fields;
    const metadataGiven = object.metadata as Fields | null | undefined;
    const given = typeof metadataGiven?.name === "string" ? metadataGiven.name : "(unnamed)";
    if (given !== "(unnamed)") known.label = `an object ${given}`;
    const kind = readString(object.kind, "kind") ?? "";
    if (kind === "") failField("kind", object.kind, "it is missing", "Every object names its kind.", "MISSING_FIELD");
    known.kind = kind;
    known.label = `${kind} ${given}`;
    const apiVersion = readString(object.apiVersion, "apiVersion") ?? "";
    if (apiVersion === "") {
      failField("apiVersion", object.apiVersion, "it is missing", "Every object names it, e.g. v1.", "MISSING_FIELD");
    }
    const answer = kindOf(apiVersion, kind);
    if (answer.status === "ignored") return { status: "ignored", kind };
    const { info } = answer;
    const metadata = readObject(object.metadata, "metadata");
    const namespace = (info.namespaced ? readString(metadata?.namespace, "metadata.namespace") : undefined) ?? "";
    const effective = namespace === "" ? "default" : namespace;
    if (given !== "(unnamed)" && info.namespaced) known.label = `${kind} ${effective}/${given}`;
    if (answer.status === "wrong-version") {
      const problem = `${shown(apiVersion)} has no ${kind} that Plimsoll reads`;
      failField("apiVersion", apiVersion, problem, `Use ${apiVersionsOf(info)}.`, "UNKNOWN_VERSION");
    }
    if (!isDnsLabel(effective)) {
      const hint = "Use lower-case letters, digits and '-'.";
      failField("metadata.namespace", namespace, `${shown(namespace)} is not a namespace`, hint, "BAD_NAME");
    }
    const name = this.nameOf(metadata, info);
    // A NodePool and a Provisioner of one name would be one pool.
    const group = info.kind === "Provisioner" ? "NodePool" : info.kind;
    const key = `${group}/${info.namespaced ? effective : ""}/${name}`;
    if (this.seen.has(key)) {
      const problem = `there is another ${group} ${shown(name)}`;
      failField("metadata.name", name, problem, "Keep one of them, or rename one.", "DUPLICATE_NAME");
    }
    this.seen.add(key);
    return { status: "named", named: { info, namespace: effective, name, object, raw } };
  }

  private nameOf(metadata: Fields | undefined, info: KindInfo): string {
    const name = readString(metadata?.name, "metadata.name") ?? "";
    if (name === "") {
      const prefix = readString(metadata?.generateName, "metadata.generateName") ?? "";
      if (prefix === "") {
        failField("metadata.name", metadata?.name, "it is missing", "Give the object a name.", "MISSING_FIELD");
      }
      return `${prefix}${++this.generated}`;
    }
    const good = info.kind === "Namespace" ? isDnsLabel(name) : isSubdomain(name);
    if (!good) {
      const hint = "Use lower-case letters, digits, '-' and '.'.";
      failField("metadata.name", name, `${shown(name)} is not a name`, hint, "BAD_NAME");
    }
    return name;
  }
}
