/** The corpus as it lies on disk: only the fields that the runner reads. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

/** Resource name to a Kubernetes quantity; null stands for none. */
export type QuantityTexts = Readonly<Record<string, string>> | null;

export interface RequirementJson {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist" | "Gte" | "Lte";
  readonly values?: readonly string[];
  readonly minValues?: number;
}

export interface OfferingJson {
  readonly requirements: readonly RequirementJson[];
  readonly price: number;
  readonly available: boolean;
  readonly reservationCapacity?: number;
  readonly reservationID?: string;
}

export interface InstanceTypeJson {
  readonly name: string;
  readonly requirements: readonly RequirementJson[];
  readonly capacity: QuantityTexts;
  readonly allocatable: QuantityTexts;
  readonly offerings: readonly OfferingJson[];
}

export interface PodManifest {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: object };
  readonly spec: Readonly<Record<string, unknown>>;
}

export interface PodJson {
  readonly key: string;
  readonly source: "pending" | "deleting" | "rejected";
  readonly manifest: PodManifest;
  readonly requests: QuantityTexts;
  readonly effectiveTopologySpreadConstraints?: readonly unknown[];
}

export interface NodeJson {
  readonly name: string;
  readonly hostname?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
  readonly capacity?: QuantityTexts;
  readonly daemonSetReserve?: QuantityTexts;
  readonly remaining?: QuantityTexts;
  readonly markedForDeletion?: boolean;
  readonly node?: { readonly metadata: { readonly labels?: Readonly<Record<string, string>> } };
  readonly pods?: readonly PodManifest[];
  /** A manifest, where the entry is one (otherNodes). */
  readonly metadata?: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
}

export interface CaseInput {
  readonly now: string;
  readonly options: { readonly preferencePolicy: "Respect" | "Ignore" };
  readonly nodePools: readonly {
    readonly name: string;
    readonly manifest: object;
    readonly catalog?: string;
    readonly remainingLimits?: QuantityTexts;
  }[];
  readonly pods: readonly PodJson[];
  readonly existingNodes?: readonly NodeJson[];
  readonly otherNodes?: readonly NodeJson[];
  readonly otherPods?: readonly PodManifest[];
  readonly namespaces?: readonly object[];
  readonly daemonSets?: readonly object[];
  readonly persistentVolumeClaims?: readonly object[];
  readonly persistentVolumes?: readonly object[];
  readonly storageClasses?: readonly object[];
  readonly csiNodes?: readonly object[];
}

export interface CaseOutput {
  readonly newNodeClaims?: readonly { readonly pods?: readonly string[] }[];
  readonly existingNodes?: readonly { readonly pods?: readonly string[] }[];
  readonly podErrors?: Readonly<Record<string, { readonly error: string }>>;
  readonly totalPrice: number;
  readonly error?: string;
}

export interface CaseEntry {
  readonly id: string;
  readonly kind: "scheduling" | "disruption";
  readonly file: string;
  readonly spec: string;
  readonly features: readonly string[];
  readonly mayDiffer?: { readonly class: string; readonly reason: string };
}

/** A directory in the corpus' layout. */
export class Corpus {
  readonly cases: readonly CaseEntry[];
  private readonly folder: string;

  /** @throws Error when `folder` has no index.json */
  constructor(folder: string) {
    this.folder = folder;
    const index = this.read("index.json") as { readonly cases: readonly CaseEntry[] };
    this.cases = index.cases.filter(({ kind }) => kind === "scheduling");
  }

  /** One recorded round. */
  load(entry: CaseEntry): { readonly input: CaseInput; readonly output: CaseOutput } {
    return this.read(entry.file) as { readonly input: CaseInput; readonly output: CaseOutput };
  }

  /** One list of instance types, by its hash. */
  catalog(hash: string): readonly InstanceTypeJson[] {
    return this.read(`catalogs/${hash}.json`) as readonly InstanceTypeJson[];
  }

  /** A JSON file, or the same with .gz where only that is there. */
  private read(file: string): unknown {
    const path = join(this.folder, file);
    const text = existsSync(path) ? readFileSync(path, "utf8") : gunzipSync(readFileSync(`${path}.gz`)).toString();
    return JSON.parse(text) as unknown;
  }
}
