import type { Command } from "commander";
import { checkApprovals } from "../../apply/approvals.ts";
import { applyToTarget } from "../../pipeline/apply.ts";
import { targetOf } from "../../pipeline/target.ts";
import { renderApplied } from "../../report/apply-terminal.ts";
import { approvalsOf } from "../approvals-file.ts";
import { EXIT } from "../exit.ts";
import { cutOf, onTarget, planOf, withTarget, type TargetFlags } from "../target-options.ts";
import { coloursFor, print } from "../terminal.ts";

interface ApplyFlags extends TargetFlags {
  plan?: string;
  by?: string;
  dryRun?: boolean;
  adopt?: boolean;
}

export function applyCommand(program: Command, done: (exit: number) => void): void {
  withTarget(program.command("apply"))
    .description("apply the plan to a target: short locks, a check before COMMIT and a journal; all of it or nothing")
    .option("--plan <file>", "the plan (default: .rlsmith/plan.json)")
    .option("--by <how>", "one transaction for each `relation`, each `context` of the config, or a number of relations")
    .option("--dry-run", "do everything, roll it back, and print how long each lock was held")
    .option("--adopt", "record a migration that another tool has run, after a check that it is in force")
    .action(async (project: string, flags: ApplyFlags) => {
      const on = await onTarget(project, flags);
      const { plan, hash, up } = planOf(on.projectDir, flags.plan);
      const wanted = targetOf(on.config, on.target).requireApprovals;
      const given = approvalsOf(on.projectDir);
      const dryRun = flags.dryRun ?? false;
      const result = await applyToTarget(on, {
        plan,
        planHash: hash,
        cut: cutOf(flags.by, on.config),
        dryRun,
        migration: up,
        adopt: flags.adopt ?? false,
        // who tries it out needs nobody's leave
        approvals: checkApprovals(given, hash, dryRun ? 0 : wanted, on.target),
      });
      print(
        flags.format === "json" ? JSON.stringify(result, null, 2) : renderApplied(result, coloursFor(process.stdout)),
      );
      done(EXIT.fine);
    });
}
