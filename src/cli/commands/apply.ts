import type { Command } from "commander";
import { approvalsOf } from "../../apply/approvals-file.ts";
import { applyToTarget } from "../../pipeline/apply.ts";
import { readPlan } from "../../plan/plan-file.ts";
import { renderApplied } from "../../report/apply-terminal.ts";
import { EXIT } from "../exit.ts";
import { cutOf, onTarget, withTarget, type TargetFlags } from "../target-options.ts";
import { coloursFor, print } from "../terminal.ts";

interface ApplyFlags extends TargetFlags {
  plan?: string;
  by?: string;
  dryRun?: boolean;
  adopt?: boolean;
}

export function applyCommand(program: Command, done: (exit: number) => void): void {
  withTarget(program.command("apply"))
    .description("bring the plan to a database: checked, locked for a moment, looked at, journalled, or nothing at all")
    .option("--plan <file>", "the plan (default: .rlsmith/plan.json)")
    .option("--by <how>", "a transaction for each `relation`, each `context` of the config, or so many relations")
    .option("--dry-run", "do all of it, roll it back, and say how long each lock was held")
    .option("--adopt", "another tool has run the migration: find that it is there, and write it into the journal")
    .action(async (project: string, flags: ApplyFlags) => {
      const on = await onTarget(project, flags);
      const { plan, files } = readPlan(on.projectDir, flags.plan);
      const result = await applyToTarget(on, {
        plan,
        cut: cutOf(flags.by, on.config),
        dryRun: flags.dryRun ?? false,
        migration: files.up,
        adopt: flags.adopt ?? false,
        approvals: approvalsOf(on.projectDir),
      });
      print(
        flags.format === "json" ? JSON.stringify(result, null, 2) : renderApplied(result, coloursFor(process.stdout)),
      );
      done(EXIT.fine);
    });
}
