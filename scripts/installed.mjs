/** Does node_modules hold what package-lock.json asks for? */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** @typedef {{ version?: string, optional?: boolean, link?: boolean }} LockEntry */

/**
 * Compares contents, not times: git and npm touch the files in their own order.
 * @param {string} root folder of package-lock.json
 */
export function isInstalled(root) {
  // npm writes this file last, so an install that was cut off has none.
  const installed = readPackages(join(root, "node_modules", ".package-lock.json"));
  const wanted = readPackages(join(root, "package-lock.json"));
  if (installed === undefined || wanted === undefined) return false;
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === "" || entry.link === true) continue;
    const found = installed[path];
    // Optional packages are those of other platforms.
    if (found === undefined ? entry.optional !== true : found.version !== entry.version) return false;
  }
  return true;
}

/**
 * @param {string} path
 * @returns {Readonly<Record<string, LockEntry>> | undefined} undefined when there is no such file, or it is no lock file
 */
function readPackages(path) {
  try {
    const lock = /** @type {{ packages?: Record<string, LockEntry> }} */ (JSON.parse(readFileSync(path, "utf8")));
    return lock.packages;
  } catch {
    return undefined;
  }
}
