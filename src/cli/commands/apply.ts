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
    .description("bring the plan to a database: checked, locked for a moment, looked at, journalled, or nothing at all")
    .option("--plan <file>", "the plan (default: .rlsmith/plan.json)")
    .option("--by <how>", "a transaction for each `relation`, each `context` of the config, or so many relations")
    .option("--dry-run", "do all of it, roll it back, and say how long each lock was held")
    .option("--adopt", "another tool has run the migration: find that it is there, and write it into the journal")
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
