import { existsSync, statSync } from "node:fs";
import { relative, resolve } from "node:path";
import { type Command, Option } from "commander";
import { ToolError } from "../errors.ts";
import { databaseUrl, targetNamed, urlOrVariable } from "../pipeline/database-url.ts";
import type { ProjectOptions, Source } from "../pipeline/source.ts";
import { TOOL_NAMES, type ToolName } from "../migration-tools/index.ts";
import { renderReplay } from "../report/replay-terminal.ts";
import { oneLine } from "../report/visible.ts";
import type { ScratchTarget } from "../scratch/index.ts";
import { coloursFor, progressLines, sayAsIs, type Format } from "./terminal.ts";

/** The flags that every command takes. */
export interface SourceFlags {
  db?: string;
  target?: string;
  scratch?: string;
  scratchSuperuser?: boolean;
  folder?: string;
  layout?: ToolName;
  config?: string;
  strict?: boolean;
  statementTimeout: number;
  format: Format;
}

const FORMAT = new Option("--format <format>", "output format").choices(["terminal", "json"]).default("terminal");

/** Add the flags that name the source of the policies. `format`: for a command with further output formats. */
export const withSource = (command: Command, format: Option = FORMAT): Command =>
  command
    .argument("[project]", "the project's folder", ".")
    .option("--db <url>", "read a live database instead of the migrations, and never write to it; or env:NAME")
    .addOption(
      new Option("--target <name>", "read the database of this target of the config, as with --db").conflicts("db"),
    )
    .option("--scratch <url>", "create the scratch database on this server, not the embedded one; or env:NAME")
    .option(
      "--scratch-superuser",
      "with --scratch: run the migrations as the login of the URL, though it is a superuser",
    )
    .option("--statement-timeout <seconds>", "limit to each statement of the migrations", secondsOf, 60)
    .option("--folder <path>", "the migrations folder, if it is not detected")
    .addOption(new Option("--layout <name>", "layout of the migrations folder").choices([...TOOL_NAMES]))
    .option("--config <file>", "config file (default: rlsmith.config.ts)")
    .option("--strict", "stop at the first statement that fails to replay (exit 4)")
    .addOption(format);

/**
 * The options that the flags mean. Throws ToolError (usage) if the folder does not exist, and as `databaseUrl` for the
 * databases that they name.
 */
export async function projectOptions(project: string, flags: SourceFlags): Promise<ProjectOptions> {
  const projectDir = resolve(project);
  if (!existsSync(projectDir) || !statSync(projectDir).isDirectory())
    throw new ToolError(
      "usage",
      "NO_SUCH_FOLDER",
      `there is no folder \`${project}\``,
      "name the project's folder, or leave it out for the current one",
    );
  const named = flags.target === undefined ? flags.db : targetNamed(flags.target);
  const scratch: ScratchTarget =
    flags.scratch === undefined
      ? { kind: "embedded" }
      : { kind: "server", url: urlOrVariable(flags.scratch), superuser: flags.scratchSuperuser ?? false };
  return {
    projectDir,
    db: named === undefined ? undefined : await databaseUrl(named, { projectDir, config: flags.config }),
    scratch,
    folder: flags.folder,
    layout: flags.layout,
    config: flags.config,
    strict: flags.strict ?? false,
    statementTimeout: flags.statementTimeout,
    progress: progressLines(),
  };
}

/** The argument of `--statement-timeout`. Throws ToolError (usage). */
export function secondsOf(text: string): number {
  const seconds = Number(text);
  if (seconds > 0 && seconds <= 86_400) return seconds;
  throw new ToolError(
    "usage",
    "BAD_STATEMENT_TIMEOUT",
    `--statement-timeout does not accept \`${text}\``,
    "give it a number of seconds, such as 60",
  );
}

/** Print the failures of the replay to stderr. */
export function sayReplay({ origin }: Source): void {
  if (origin.kind === "migrations") sayAsIs(renderReplay(origin.report, coloursFor(process.stderr)));
}

/** Print a line for each file that was written. */
export function sayWritten(paths: readonly string[]): void {
  for (const path of paths) sayAsIs(oneLine(`wrote ${relative(process.cwd(), path)}`));
}
