import type { Command } from "commander";
import type { CodeFlags } from "./cleanup-code.ts";
import { withSource, type SourceFlags } from "./options.ts";

/** The flags of `rlsmith cleanup`. */
export interface CleanupFlags extends SourceFlags, CodeFlags {
  sql?: boolean;
  code?: boolean;
  guards?: boolean;
  out?: string;
  dryRun?: boolean;
  rehearse: boolean;
}

/** The parts have their own flags. */
export const withCleanup = (command: Command): Command =>
  withSource(command)
    .option("--sql", "function bodies, column defaults and the functions that set the variables: a migration")
    .option("--out <folder>", "with --sql: write the files there instead of the project's own folders")
    .option("--dry-run", "with --sql: print the files, write nothing")
    .option("--no-rehearse", "with --sql: do not run the migration on a scratch database first")
    .option("--code", "TypeScript and JavaScript: a patch on stdout, and what a person has to decide")
    .option("--guards", "hooks, scanners, lint rules, CI steps, instructions that demand the old pattern: a patch")
    .option("--write", "with --code or --guards: edit the files in their place; nothing is committed")
    .option("--allow-dirty", "with --write: edit although there are changes that are not committed")
    .option(
      "--check <command>",
      "with --code: check the result with this command, in a copy; default: the project's tsc",
    );
