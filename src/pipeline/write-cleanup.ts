import { outputFiles } from "../migration-tools/index.ts";
import { planFile } from "../plan/index.ts";
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
