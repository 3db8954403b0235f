import type { Command } from "commander";
import { ToolError } from "../../errors.ts";
import { withCleanup, type CleanupFlags } from "../cleanup-options.ts";
import { cleanSql } from "../cleanup-sql.ts";

export function cleanupCommand(command: Command, done: (exit: number) => void): void {
  withCleanup(command).action(async (project: string, flags: CleanupFlags) => {
    if (!flags.sql)
      throw new ToolError("usage", "NO_PART", "`rlsmith cleanup` was not told what to clean up", "name a part: --sql");
    done(await cleanSql(project, flags));
  });
}
