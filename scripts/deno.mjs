/** Where the Deno of the npm package `deno` is. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

/**
 * The package's install script links the executable into place; where scripts are not run, it is still in the package
 * of the platform.
 * @param {string} root folder of node_modules
 * @returns {string | undefined} path of the executable
 */
export function findDeno(root) {
  const name = process.platform === "win32" ? "deno.exe" : "deno";
  const platform = `${process.platform}-${process.arch}${process.platform === "linux" ? "-glibc" : ""}`;
  const modules = join(root, "node_modules");
  return [join(modules, "deno", name), join(modules, "@deno", platform, name)].find((path) => existsSync(path));
}
