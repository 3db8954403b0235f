import { join } from "node:path";
import { outputFiles } from "../migration-tools/index.ts";
import { planFile } from "../plan/index.ts";
import type { AccessReport, Rehearsal } from "../rehearse/index.ts";
import { differencesTable } from "../report/differences.ts";
import { proofMarkdown } from "../report/proof-markdown.ts";
import { writeAll, type OutputFile } from "../write-files.ts";
import type { Planned } from "./plan.ts";
import type { PlanProof } from "./prove-plan.ts";

/**
 * Write a plan: the migration to the folder of the project's own tool, and the plan, its proof and the differences of
 * access to `.rlsmith/`; after a rehearsal that did not pass, the differences alone. All files or none. Returns their
 * paths. `rehearsal`: null if there was none. Throws ToolError: (usage) a file of the migration exists already,
 * (environment) the disk refuses.
 */
export function writePlan(
  planned: Planned,
  proved: PlanProof,
  rehearsal: Rehearsal | null,
  projectDir: string,
  now: Date,
): string[] {
  const { plan, migration, place, names, subject } = planned;
  const differences = rehearsal?.access ? [differencesFile(projectDir, rehearsal.access)] : [];
  const proof: OutputFile = {
    path: join(projectDir, ".rlsmith", "proof.md"),
    content: proofMarkdown(proved.proof, proved.objections),
    replace: true,
  };
  const passed = rehearsal === null || rehearsal.passed;
  const files = passed
    ? [...outputFiles(place, names, migration, now, subject), planFile(projectDir, plan, names), proof, ...differences]
    : differences;
  writeAll(files, projectDir);
  return files.map(({ path }) => path);
}

/** `.rlsmith/differences.md`: every difference of access. */
export const differencesFile = (projectDir: string, access: AccessReport): OutputFile => ({
  path: join(projectDir, ".rlsmith", "differences.md"),
  content: differencesTable(access),
  replace: true,
});
