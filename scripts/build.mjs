/**
 * Builds dist/: the sources as JavaScript with typings, and every file beside them that they read at run time.
 *
 * dist/ repeats the layout of the sources, so `new URL("../../catalog/...", import.meta.url)` and its like hold in both.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, "dist");

/** Folders whose files other than TypeScript (page, catalogue, examples) go along. */
const ASSET_FOLDERS = ["src", "catalog", "examples"];
/** What no run needs: sources that were compiled, compiler settings, and the script that rebuilds the catalogue. */
const NOT_ASSETS = /\.ts$|(^|\/)tsconfig[^/]*\.json$|\.(py|md|sh)$|(^|\/)(__pycache__|node_modules)(\/|$)/;

rmSync(dist, { recursive: true, force: true });
const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
const { status } = spawnSync(process.execPath, [tsc, "-p", "tsconfig.build.json"], { cwd: root, stdio: "inherit" });
if (status !== 0) process.exit(status ?? 1);

mkdirSync(dist, { recursive: true });
for (const folder of ASSET_FOLDERS) {
  const source = join(root, folder);
  if (!existsSync(source)) continue;
  cpSync(source, join(dist, folder), {
    recursive: true,
    filter: (path) => !NOT_ASSETS.test(relative(root, path).replaceAll("\\", "/")),
  });
}

// The package's facts at the place where the sources see package.json: one level above src/.
const manifest = /** @type {Record<string, unknown>} */ (JSON.parse(readFileSync(join(root, "package.json"), "utf8")));
const { name, version, license, type } = manifest;
writeFileSync(join(dist, "package.json"), `${JSON.stringify({ name, version, license, type }, null, 2)}\n`);

const bin = join(dist, "src", "main.js");
if (existsSync(bin)) chmodSync(bin, 0o755);
