import type { Command } from "commander";
import { ToolError } from "../../errors.ts";
import { cleanUpCodeOf } from "../cleanup-code.ts";
import { withCleanup, type CleanupFlags } from "../cleanup-options.ts";
import { cleanSql } from "../cleanup-sql.ts";
import { projectOptions } from "../options.ts";

export function cleanupCommand(command: Command, done: (exit: number) => void): void {
  withCleanup(command).action(async (project: string, flags: CleanupFlags) => {
    if (Boolean(flags.sql) === Boolean(flags.code))
      throw new ToolError(
        "usage",
        "NO_PART",
        "`rlsmith cleanup` was not told which part to clean up",
        "name one: --sql for functions and defaults of the database, --code for TypeScript and JavaScript",
      );
    done(flags.sql ? await cleanSql(project, flags) : await cleanUpCodeOf(await projectOptions(project, flags), flags));
  });
}
