import type { Config } from "../config.ts";
import { inspect } from "../inspect/inspect.ts";
import { catalogHash } from "../pg/catalog-hash.ts";
import { buildPlan } from "../plan/build.ts";
import { readStoredMigration, refuseStale } from "../plan/plan-file.ts";
import type { Progress } from "../progress.ts";
import { rehearse } from "../rehearse/rehearse.ts";
import type { Rehearsal } from "../rehearse/rehearse.ts";
import { rewriteCatalog } from "../rewrite/run.ts";
import { VERSION } from "../version.ts";
import { inspectCatalog } from "./inspection.ts";
import { planSource, type Planned } from "./plan.ts";
import { configOf, refuseOpenDecisions } from "./ready.ts";
import { rehearsalBase } from "./scratch-base.ts";
import { openSource, type ProjectOptions, type Source } from "./source.ts";

/** Rehearse a planned migration on copies of the scratch database that the source was replayed into, or of the live schema without its rows. */
export async function rehearseSource(
  source: Source,
  planned: Planned,
  config: Config,
  progress: Progress,
): Promise<Rehearsal> {
  const base = await rehearsalBase(source, progress);
  try {
    return await rehearse({
      base: base.scratch,
      catalog: base.catalog,
      plan: planned.plan,
      migration: planned.migration,
      ownTransaction: planned.names.ownTransaction,
      inspect,
      replan: (catalog) =>
        buildPlan(catalog, rewriteCatalog(catalog, inspectCatalog(catalog, config).classified, config), VERSION),
      progress,
    });
  } finally {
    await base.close();
  }
}

/**
 * Rehearse the plan that a project keeps, with its files as they are on disk now; where it keeps none, the plan that its config makes. Null
 * where there is nothing to change. Throws ToolError: (config) no config, (open-decision) a decision is open, (environment) the project has
 * changed since the plan was made.
 */
export async function rehearseProject(options: ProjectOptions): Promise<Rehearsal | null> {
  const stored = readStoredMigration(options.projectDir);
  // The migration that the plan wrote is part of the folder by now; what is rehearsed starts before it.
  const source = await openSource(options, stored?.upPath ?? null);
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
