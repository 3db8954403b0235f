import { InvalidArgumentError, type Command } from "commander";
import type { CodeFlags } from "./cleanup-code.ts";
import type { TestsFlags } from "./cleanup-tests.ts";
import { withSource, type SourceFlags } from "./options.ts";

/** The flags of `rlsmith cleanup`. */
export interface CleanupFlags extends SourceFlags, CodeFlags, TestsFlags {
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
    .option("--tests", "test cases of the variable's path, as far as the project's suite shows that nothing is lost")
    .option(
      "--mutants <count>",
      "with --tests: run the suite on so many weakened policies (default: each once)",
      countOf,
    )
    .option("--write", "with --code, --guards or --tests: edit the files in their place; nothing is committed")
    .option("--allow-dirty", "with --write: edit although there are changes that are not committed")
    .option(
      "--check <command>",
      "with --code or --tests: check the result with this command, in a copy; default: the project's tsc",
    );

function countOf(text: string): number {
  if (/^\d{1,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a whole number.");
}
