/** `npm run conformance -- DIR [--filter TEXT] [--record]`: plans recorded scheduling rounds and compares. */
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { SingleBar } from "cli-progress";
import { Command } from "commander";
import { certifySolution } from "../../solver/certify.ts";
import { createGlpk } from "../../solver/glpk/glpk.ts";
import type { LinearSolver } from "../../solver/linear-program.ts";
import { solveProblem } from "../../solver/solve.ts";
import type { InstanceType } from "../../src/domain/instance-type.ts";
import { compileProblem } from "../../src/scheduling/compile.ts";
import { decodePlan } from "../../src/scheduling/decode.ts";
import { verifyPlan } from "../../src/scheduling/verify.ts";
import { compare } from "./compare.ts";
import { type CaseEntry, Corpus } from "./corpus.ts";
import { instanceTypesOf } from "./instance-types.ts";
import { type Result, type Score, disagreements, featureTable, losses, scoreOf } from "./report.ts";
import { snapshotOf } from "./snapshot.ts";

const SCORE = fileURLToPath(new URL("./score.json", import.meta.url));

/** Work, not time, ends the search: the same plans on every machine. */
const EFFORT = { strategy: "ilp", timeLimitMs: Infinity, workLimit: 300, gapTarget: 0, seed: 1 } as const;

async function main(): Promise<void> {
  const command = new Command("conformance")
    .argument("<dir>", "the corpus, a directory with index.json")
    .option("--filter <text>", "only cases whose id, spec or a feature contains the text")
    .option("--record", "make this the score to hold")
    .parse();
  const { filter, record } = command.opts<{ filter?: string; record?: true }>();
  const corpus = new Corpus(command.args[0]!);
  const cases = corpus.cases.filter((entry) => matches(entry, filter));
  if (cases.length === 0) throw new Error(`no case matches ${filter ?? "the corpus"}. Try a feature, e.g. volumes.`);

  const linear = await createGlpk();
  const typesOf = memo((hash: string) => instanceTypesOf(corpus.catalog(hash)));
  const bar = process.stderr.isTTY ? new SingleBar({ format: "{bar} {value}/{total} {id}", etaBuffer: 20 }) : undefined;
  bar?.start(cases.length, 0, { id: "" });
  const results = cases.map((entry) => {
    const result = resultOf(corpus, entry, typesOf, linear);
    bar?.increment(1, { id: entry.id });
    return result;
  });
  bar?.stop();

  const score = scoreOf(results);
  process.stdout.write(`${featureTable(results)}\n\n${disagreements(results)}\n\n`);
  if (filter === undefined) settle(score, record === true);
  process.stdout.write(`${JSON.stringify(score)}\n`);
}

/** Keeps the score, or fails when it is below the kept one; never for a part of the corpus. */
function settle(score: Score, record: boolean): void {
  if (record) {
    writeFileSync(SCORE, `${JSON.stringify(score, null, 2)}\n`);
    return;
  }
  const lost = losses(score, JSON.parse(readFileSync(SCORE, "utf8")) as Score);
  if (lost.length === 0) return;
  process.stdout.write(`BELOW THE RECORDED SCORE: ${lost.join("; ")}\n`);
  process.exitCode = 1;
}

function matches({ features, id, spec }: CaseEntry, filter: string | undefined): boolean {
  return filter === undefined || [id, spec, ...features].some((text) => text.includes(filter));
}

/** The whole way from manifests to a checked plan; what is thrown on it is a result too. */
function resultOf(
  corpus: Corpus,
  entry: CaseEntry,
  typesOf: (hash: string) => readonly InstanceType[],
  linear: LinearSolver,
): Result {
  try {
    const { input, output } = corpus.load(entry);
    const snapshot = snapshotOf(input, typesOf);
    const compiled = compileProblem(snapshot);
    const solution = solveProblem(compiled.problem, EFFORT, { now: () => 0, linear });
    const plan = decodePlan(compiled, solution);
    const violations = [
      ...certifySolution(compiled.problem, solution).map((one) => `certificate: ${JSON.stringify(one)}`),
      ...verifyPlan(snapshot, plan).map(({ code, message }) => `${code}: ${message}`),
    ];
    return { entry, comparison: compare(entry, input, output, plan), violations };
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { entry, violations: [], failure: text.split("\n").slice(0, 2).join(" ") };
  }
}

function memo<T>(make: (key: string) => T): (key: string) => T {
  const known = new Map<string, T>();
  return (key) => {
    const made = known.get(key) ?? make(key);
    known.set(key, made);
    return made;
  };
}

await main();
