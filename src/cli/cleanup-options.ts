import type { Command } from "commander";
import { withSource, type SourceFlags } from "./options.ts";

/** The flags of `rlsmith cleanup`. */
export interface CleanupFlags extends SourceFlags {
  sql?: boolean;
  out?: string;
  dryRun?: boolean;
  rehearse: boolean;
}

export const withCleanup = (command: Command): Command =>
  withSource(command)
    .option("--sql", "function bodies, column defaults and the functions that set the variables")
    .option("--out <folder>", "write the files there instead of the project's own folders")
    .option("--dry-run", "print the files, write nothing")
    .option("--no-rehearse", "do not run the migration on a scratch database first");
