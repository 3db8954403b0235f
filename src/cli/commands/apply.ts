import type { Command } from "commander";
import { approvalsOf } from "../../apply/index.ts";
import { applyToTarget } from "../../pipeline/apply.ts";
import { readPlan } from "../../plan/index.ts";
import { renderApplied } from "../../report/apply-terminal.ts";
import { EXIT } from "../exit.ts";
import { printResult } from "../json-output.ts";
import { cutOf, onTarget, withTarget, type TargetFlags } from "../target-options.ts";

interface ApplyFlags extends TargetFlags {
  plan?: string;
  by?: string;
  dryRun?: boolean;
  adopt?: boolean;
}

export function applyCommand(command: Command, done: (exit: number) => void): void {
  withTarget(command)
    .option("--plan <file>", "the plan (default: .rlsmith/plan.json)")
    .option(
      "--by <how>",
      "a transaction for each `relation`, `context` or number of relations; `auto`: smaller ones if locks are not acquired",
    )
    .option("--dry-run", "do everything, roll it back, and print how long each lock was held")
    .option("--adopt", "record a migration that another tool has run, after a check that it is in force")
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
      printResult(flags.format, { format: "rlsmith-apply", formatVersion: 1, ...result }, (colours) =>
        renderApplied(result, colours),
      );
      done(EXIT.fine);
    });
}
