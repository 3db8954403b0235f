import type { Command } from "commander";
import { withAccept, type AcceptFlags } from "./accept.ts";
import { withSource, type SourceFlags } from "./options.ts";

/** The flags of `rlsmith plan`. */
export interface PlanFlags extends SourceFlags, AcceptFlags {
  out?: string;
  dryRun?: boolean;
  rehearse: boolean;
  inlineHelpers?: boolean;
}

export const withPlan = (command: Command): Command =>
  withAccept(withSource(command))
    .option("--out <folder>", "write the files there instead of the project's own folders")
    .option("--dry-run", "print the files, write nothing")
    .option("--no-rehearse", "do not run the migration on a scratch database first")
    .option("--inline-helpers", "write one-expression helpers into the policies instead of changing the helper");
