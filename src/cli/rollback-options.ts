import { readFileSync } from "node:fs";
import { messageOf, ToolError } from "../errors.ts";
import { readPlan } from "../plan/index.ts";
import type { Plan } from "../plan/index.ts";
import type { TargetFlags } from "./target-options.ts";

/** The flags of `rlsmith rollback`. */
export interface RollbackFlags extends TargetFlags {
  to?: string;
  file?: string;
  plan?: string;
  dryRun?: boolean;
  force?: boolean;
  reason?: string;
}

type Way = { by: "journal"; to: number | null; force: string | null } | { by: "file"; file: string };

/** The kind of rollback that the flags mean. Throws ToolError (usage) if they contradict one another. */
export function wayOf(flags: RollbackFlags): Way {
  if (flags.file === undefined) {
    if (flags.plan === undefined) return { by: "journal", to: entryOf(flags.to), force: reasonOf(flags) };
    throw new ToolError(
      "usage",
      "PLAN_FOR_NOTHING",
      "--plan is for --file",
      "leave it out: a rollback from the journal needs no plan",
    );
  }
  if (flags.to === undefined && flags.force !== true && flags.reason === undefined)
    return { by: "file", file: flags.file };
  throw new ToolError(
    "usage",
    "TWO_WAYS_BACK",
    "--to, --force and --reason are for a rollback from the journal, and --file is for one from a file",
    "leave out one or the other",
  );
}

/** The down file with its plan. Throws ToolError (usage) if one of them does not exist. */
export function downOf(
  projectDir: string,
  file: string,
  planFile: string | undefined,
): { text: string; plan: Plan; migration: string } {
  const text = readDown(file);
  const { plan, files } = readPlan(projectDir, planFile);
  return { text, plan, migration: files.up };
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
    `--to needs the number of an entry, and \`${to}\` is not one`,
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
    "--force needs a reason, which goes into the journal",
    'add for instance --reason "the change of … is reverted"',
  );
}
