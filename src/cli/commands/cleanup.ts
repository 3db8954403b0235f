import type { Command } from "commander";
import { ToolError } from "../../errors.ts";
import { cleanUpCodeOf } from "../cleanup-code.ts";
import { withCleanup, type CleanupFlags } from "../cleanup-options.ts";
import { cleanSql } from "../cleanup-sql.ts";
import { cleanUpTestsOf } from "../cleanup-tests.ts";
import { projectOptions } from "../options.ts";

export function cleanupCommand(command: Command, done: (exit: number) => void): void {
  withCleanup(command).action(async (project: string, flags: CleanupFlags) => {
    if ([flags.sql, flags.code, flags.tests].filter(Boolean).length !== 1)
      throw new ToolError(
        "usage",
        "NO_PART",
        "`rlsmith cleanup` was not told which part to clean up",
        "name one: --sql for functions and defaults of the database, --code for TypeScript and JavaScript, --tests for test cases",
      );
    if (flags.tests) return done(await cleanUpTestsOf(project, flags));
    done(flags.sql ? await cleanSql(project, flags) : await cleanUpCodeOf(await projectOptions(project, flags), flags));
  });
}
