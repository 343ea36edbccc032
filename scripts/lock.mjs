/** One at a time: a lock file that two commands started in the same fresh checkout respect. */
import { openSync, closeSync, readFileSync, rmSync, writeSync } from "node:fs";
import process from "node:process";
import { setTimeout } from "node:timers/promises";

const WAIT_MS = 500;
/** An install on a slow line takes minutes; after this, somebody has to look. */
const GIVE_UP_MS = 15 * 60_000;

/**
 * Runs `work` while holding the lock; waits for its holder if that process is alive, takes it over if not.
 * @template T
 * @param {string} path
 * @param {(text: string) => void} say
 * @param {() => T} work
 * @returns {Promise<T>}
 */
export async function withLock(path, say, work) {
  const giveUpAt = Date.now() + GIVE_UP_MS;
  let told = false;
  while (!take(path)) {
    const holder = readHolder(path);
    if (holder !== undefined && !isAlive(holder)) {
      rmSync(path, { force: true });
      continue;
    }
    if (Date.now() > giveUpAt)
      throw new Error(`process ${String(holder)} still holds ${path}; end it or remove the file`);
    if (!told) say(`waiting for another install (process ${String(holder)})`);
    told = true;
    await setTimeout(WAIT_MS);
  }
  const release = () => rmSync(path, { force: true });
  process.once("exit", release);
  try {
    return work();
  } finally {
    process.off("exit", release);
    release();
  }
}

/** @param {string} path */
function take(path) {
  try {
    const file = openSync(path, "wx");
    writeSync(file, String(process.pid));
    closeSync(file);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

/** @param {string} path @returns {number | undefined} undefined while its holder has not yet written it */
function readHolder(path) {
  try {
    const pid = Number.parseInt(readFileSync(path, "utf8"), 10);
    return Number.isNaN(pid) ? undefined : pid;
  } catch {
    return undefined;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
