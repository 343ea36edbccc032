/** The command line: parse, call, print, and an exit code. */
import { Command, CommanderError } from "commander";
import { PlimsollError } from "../domain/errors.ts";
import { addCatalogCommand } from "./catalog-command.ts";
import { describeForPeople, exitCodeOf } from "./errors.ts";
import { addPlanCommand } from "./plan-command.ts";
import type { CliRuntime } from "./runtime.ts";
import { addServeCommand } from "./serve-command.ts";
import { EXIT, write, type CliIo } from "./terminal.ts";

/** Subcommands that come later: they answer that, rather than "unknown command". */
const NOT_YET: Readonly<Record<string, string>> = {
  controller: "run as the autoscaler of a cluster",
  consolidate: "find nodes that a cluster can do without",
  simulate: "run the controller on a simulated cluster",
  savings: "compare a cluster's bill with the cheapest one",
  bench: "measure against other autoscalers",
};

const HELP = `
Examples:
  plimsoll plan -f examples/online-boutique.yaml
  plimsoll serve
  plimsoll catalog 'm7i.*'

Exit codes:
  0    done; for plan: every pod has a place
  1    internal error
  2    bad input or usage
  3    plan: made, but pods stay pending or objects were rejected
  130  interrupted

docs/cli.md says more; docs/errors.md explains every error code.`;

/**
 * Runs one command line.
 * @param argv  without the runtime and the script
 * @returns the exit code; what there was to say is on the streams of `io`
 */
export async function runCli(argv: readonly string[], runtime: CliRuntime, io: CliIo): Promise<number> {
  let code: number = EXIT.ok;
  const program = createProgram(runtime, io, (finished) => {
    code = finished;
  });
  try {
    await program.parseAsync([...argv], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.input;
    const exitCode = exitCodeOf(error);
    const debug = program.opts<{ debug?: boolean }>().debug === true || argv.includes("--debug");
    if (exitCode === EXIT.interrupted && !debug) io.stderr.write("interrupted\n");
    else io.stderr.write(describeForPeople(error, debug));
    return exitCode;
  }
}

function createProgram(runtime: CliRuntime, io: CliIo, finish: (code: number) => void): Command {
  const program = new Command("plimsoll")
    .description("The cheapest EC2 fleet for your pods, with a proof of how close to the best possible it is.")
    .version(runtime.version, "-V, --version", "print the version")
    .option("--debug", "print codes, causes and stacks of errors")
    .showSuggestionAfterError(true)
    .showHelpAfterError("(plimsoll --help shows what there is)")
    .addHelpText("after", HELP)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHelpWidth: () => Math.min(120, io.stdout.columns ?? 100),
      getErrHelpWidth: () => Math.min(120, io.stderr.columns ?? 100),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  addPlanCommand(program, runtime, io, finish);
  addServeCommand(program, runtime, io);
  addCatalogCommand(program, runtime, io);
  program
    .command("version")
    .summary("print the version and what runs it")
    .description("Prints the version of Plimsoll and of what runs it.")
    .action(() => write(io.stdout, `plimsoll ${runtime.version} (${runtime.platform})\n`));
  for (const [name, purpose] of Object.entries(NOT_YET)) {
    program
      .command(name, { hidden: true })
      .argument("[args...]")
      .allowUnknownOption()
      .helpOption(false)
      .action(() => {
        const hint = "This version can plan, serve and catalog.";
        const message = `${name}: not yet: it will ${purpose}. ${hint}`;
        throw new PlimsollError("not-yet", "NOT_YET", message, { object: name, hint });
      });
  }
  for (const command of program.commands) {
    command
      .copyInheritedSettings(program)
      .showHelpAfterError(`(plimsoll ${command.name()} --help shows what there is)`);
    if (NOT_YET[command.name()] === undefined) command.option("--debug", "print codes, causes and stacks of errors");
  }
  return program;
}
