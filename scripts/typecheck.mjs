/** Type-checks the tree, then each pure folder again without the types of any platform, then the scripts themselves. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const PROJECTS = [".", "solver", "src/domain", "src/scheduling", "src/disruption", "src/web", "scripts"];

let failed = 0;
for (const project of PROJECTS) {
  if (!existsSync(join(root, project, "tsconfig.json"))) continue;
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const { status } = spawnSync(process.execPath, [tsc, "--noEmit", "-p", project], { cwd: root, stdio: "inherit" });
  process.stdout.write(`typecheck ${project}: ${status === 0 ? "ok" : "failed"}\n`);
  if (status !== 0) failed += 1;
}
process.exit(failed === 0 ? 0 : 1);
