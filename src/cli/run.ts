import { Command, CommanderError } from "commander";
import { withoutPasswords } from "../db/without-passwords.ts";
import { internalError, messageOf, ToolError } from "../errors.ts";
import { errorJson } from "../report/error-json.ts";
import { oneLine } from "../report/visible.ts";
import { VERSION } from "../version.ts";
import { addCommands } from "./command-list.ts";
import { EXIT, exitCodeOf } from "./exit.ts";
import { asksForJson, endJson } from "./json-output.ts";
import { coloursFor, say, sayAsIs, withoutBreaks, print } from "./terminal.ts";

/** Run one command line. Returns the exit code, and never ends the process. */
export async function run(argv: readonly string[]): Promise<number> {
  let code: number = EXIT.fine;
  const done = (exit: number): void => {
    code = exit;
  };
  const program = new Command("rlsmith")
    .description("Moves PostgreSQL row-level security from session variables to JWT claims, and rehearses every step.")
    .version(VERSION)
    .exitOverride()
    .configureOutput({ writeOut: print, writeErr: (text) => say(withoutBreaks(text, argv)) })
    .showHelpAfterError("(run with --help for the flags)")
    // flags and arguments stand in the help of each command
    .configureHelp({ subcommandTerm: (command) => command.name() });
  try {
    await addCommands(program, argv, done);
    await program.parseAsync([...argv], { from: "user" });
    endJson(null);
    return code;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.fine;
    const failure = failureOf(error, argv);
    // Commander has printed its own
    if (!(error instanceof CommanderError)) sayFailure(failure);
    endJson(asksForJson(argv) ? errorJson(failure, (text) => oneLine(withoutPasswords(text))) : null);
    return exitCodeOf[failure.kind];
  }
}

/** Anything thrown, as an error with a code. */
function failureOf(error: unknown, argv: readonly string[]): ToolError {
  if (error instanceof ToolError) return error;
  if (!(error instanceof CommanderError)) return internalError(error);
  // the second line asks whether another option was meant
  const [message = "", ...meant] = withoutBreaks(error.message, argv)
    .replace(/^error: /, "")
    .split("\n");
  return new ToolError("usage", "BAD_COMMAND_LINE", message, [...meant, "run with --help for the flags"].join(" "));
}

function sayFailure(failure: ToolError): void {
  const colours = coloursFor(process.stderr);
  if (failure.kind === "bug") {
    sayAsIs(`${colours.red("bug")} ${traceOf(failure.cause)}`);
    say(`${colours.dim("hint")} ${failure.hint}`);
    return;
  }
  // the code belongs to the first line, not to the list below it
  const first = `${colours.red("error")} ${oneLine(failure.summary)} ${colours.dim(`[${failure.code}]`)}`;
  say(first);
  if (failure.list.length > 0) sayAsIs(failure.list.map(oneLine).join("\n"));
  say(`${colours.dim("hint")}  ${oneLine(failure.hint)}`);
}

/** The message on one line, since it may quote the data, and the trace below it. */
function traceOf(error: unknown): string {
  const message = messageOf(error);
  const stack = error instanceof Error ? (error.stack ?? message) : message;
  return stack.replace(message, () => oneLine(message));
}
