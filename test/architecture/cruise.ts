/** Reads the imports of a tree and says which break the dependency rule. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { cruise, type ICruiseResult, type IModule } from "dependency-cruiser";
import { layerRules } from "./layers.ts";

const FOLDERS = ["solver", "workers", "src", "test", "bench"];

export interface Imports {
  readonly modules: readonly IModule[];
  /** One line a breach: `rule: from -> to`. */
  readonly breaches: readonly string[];
}

/** @param root  absolute path of a tree in the layout of this repository */
export async function readImports(root: string): Promise<Imports> {
  const folders = FOLDERS.filter((folder) => existsSync(join(root, folder)));
  const { output } = await cruise(folders, {
    baseDir: root,
    validate: true,
    ruleSet: { forbidden: layerRules() },
    // Type imports count: a layer that knows another one's types depends on it.
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    // Errors without this: packages of the kind that only have an "exports" field.
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  });
  assert.ok(typeof output !== "string", "dependency-cruiser answers with data");
  const result: ICruiseResult = output;
  return {
    modules: result.modules,
    breaches: result.summary.violations.map(({ rule, from, to, cycle }) => {
      const path = cycle === undefined ? [to] : cycle.map(({ name }) => name);
      return `${rule.name}: ${[from, ...path].join(" -> ")}`;
    }),
  };
}
