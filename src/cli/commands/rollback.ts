import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { messageOf, ToolError } from "../../errors.ts";
import { rollbackOnTarget } from "../../pipeline/apply.ts";
import type { Plan } from "../../plan/plan.ts";
import { renderRolledBack } from "../../report/apply-terminal.ts";
import { EXIT } from "../exit.ts";
import { planPath, readStoredPlan } from "../plan-file.ts";
import { onTarget, planOf, withTarget, type TargetFlags } from "../target-options.ts";
import { coloursFor, print } from "../terminal.ts";

interface RollbackFlags extends TargetFlags {
  to?: string;
  file?: string;
  plan?: string;
  dryRun?: boolean;
  force?: boolean;
  reason?: string;
}

export function rollbackCommand(program: Command, done: (exit: number) => void): void {
  withTarget(program.command("rollback"))
    .description("put back what the target's journal says was there before")
    .option("--to <id>", "take back everything after this entry of the journal; 0: everything (default: the last plan)")
    .option("--file <down.sql>", "by the plan's down file, where the journal does not know of it")
    .option("--plan <file>", "with --file: the plan that it belongs to (default: .rlsmith/plan.json)")
    .option("--dry-run", "do all of it, roll it back, and say how long each lock was held")
    .option("--force", "overwrite what somebody changed since; wants --reason")
    .option("--reason <text>", "why that may be lost; it goes into the journal")
    .action(async (project: string, flags: RollbackFlags) => {
      const way = wayOf(flags);
      const on = await onTarget(project, flags);
      const dryRun = flags.dryRun ?? false;
      const result = await rollbackOnTarget(
        on,
        way.by === "journal"
          ? { ...way, dryRun, migration: migrationIn(on.projectDir) }
          : { by: "file", dryRun, text: readDown(way.file), ...fromPlan(planOf(on.projectDir, flags.plan)) },
      );
      print(
        flags.format === "json"
          ? JSON.stringify(result, null, 2)
          : renderRolledBack(result, coloursFor(process.stdout)),
      );
      done(EXIT.fine);
    });
}

type Way = { by: "journal"; to: number | null; force: string | null } | { by: "file"; file: string };

function wayOf(flags: RollbackFlags): Way {
  if (flags.file === undefined) {
    if (flags.plan === undefined) return { by: "journal", to: entryOf(flags.to), force: reasonOf(flags) };
    throw new ToolError(
      "usage",
      "PLAN_FOR_NOTHING",
      "--plan is for --file",
      "leave it out: the journal knows the way back",
    );
  }
  if (flags.to === undefined && flags.force !== true && flags.reason === undefined)
    return { by: "file", file: flags.file };
  throw new ToolError(
    "usage",
    "TWO_WAYS_BACK",
    "--to, --force and --reason are for the way back by the journal, and --file is another",
    "leave out the one or the other",
  );
}

const fromPlan = ({
  plan,
  hash,
  up,
}: ReturnType<typeof planOf>): { plan: Plan; planHash: string; migration: string } => ({
  plan,
  planHash: hash,
  migration: up,
});

/** Of the plan that lies there. The way back by the journal does not need one, so one that cannot be read is none. */
function migrationIn(projectDir: string): string | null {
  try {
    return readStoredPlan(planPath(projectDir))?.files.up ?? null;
  } catch {
    return null;
  }
}

function readDown(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new ToolError(
      "usage",
      "NO_SUCH_FILE",
      `\`${file}\` cannot be read: ${messageOf(error)}`,
      "name the down file that `rlsmith plan` wrote",
    );
  }
}

function entryOf(to: string | undefined): number | null {
  if (to === undefined) return null;
  if (/^\d{1,15}$/.test(to)) return Number(to);
  throw new ToolError(
    "usage",
    "BAD_ENTRY",
    `--to wants the number of an entry, and \`${to}\` is none`,
    "see `rlsmith history`",
  );
}

function reasonOf({ force, reason }: RollbackFlags): string | null {
  const given = reason?.trim() ?? "";
  if (force !== true && given !== "")
    throw new ToolError("usage", "REASON_FOR_NOTHING", "--reason is for --force", "leave it out, or add --force");
  if (force !== true) return null;
  if (given !== "") return given;
  throw new ToolError(
    "usage",
    "NO_REASON",
    "--force wants a reason, which goes into the journal",
    '--force --reason "the change of … is wanted back"',
  );
}
