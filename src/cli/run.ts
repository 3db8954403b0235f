import { Command, CommanderError } from "commander";
import { messageOf, ToolError } from "../errors.ts";
import { oneLine } from "../report/visible.ts";
import { VERSION } from "../version.ts";
import { addCommands } from "./command-list.ts";
import { EXIT, exitCodeOf } from "./exit.ts";
import { coloursFor, print, say, withoutBreaks } from "./terminal.ts";

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
    return code;
  } catch (error) {
    return report(error);
  }
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.usage;
  const colours = coloursFor(process.stderr);
  if (error instanceof ToolError) {
    // the code belongs to the first line, not to the list below it
    const first = `${colours.red("error")} ${oneLine(error.summary)} ${colours.dim(`[${error.code}]`)}`;
    say([first, ...error.list.map(oneLine)].join("\n"));
    say(`${colours.dim("hint")}  ${oneLine(error.hint)}`);
    return exitCodeOf[error.kind];
  }
  say(`${colours.red("bug")} ${traceOf(error)}`);
  say(`${colours.dim("hint")} this is a bug in rlsmith ${VERSION}; please report it with the lines above`);
  return EXIT.bug;
}

/** The message on one line, since it may quote the data, and the trace below it. */
function traceOf(error: unknown): string {
  const message = messageOf(error);
  const stack = error instanceof Error ? (error.stack ?? message) : message;
  return stack.replace(message, () => oneLine(message));
}
