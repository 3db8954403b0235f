import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { outputFiles } from "../migration-tools/index.ts";
import { cleanupPath, planFile, readStoredPlan } from "../plan/index.ts";
import { writeAll } from "../write-files.ts";
import type { Planned } from "./plan.ts";

/** Write the migration of a clean-up and its plan; all files or none. Returns their paths. Throws as `writePlan`. */
export function writeCleanup(
  { plan, migration, place, names, subject }: Planned,
  projectDir: string,
  now: Date,
): string[] {
  const files = [...outputFiles(place, names, migration, now, subject), planFile(projectDir, plan, names)];
  writeAll(files, projectDir);
  return files.map(({ path }) => path);
}

/**
 * The migration of a clean-up that was planned before, whose plan a new one replaces: `rlsmith apply` no longer finds it.
 * Null if there is none.
 */
export function replacedCleanup(projectDir: string): string | null {
  try {
    const up = readStoredPlan(cleanupPath(projectDir))?.files.up ?? null;
    return up !== null && existsSync(resolve(projectDir, up)) ? up : null;
  } catch {
    // a file that is no plan was none that could be applied
    return null;
  }
}
