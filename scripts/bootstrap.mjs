/**
 * Makes a checkout ready to run, then runs a command in it. Plain JavaScript for any Node >= 20, no packages needed.
 *
 *   node scripts/bootstrap.mjs [--user-cwd] [COMMAND [ARGS...]]
 *
 * Installs the packages when node_modules does not match package-lock.json, and a Node that reads TypeScript when the
 * running one does not. What it does and why goes to stderr; stdout belongs to the command. Its exit code or signal is
 * the command's. Without a command it only installs. `--user-cwd` runs the command where the user typed npm.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { basename, delimiter, dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { isInstalled } from "./installed.mjs";
import { withLock } from "./lock.mjs";

const NODE_TO_INSTALL = "24.21.0";
const PARENT_WATCH_MS = 250;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const tools = join(root, ".tools");
const toolNode = join(tools, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");

/** Type stripping is on by default from 22.18 and 23.6. @param {string} version */
function readsTypeScript(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  return major >= 24 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18);
}

/** @param {string} text */
function say(text) {
  process.stderr.write(`plimsoll: ${text}\n`);
}

/**
 * Runs npm with its output on stderr; ends the process with npm's exit code when it fails.
 * @param {readonly string[]} args
 * @param {string} cwd
 */
function npm(args, cwd) {
  const path = process.env.npm_execpath;
  const viaNode = path !== undefined && basename(path).startsWith("npm");
  const [command, ...head] = viaNode ? [process.execPath, path] : ["npm"];
  const { status, error } = spawnSync(command, [...head, ...args], {
    cwd,
    stdio: ["ignore", 2, 2],
    shell: !viaNode && process.platform === "win32",
  });
  if (status === 0) return;
  say(`npm ${args.join(" ")} failed${error ? `: ${error.message}` : ""}`);
  process.exit(status ?? 1);
}

function installPackages() {
  if (isInstalled(root)) return;
  const why = existsSync(join(root, "node_modules"))
    ? "node_modules does not match package-lock.json"
    : "no node_modules";
  say(`${why}: installing the packages (npm ci)`);
  npm(["ci", "--include=dev", "--include=optional", "--no-audit", "--no-fund"], root);
}

function toolNodeRuns() {
  const { status, stdout } = spawnSync(toolNode, ["--version"], { encoding: "utf8" });
  return status === 0 && stdout.trim() === `v${NODE_TO_INSTALL}`;
}

/** @returns {string} path of a Node that runs this repository's TypeScript as it is */
function installNode() {
  if (readsTypeScript(process.version)) return process.execPath;
  if (toolNodeRuns()) return toolNode;
  say(
    `Node ${process.version} does not run TypeScript (22.18 or newer does): ` +
      `installing the npm package node@${NODE_TO_INSTALL} into .tools/, about 130 MB, once`,
  );
  rmSync(join(tools, "node_modules"), { recursive: true, force: true });
  const manifest = { private: true, allowScripts: { node: true }, dependencies: { node: NODE_TO_INSTALL } };
  writeFileSync(join(tools, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  npm(["install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts=false"], tools);
  if (!toolNodeRuns()) {
    // The package fetches its executable in an install script, which some npm settings do not run: run it ourselves.
    const cwd = join(tools, "node_modules", "node");
    spawnSync(process.execPath, ["installArchSpecificPackage.js"], { cwd, stdio: ["ignore", 2, 2] });
  }
  if (toolNodeRuns()) return toolNode;
  say(`the npm package node@${NODE_TO_INSTALL} does not run here; install Node 22.18 or newer and try again`);
  return process.exit(1);
}

/**
 * @param {string} node
 * @param {string} command
 * @param {readonly string[]} args
 * @param {string} cwd
 */
function run(node, command, args, cwd) {
  const path = [dirname(node), join(root, "node_modules", ".bin"), process.env.PATH ?? ""].join(delimiter);
  const child = spawn(command, args, { cwd, stdio: "inherit", env: { ...process.env, PATH: path } });
  /** @type {NodeJS.Signals[]} */
  const passedOn = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of passedOn) {
    process.on(signal, () => {
      // Ctrl-C in a terminal reaches the command by itself; twice would mean "now, at once" to it.
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    });
  }
  // A signal to npm ends the shell between npm and here, and that shell passes nothing on: notice that it is gone.
  const shell = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(watch);
    child.kill("SIGTERM");
  }, PARENT_WATCH_MS);
  if (process.env.npm_lifecycle_event === undefined) clearInterval(watch);
  child.on("error", (error) => {
    say(`cannot run ${command}: ${error.message}`);
    process.exit(127);
  });
  child.on("exit", (code, signal) => process.exit(signal === null ? (code ?? 1) : 128 + constants.signals[signal]));
}

const args = process.argv.slice(2);
const atUser = args[0] === "--user-cwd";
if (atUser) args.shift();
mkdirSync(tools, { recursive: true });
const node = await withLock(join(tools, "bootstrap.lock"), say, () => {
  installPackages();
  return installNode();
});
const [command, ...rest] = args;
if (command !== undefined) {
  // Files of the repository are named from its root, whatever the command's working directory.
  const fromRoot = rest.map((arg, index) => (atUser && index === 0 ? join(root, arg) : arg));
  run(node, command, fromRoot, atUser ? (process.env.INIT_CWD ?? process.cwd()) : root);
}
