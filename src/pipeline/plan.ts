import type { Config } from "../config.ts";
import { ToolError } from "../errors.ts";
import { outputNames } from "../migration-tools/index.ts";
import type { OutputNames, OutputPlace } from "../migration-tools/index.ts";
import { buildPlan } from "../plan/build.ts";
import { renderMigration } from "../plan/migration.ts";
import type { Migration, Plan } from "../plan/plan.ts";
import { rewriteCatalog } from "../rewrite/run.ts";
import { VERSION } from "../version.ts";
import { inspectCatalog } from "./inspection.ts";
import { outputPlace } from "./output-place.ts";
import type { Source } from "./source.ts";
import { relative } from "node:path";

/** A plan with its two files as text, and where they belong. */
export interface Planned {
  plan: Plan;
  migration: Migration;
  place: OutputPlace;
  names: OutputNames;
}

/** Plan the move to claims for a source. Throws ToolError (config) without a config, or (usage) where there is no policy. */
export function planSource(
  source: Source,
  config: Config,
  projectDir: string,
  outDir: string | null,
  now: Date,
): Planned {
  if (source.catalog.policies.length === 0)
    throw new ToolError(
      "usage",
      "NO_POLICIES",
      "there is no policy in this database",
      "check that this is the right folder or database; `rlsmith inspect` shows what was read",
    );
  const { classified } = inspectCatalog(source.catalog, config);
  const plan = buildPlan(source.catalog, rewriteCatalog(source.catalog, classified, config), VERSION);
  const place = outputPlace(source, projectDir, outDir);
  const names = outputNames(place, now);
  const migration = renderMigration(plan, source.catalog, {
    ownTransaction: names.ownTransaction,
    rollbackFile: relative(projectDir, names.down),
  });
  return { plan, migration, place, names };
}
