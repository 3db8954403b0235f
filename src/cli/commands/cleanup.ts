import type { Command } from "commander";
import { ToolError } from "../../errors.ts";
import { cleanUpCodeOf } from "../cleanup-code.ts";
import { cleanUpGuardsOf } from "../cleanup-guards.ts";
import { withCleanup, type CleanupFlags } from "../cleanup-options.ts";
import { cleanSql } from "../cleanup-sql.ts";
import { cleanUpTestsOf } from "../cleanup-tests.ts";
import { projectOptions } from "../options.ts";

export function cleanupCommand(command: Command, done: (exit: number) => void): void {
  withCleanup(command).action(async (project: string, flags: CleanupFlags) => {
    if ([flags.sql, flags.code, flags.tests, flags.guards].filter(Boolean).length !== 1)
      throw new ToolError(
        "usage",
        "NO_PART",
        "`rlsmith cleanup` was not told which part to clean up",
        "name one: --sql for functions and defaults of the database, --code for TypeScript and JavaScript, --tests for test cases, --guards for hooks, scanners, lint rules and CI steps",
      );
    if (flags.sql) return done(await cleanSql(project, flags));
    if (flags.tests) return done(await cleanUpTestsOf(project, flags));
    const options = await projectOptions(project, flags);
    done(flags.code ? await cleanUpCodeOf(options, flags) : await cleanUpGuardsOf(options, flags));
  });
}
