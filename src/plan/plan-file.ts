import { existsSync, readFileSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { ToolError } from "../errors.ts";
import type { OutputNames } from "../migration-tools/index.ts";
import type { OutputFile } from "../write-files.ts";
import { planHash } from "./plan-hash.ts";
import type { Plan } from "./plan.ts";

/** The contents of `.rlsmith/plan.json`: the plan and the paths of its files, relative to the project. */
export interface StoredPlan {
  /** `planHash` of the plan as it was written: later edits were neither proved nor rehearsed */
  hash: string;
  plan: Plan;
  files: { up: string; down: string; ownTransaction: boolean };
}

/** A stored plan with its two files as they are on disk. */
export interface StoredMigration extends StoredPlan {
  up: string;
  down: string;
  /** the absolute path of the up file */
  upPath: string;
}

/** The path to which `rlsmith plan` writes its plan. */
export const planPath = (projectDir: string): string => join(projectDir, ".rlsmith", "plan.json");

/** The path to which `rlsmith cleanup` writes its plan, so that both can be applied, one after the other. */
export const cleanupPath = (projectDir: string): string => join(projectDir, ".rlsmith", "cleanup.json");

/** The file that keeps a plan for approve, apply, rehearse and rollback. */
export function planFile(projectDir: string, plan: Plan, names: OutputNames): OutputFile {
  const stored: StoredPlan = {
    hash: planHash(plan),
    plan,
    files: {
      up: relative(projectDir, names.up),
      down: relative(projectDir, names.down),
      ownTransaction: names.ownTransaction,
    },
  };
  const path = plan.purpose === "clean-up" ? cleanupPath(projectDir) : planPath(projectDir);
  return { path, content: `${JSON.stringify(stored, null, 2)}\n`, replace: true };
}

/**
 * A stored plan from a file; null if the file does not exist. Throws ToolError (environment) if another version wrote
 * it or it was edited since.
 */
export function readStoredPlan(path: string): StoredPlan | null {
  if (!existsSync(path)) return null;
  const stored = parse(readFileSync(path, "utf8"));
  if (stored?.plan?.format !== "rlsmith-plan" || stored.plan.formatVersion !== 2)
    throw new ToolError(
      "environment",
      "STALE_PLAN",
      `\`${relative(process.cwd(), path)}\` was not written by this version`,
      "run `rlsmith plan` again",
    );
  if (stored.hash !== planHash(stored.plan))
    throw new ToolError(
      "environment",
      "PLAN_EDITED",
      `\`${relative(process.cwd(), path)}\` is not as \`rlsmith plan\` wrote it`,
      "an edited plan was neither proved nor rehearsed: change the config instead and run `rlsmith plan` again",
    );
  return stored;
}

function parse(text: string): StoredPlan | null {
  try {
    return JSON.parse(text) as StoredPlan | null;
  } catch {
    return null;
  }
}

/**
 * The plan of a file, or of the project, ready for a target. Throws ToolError (usage) if there is none, (open-decision)
 * if it has an open decision, and the errors of `readStoredPlan`.
 */
export function readPlan(projectDir: string, file?: string): StoredPlan {
  const path = file === undefined ? planPath(projectDir) : resolve(projectDir, file);
  const stored = readStoredPlan(path);
  if (stored === null)
    throw new ToolError(
      "usage",
      "NO_PLAN",
      `there is no plan \`${relative(process.cwd(), path)}\``,
      `make one: rlsmith ${basename(path) === "cleanup.json" ? "cleanup --sql" : "plan"}`,
    );
  if (stored.plan.open.length > 0)
    throw new ToolError(
      "open-decision",
      "OPEN_DECISIONS",
      `the plan has ${stored.plan.open.length} open ${stored.plan.open.length === 1 ? "decision" : "decisions"}`,
      "decide them in rlsmith.config.ts and run `rlsmith plan` again",
    );
  return stored;
}

/**
 * The project's plan, or that of another file, with its files as they are on disk now; null if there is no plan. Throws ToolError (environment)
 * if a file is missing, (usage) if both directions are in one file, and the errors of `readStoredPlan`.
 */
export function readStoredMigration(projectDir: string, file?: string): StoredMigration | null {
  const path = file === undefined ? planPath(projectDir) : resolve(projectDir, file);
  const stored = readStoredPlan(path);
  if (stored === null) return null;
  const upPath = resolve(projectDir, stored.files.up);
  const downPath = resolve(projectDir, stored.files.down);
  for (const one of [upPath, downPath])
    if (!existsSync(one))
      throw new ToolError(
        "environment",
        "STALE_PLAN",
        `\`${relative(projectDir, one)}\` of the plan does not exist`,
        `run \`${commandOf(stored.plan)}\` again, or remove ${relative(projectDir, path)}`,
      );
  if (upPath === downPath)
    throw new ToolError(
      "usage",
      "BOTH_WAYS_IN_ONE_FILE",
      "the plan's up and down migrations are in one file, which rehearse cannot split",
      `run \`${commandOf(stored.plan)} --dry-run\`, which rehearses too`,
    );
  return { ...stored, up: readFileSync(upPath, "utf8"), down: readFileSync(downPath, "utf8"), upPath };
}

/** The up file of the project's plan, relative to the project; null if there is no plan that can be read. */
export function migrationOf(projectDir: string): string | null {
  try {
    return readStoredPlan(planPath(projectDir))?.files.up ?? null;
  } catch {
    return null;
  }
}

/** Throws ToolError (environment) if the plan was made from another catalog. */
export function refuseStale({ plan }: StoredPlan, catalogHash: string): void {
  if (plan.catalogHash === catalogHash) return;
  throw new ToolError(
    "environment",
    "STALE_PLAN",
    "the migrations changed since the plan was made",
    `run \`${commandOf(plan)}\` again`,
  );
}

/** The command that makes a plan. */
const commandOf = ({ purpose }: Plan): string => (purpose === "clean-up" ? "rlsmith cleanup --sql" : "rlsmith plan");
