import type { Command } from "commander";
import { rollbackOnTarget } from "../../pipeline/apply.ts";
import { rollbackFact } from "../../pipeline/facts.ts";
import { migrationOf, readPlan } from "../../plan/index.ts";
import { renderRolledBack } from "../../report/apply-terminal.ts";
import { EXIT } from "../exit.ts";
import { printResult } from "../json-output.ts";
import { downOf, wayOf, type RollbackFlags } from "../rollback-options.ts";
import { recorded } from "../record.ts";
import { onTarget, withTarget } from "../target-options.ts";

export function rollbackCommand(command: Command, done: (exit: number) => void): void {
  withTarget(command)
    .option("--to <id>", "take back everything after this entry of the journal; 0: everything (default: the last plan)")
    .option("--file <down.sql>", "use the plan's down file, where the journal does not know the plan")
    .option("--plan <file>", "with --file: the plan that it belongs to (default: .rlsmith/plan.json)")
    .option("--dry-run", "do everything, roll it back, and print how long each lock was held")
    .option("--force", "overwrite changes that were made after apply; needs --reason")
    .option("--reason <text>", "the reason for --force; it goes into the journal")
    .action(async (project: string, flags: RollbackFlags) => {
      const way = wayOf(flags);
      const on = await onTarget(project, flags);
      const dryRun = flags.dryRun ?? false;
      const result = await rollbackOnTarget(
        on,
        way.by === "journal"
          ? { ...way, dryRun, migration: migrationOf(on.projectDir) }
          : { by: "file", dryRun, ...downOf(on.projectDir, way.file, flags.plan) },
      );
      printResult(flags.format, { format: "rlsmith-rollback", formatVersion: 1, ...result }, (colours) =>
        renderRolledBack(result, colours),
      );
      done(EXIT.fine);
      if (dryRun || result.outcome === "nothing to take back") return;
      const plans = new Set(result.undone.flatMap(({ planHash }) => planHash ?? []));
      // the journal may not know the plan of a down file
      if (way.by === "file") plans.add(readPlan(on.projectDir, flags.plan).hash);
      const about = { fact: rollbackFact(result), target: on.target };
      for (const plan of plans) await recorded(on.projectDir, EXIT.fine, { ...about, plan });
    });
}
