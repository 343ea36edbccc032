/** Where a Chromium is, for the page tests. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import process from "node:process";

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"];

/**
 * @returns {string | undefined} path of the first Chromium found: PLIMSOLL_CHROMIUM, else by its usual names on PATH
 */
export function findChromium() {
  const chosen = process.env.PLIMSOLL_CHROMIUM;
  if (chosen) return isExecutable(chosen) ? chosen : undefined;
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    if (folder === "") continue;
    for (const name of NAMES) {
      const path = join(folder, name);
      if (isExecutable(path)) return path;
    }
  }
  return undefined;
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
