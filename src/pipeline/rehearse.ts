import type { Config } from "../config.ts";
import { inspect } from "../inspect/index.ts";
import type { Catalog } from "../pg/catalog.ts";
import { catalogHash } from "../pg/catalog-hash.ts";
import { matchesName } from "../pg/name-pattern.ts";
import { readStoredMigration, refuseStale, touchedRelations } from "../plan/index.ts";
import { silent, type Progress } from "../progress.ts";
import { rehearse } from "../rehearse/index.ts";
import type { Rehearsal } from "../rehearse/index.ts";
import type { Scratch } from "../scratch/index.ts";
import { planCatalog, planSource, type Planned, type PlannedMigration } from "./plan.ts";
import { configOf, refuseOpenDecisions } from "./ready.ts";
import { rehearsalBase } from "./scratch-base.ts";
import { openSource, type ProjectOptions, type Source } from "./source.ts";
import { filesFrom } from "./written-migrations.ts";

/** The options of a rehearsal. */
export interface RehearseOptions {
  /** the migration begins and commits its own transaction; default true, as `plan` writes it */
  ownTransaction?: boolean;
  progress?: Progress;
}

/**
 * Rehearse a plan on copies of a scratch database that has its schema: up, down and up again with the same catalog each
 * time, then statements of several personas before and after the migration. `catalog` is that of the scratch database,
 * which is not changed.
 *
 * @example
 * ```ts
 * import { inspect, openScratch, plan, rehearse, type Config } from "rlsmith";
 *
 * export async function rehearsed(schema: string, config: Config): Promise<boolean> {
 *   const scratch = await openScratch({ kind: "embedded" });
 *   try {
 *     await scratch.db.exec(schema);
 *     const catalog = await inspect(scratch.db);
 *     const { passed, access } = await rehearse(scratch, catalog, plan(catalog, config), config);
 *     console.log(`${access?.cells ?? 0} statements were compared`);
 *     return passed;
 *   } finally {
 *     await scratch.close();
 *   }
 * }
 * ```
 */
export async function rehearsePlan(
  base: Scratch,
  catalog: Catalog,
  { plan, migration }: PlannedMigration,
  config: Config,
  { ownTransaction = true, progress = silent }: RehearseOptions = {},
): Promise<Rehearsal> {
  return rehearse({
    base,
    catalog,
    plan,
    migration,
    ownTransaction,
    inspect,
    replan: (after) => planCatalog(after, config).plan,
    touched: touchedRelations(plan),
    unrehearsed: (relation) =>
      Object.entries(config.unrehearsed).find(([pattern]) => matchesName(pattern, relation))?.[1] ?? null,
    progress,
  });
}

/**
 * Rehearse a planned migration on copies of the scratch database that the source was replayed into, or of the live
 * schema without its rows.
 */
export async function rehearseSource(
  source: Source,
  planned: Planned,
  config: Config,
  progress: Progress,
): Promise<Rehearsal> {
  const base = await rehearsalBase(source, progress);
  try {
    const { ownTransaction } = planned.names;
    return await rehearsePlan(base.scratch, base.catalog, planned, config, { ownTransaction, progress });
  } finally {
    await base.close();
  }
}

/**
 * Rehearse the stored plan of a project, or that of another file, with its files as they are on disk now; without a stored plan, the plan that
 * its config makes. Null if there is nothing to change. Throws ToolError: (config) no config, (open-decision) a
 * decision is open, (environment) the project has changed since the plan was made.
 */
export async function rehearseProject(options: ProjectOptions, file?: string): Promise<Rehearsal | null> {
  const stored = readStoredMigration(options.projectDir, file);
  // The folder contains the migration that the plan wrote, and perhaps that of a clean-up; the rehearsal starts before it.
  const source = await openSource({ ...options, bindOwner: true }, (folder) =>
    stored ? filesFrom(folder, stored.upPath) : [],
  );
  try {
    const config = configOf(source);
    const fresh = planSource(source, config, options.projectDir, null, new Date());
    if (stored) refuseStale(stored, catalogHash(source.catalog));
    else refuseOpenDecisions(fresh.plan, source);
    if (!stored && fresh.plan.steps.length === 0) return null;
    const planned = stored
      ? {
          ...fresh,
          plan: stored.plan,
          migration: { up: stored.up, down: stored.down },
          names: { ...fresh.names, ownTransaction: stored.files.ownTransaction },
        }
      : fresh;
    return await rehearseSource(source, planned, config, options.progress);
  } finally {
    await source.close();
  }
}
