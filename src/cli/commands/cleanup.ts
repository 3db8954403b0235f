import type { Command } from "commander";
import { ToolError } from "../../errors.ts";
import { cleanUpCodeOf, type CodeFlags } from "../cleanup-code.ts";
import { projectOptions, withSource, type SourceFlags } from "../options.ts";

type CleanupFlags = SourceFlags & CodeFlags & { code?: boolean };

export function cleanupCommand(command: Command, done: (exit: number) => void): void {
  withSource(command)
    .option("--code", "clean up TypeScript and JavaScript: a patch on stdout, and what a person has to decide")
    .option("--write", "edit the files in their place; nothing is committed")
    .option("--allow-dirty", "with --write: edit although there are changes that are not committed")
    .option("--check <command>", "check the result with this command, in a copy; default: the project's own tsc")
    .action(async (project: string, flags: CleanupFlags) => {
      // --sql, --tests and --guards each have a file beside ../cleanup-code.ts, and a line here
      if (!flags.code) throw new ToolError("usage", "NO_PART", "cleanup was not told what to clean up", "say --code");
      done(await cleanUpCodeOf(await projectOptions(project, flags), flags));
    });
}
