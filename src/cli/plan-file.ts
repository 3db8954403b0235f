import { existsSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { ToolError } from "../errors.ts";
import type { PlanProof } from "../pipeline/prove-plan.ts";
import type { Planned } from "../pipeline/plan.ts";
import { outputFiles, writeAll, type OutputFile } from "../plan/output.ts";
import { planHash } from "../plan/plan-hash.ts";
import type { Plan } from "../plan/plan.ts";
import type { AccessReport } from "../rehearse/access.ts";
import type { Rehearsal } from "../rehearse/rehearse.ts";
import { differencesTable } from "../report/differences.ts";
import { proofMarkdown } from "../report/proof-markdown.ts";
import { say } from "./terminal.ts";

/** What `.rlsmith/plan.json` holds: the plan, and where its files are, relative to the project. */
export interface StoredPlan {
  /** `planHash` of the plan as it was written: what was edited since was neither proved nor rehearsed */
  hash: string;
  plan: Plan;
  files: { up: string; down: string; ownTransaction: boolean };
}

/** Write a plan's files, and say which. After a rehearsal that did not pass only the list of differences is written. */
export function writePlan(
  planned: Planned,
  proved: PlanProof,
  rehearsal: Rehearsal | null,
  projectDir: string,
  now: Date,
): void {
  const { plan, migration, place, names } = planned;
  const stored: StoredPlan = {
    hash: planHash(plan),
    plan,
    files: {
      up: relative(projectDir, names.up),
      down: relative(projectDir, names.down),
      ownTransaction: names.ownTransaction,
    },
  };
  const differences = rehearsal?.access ? [differencesFile(projectDir, rehearsal.access)] : [];
  const planJson: OutputFile = {
    path: planPath(projectDir),
    content: `${JSON.stringify(stored, null, 2)}\n`,
    replace: true,
  };
  const proof: OutputFile = {
    path: join(projectDir, ".rlsmith", "proof.md"),
    content: proofMarkdown(proved.proof, proved.objections),
    replace: true,
  };
  const passed = rehearsal === null || rehearsal.passed;
  const files = passed ? [...outputFiles(place, names, migration, now), planJson, proof, ...differences] : differences;
  writeAll(files, projectDir);
  for (const { path } of files) say(`wrote ${relative(process.cwd(), path)}`);
  if (!passed) say("the rehearsal did not pass, so no migration was written");
}

/** `.rlsmith/differences.md`: every difference of access, for who wants to read them all. */
export const differencesFile = (projectDir: string, access: AccessReport): OutputFile => ({
  path: join(projectDir, ".rlsmith", "differences.md"),
  content: differencesTable(access),
  replace: true,
});

/** A stored plan from a file; null where the file is not there. Throws ToolError (environment): it is something else. */
export function readStoredPlan(path: string): StoredPlan | null {
  if (!existsSync(path)) return null;
  const stored = parse(readFileSync(path, "utf8"));
  if (stored?.plan?.format !== "rlsmith-plan" || stored.plan.formatVersion !== 1)
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
      "what was edited was neither proved nor rehearsed: change the config instead and run `rlsmith plan` again",
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

/** Where `rlsmith plan` leaves its plan. */
export const planPath = (projectDir: string): string => join(projectDir, ".rlsmith", "plan.json");

/** The plan that `rlsmith plan` left in a project, with its files as they are on disk now; null when there is none. */
export function readPlanFile(projectDir: string): (StoredPlan & { up: string; down: string; upPath: string }) | null {
  const stored = readStoredPlan(planPath(projectDir));
  if (stored === null) return null;
  const upPath = resolve(projectDir, stored.files.up);
  const downPath = resolve(projectDir, stored.files.down);
  for (const file of [upPath, downPath])
    if (!existsSync(file))
      throw new ToolError(
        "environment",
        "STALE_PLAN",
        `\`${relative(projectDir, file)}\` of the plan is gone`,
        "run `rlsmith plan` again, or remove .rlsmith/plan.json",
      );
  if (upPath === downPath)
    throw new ToolError(
      "usage",
      "BOTH_WAYS_IN_ONE_FILE",
      "the plan's up and down migrations are in one file, which rehearse cannot split",
      "run `rlsmith plan --dry-run`, which rehearses too",
    );
  return { ...stored, up: readFileSync(upPath, "utf8"), down: readFileSync(downPath, "utf8"), upPath };
}
