import type { Command } from "commander";
import { approvalsOf } from "../../apply/index.ts";
import { ToolError } from "../../errors.ts";
import { applyToTarget, gateNotAsked } from "../../pipeline/apply.ts";
import { applyFact } from "../../pipeline/facts.ts";
import { readPlan } from "../../plan/index.ts";
import { renderApplied } from "../../report/apply-terminal.ts";
import { EXIT } from "../exit.ts";
import { printResult } from "../json-output.ts";
import { recorded } from "../record.ts";
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
      const { plan, files, hash } = readPlan(on.projectDir, flags.plan);
      const about = { plan: hash, target: on.target };
      const cut = cutOf(flags.by, on.config);
      const { dryRun = false, adopt = false } = flags;
      const approvals = approvalsOf(on.projectDir);
      const notAsked = gateNotAsked(on, { plan, dryRun, adopt });
      const result = await applyToTarget(on, { plan, cut, dryRun, migration: files.up, adopt, approvals }).catch(
        async (error: unknown) => {
          if (error instanceof ToolError && error.kind === "environment" && !dryRun)
            await recorded(on.projectDir, EXIT.findings, {
              fact: applyFact(plan, { failed: error.code }, notAsked),
              ...about,
            });
          throw error;
        },
      );
      printResult(flags.format, { format: "rlsmith-apply", formatVersion: 1, ...result }, (colours) =>
        renderApplied(result, colours),
      );
      done(
        dryRun
          ? EXIT.fine
          : await recorded(on.projectDir, EXIT.fine, { fact: applyFact(plan, result, notAsked), ...about }),
      );
    });
}
