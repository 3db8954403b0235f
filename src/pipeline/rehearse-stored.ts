import { readPlan, readStoredMigration } from "../plan/index.ts";
import type { CallRehearsal, Rehearsal } from "../rehearse/index.ts";
import { rehearseStoredCleanup } from "./rehearse-cleanup.ts";
import { rehearseProject } from "./rehearse.ts";
import type { ProjectOptions } from "./source.ts";

/** A rehearsal of a stored plan; `calls` are those of a clean-up, whose functions are called before and after. */
export interface StoredRehearsal {
  /** null: there is nothing to change */
  rehearsal: Rehearsal | null;
  calls: CallRehearsal | null;
}

/**
 * Rehearse the plan of a file, that of the policies or that of the clean-up of SQL; without one as `rehearseProject`
 * does, whose errors it throws. Throws ToolError (usage) if the file does not exist.
 */
export async function rehearseStored(options: ProjectOptions, file?: string): Promise<StoredRehearsal> {
  const { projectDir } = options;
  if (file !== undefined && readPlan(projectDir, file).plan.purpose === "clean-up") {
    const stored = readStoredMigration(projectDir, file);
    if (stored) return rehearseStoredCleanup(stored, options);
  }
  return { rehearsal: await rehearseProject(options, file), calls: null };
}
