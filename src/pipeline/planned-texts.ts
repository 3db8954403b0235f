import { relative } from "node:path";
import type { PlannedText } from "../cleanup/guards/index.ts";
import type { Config } from "../config.ts";
import { ToolError } from "../errors.ts";
import { functionKey } from "../pg/name.ts";
import { cleanupFiles, planCleanup } from "./cleanup-sql.ts";
import { planSource } from "./plan.ts";
import type { Source } from "./source.ts";

/**
 * The migrations of the move, by their file names: those that are written, and those that `plan` and `cleanup --sql` would
 * write now. `setters`: names of the functions that set the variables; their drop is always among them.
 */
export function plannedTexts(
  source: Source,
  config: Config,
  projectDir: string,
  written: readonly PlannedText[],
  setters: ReadonlySet<string>,
): PlannedText[] {
  const now = new Date();
  const texts = [...written];
  const add = (
    make: () => { plan: { steps: readonly unknown[] }; names: { up: string }; migration: { up: string } },
  ): void => {
    try {
      const { plan, names, migration } = make();
      if (plan.steps.length > 0) texts.push({ name: relative(projectDir, names.up), text: migration.up });
    } catch (error) {
      // there is no policy, or the config does not fit: the command for it says that
      if (!(error instanceof ToolError)) throw error;
    }
  };
  add(() => planSource(source, config, projectDir, null, now));
  add(() => cleanupFiles(source, planCleanup(source.catalog, config), projectDir, null, now));
  const drops = source.catalog.functions
    .filter(({ name }) => setters.has(name))
    .map((fn) => `drop function ${functionKey(fn)};`)
    .filter(
      (drop) => !texts.some(({ text }) => text.toLowerCase().includes(drop.slice(0, drop.indexOf("(")).toLowerCase())),
    );
  return [...texts, ...(drops.length > 0 ? [{ name: "", text: `${drops.join("\n")}\n` }] : [])];
}
