/** How much input is read: every bound in one table. */

export interface ReadLimits {
  /** UTF-16 units over all sources together. */
  readonly maxTextLength: number;
  /** Nesting of lists and objects. */
  readonly maxDepth: number;
  /** Objects over all documents and lists. */
  readonly maxObjects: number;
  /** Values (scalars, lists, objects) that one YAML document may expand to, aliases counted each time. */
  readonly maxYamlValues: number;
  /** Uses of anchors in one YAML document. */
  readonly maxAliases: number;
  /** Pods after workloads are expanded. */
  readonly maxPods: number;
}

export const DEFAULT_READ_LIMITS: ReadLimits = {
  maxTextLength: 128 * 1024 * 1024,
  maxDepth: 64,
  maxObjects: 200_000,
  maxYamlValues: 10_000_000,
  maxAliases: 1_000,
  maxPods: 200_000,
};
