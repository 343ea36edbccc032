/** The dependency rule holds in this tree, and each rule of it bites. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, test } from "vitest";
import { readImports, type Imports } from "./cruise.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The tree has grown past this; fewer means that the tool did not read it. */
const MODULE_FLOOR = 130;

function sourcesOnDisk(): string[] {
  return ["solver", "workers", "src"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /(?<!\.d)\.ts$/.test(entry.name))
      .map((entry) => relative(root, join(entry.parentPath, entry.name))),
  );
}

describe("this tree", () => {
  let imports: Imports;
  beforeAll(async () => {
    imports = await readImports(root);
  }, 60_000);

  test("is read whole: every source on disk, more than the floor, and their imports", () => {
    const read = new Map(imports.modules.map((module) => [module.source, module.dependencies.map((d) => d.resolved)]));
    assert.deepEqual(
      sourcesOnDisk().filter((path) => !read.has(path)),
      [],
    );
    assert.ok(sourcesOnDisk().length > MODULE_FLOOR, `only ${sourcesOnDisk().length} sources`);
    assert.ok(read.get("solver/solve.ts")?.includes("solver/problem.ts"), "a type import of the solver is seen");
    assert.ok(
      read.get("solver/glpk/glpk.ts")?.some((path) => path.includes("glpk.js")),
      "a package is seen",
    );
  });

  test("keeps to the dependency rule", () => {
    assert.deepEqual(imports.breaches, []);
  });
});

/** Each source breaks one rule, named beside it. */
const BREACHES: Readonly<Record<string, readonly [path: string, source: string, rule: string]>> = {
  "the solver reads files": ["solver/a.ts", 'import "node:fs";', "layer-solver"],
  "the solver knows GLPK": ["solver/a.ts", 'import "./glpk/glpk.ts";', "layer-solver"],
  "the solver knows Kubernetes": ["solver/a.ts", 'import type { A } from "../src/domain/b.ts";', "layer-solver"],
  "GLPK's corner uses another package": ["solver/glpk/a.ts", 'import "yaml";', "layer-solver-glpk"],
  "workers know Kubernetes": ["workers/a.ts", 'import "../src/domain/b.ts";', "layer-workers"],
  "workers use a package of others": ["workers/a.ts", 'import "yaml";', "layer-workers"],
  "a noun knows a rule": ["src/domain/a.ts", 'import "../scheduling/b.ts";', "layer-domain"],
  "a noun knows the platform": ["src/domain/a.ts", 'import { env } from "node:process";', "layer-domain"],
  "scheduling runs the solver": ["src/scheduling/a.ts", 'import "../../solver/solve.ts";', "layer-scheduling"],
  "scheduling uses a package": ["src/scheduling/a.ts", 'import "yaml";', "layer-scheduling"],
  "a port knows an adapter": ["src/ports/a.ts", 'import "../adapters/kube/b.ts";', "layer-ports"],
  "the controller uses the pool itself": ["src/controller/a.ts", 'import "../../workers/b.ts";', "layer-controller"],
  "an adapter knows another": ["src/adapters/ec2/a.ts", 'import "../kube/b.ts";', "layer-adapter-ec2"],
  "the API runs the solver": ["src/api/a.ts", 'import "../../solver/solve.ts";', "layer-api"],
  "the API knows an adapter": ["src/api/a.ts", 'import "../adapters/kube/b.ts";', "only-compose-wires"],
  "the command line makes a pool": ["src/cli/a.ts", 'import "../../workers/b.ts";', "only-compose-wires"],
  "a layer calls the composition root": ["src/cli/a.ts", 'import "../compose.ts";', "compose-is-the-root"],
  "a folder without a row": ["src/utils/a.ts", 'import "../domain/b.ts";', "no-other-folder"],
  "a second GLPK": ["src/compose.ts", 'import "glpk.js";', "owner-of-glpk.js"],
  "a second thread pool": ["src/api/a.ts", 'import "piscina";', "owner-of-piscina"],
  "the product imports a test": ["src/compose.ts", 'import "../test/b.ts";', "no-tests-in-product"],
  "the product needs a tool": ["src/compose.ts", 'import "vitest";', "no-dev-packages-in-product"],
  "an import of nothing": ["src/compose.ts", 'import "./gone.ts";', "no-unresolved"],
  "a circle": ["src/domain/b.ts", 'import "./c.ts";', "no-cycle"],
};

/** A small tree that keeps to the rule; each case then writes one file of it. */
const SOUND_TREE: Readonly<Record<string, string>> = {
  "package.json": '{"dependencies":{"glpk.js":"1","piscina":"1","yaml":"1"},"devDependencies":{"vitest":"1"}}',
  ...Object.fromEntries(
    ["glpk.js", "piscina", "yaml", "vitest"].flatMap((name) => [
      [`node_modules/${name}/package.json`, `{"name":"${name}","version":"1.0.0","main":"index.js"}`],
      [`node_modules/${name}/index.js`, "module.exports = 1;"],
    ]),
  ),
  "solver/solve.ts": 'import type { A } from "./problem.ts";',
  "solver/problem.ts": "export interface A {}",
  "solver/glpk/glpk.ts": 'import "glpk.js";',
  "workers/pool.ts": 'import type { A } from "../solver/problem.ts";',
  "workers/b.ts": 'import "node:worker_threads"; import "piscina"; import "../solver/solve.ts";',
  "src/domain/b.ts": "export interface A {}",
  "src/domain/c.ts": 'import "./b.ts";',
  "src/scheduling/b.ts": 'import "../domain/b.ts"; import "../../solver/problem.ts";',
  "src/ports/b.ts": 'import "../domain/b.ts";',
  "src/adapters/kube/b.ts": 'import "node:fs"; import "../../ports/b.ts"; import "yaml";',
  "src/api/b.ts": 'import "../scheduling/b.ts"; import "../../workers/pool.ts";',
  "src/cli/b.ts": 'import "node:process"; import "../api/b.ts";',
  "src/compose.ts": 'import "./adapters/kube/b.ts"; import "../workers/b.ts"; import "./api/b.ts";',
  "src/main.ts": 'import "./compose.ts"; import "./cli/b.ts";',
  "test/b.ts": 'import "../src/compose.ts"; import "vitest";',
};

describe("the rule", () => {
  const folder = mkdtempSync(join(tmpdir(), "plimsoll-layers-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function breachesWith(name: string, change: Readonly<Record<string, string>>): Promise<readonly string[]> {
    const tree = join(folder, name.replaceAll(/\W/g, "-"));
    for (const [path, source] of Object.entries({ ...SOUND_TREE, ...change })) {
      mkdirSync(dirname(join(tree, path)), { recursive: true });
      writeFileSync(join(tree, path), `${source}\n`);
    }
    return (await readImports(tree)).breaches;
  }

  test("allows a tree that keeps to it", async () => {
    assert.deepEqual(await breachesWith("sound", {}), []);
  });

  for (const [name, [path, source, rule]] of Object.entries(BREACHES)) {
    test(`forbids: ${name}`, async () => {
      const breaches = await breachesWith(name, { [path]: source });
      assert.ok(
        breaches.some((breach) => breach.startsWith(`${rule}: `)),
        `no ${rule} among ${JSON.stringify(breaches)}`,
      );
    });
  }
});
