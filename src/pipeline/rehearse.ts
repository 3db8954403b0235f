import type { Config } from "../config.ts";
import { inspect } from "../inspect/inspect.ts";
import { buildPlan } from "../plan/build.ts";
import type { Progress } from "../progress.ts";
import { rehearse } from "../rehearse/rehearse.ts";
import type { Rehearsal } from "../rehearse/rehearse.ts";
import { rewriteCatalog } from "../rewrite/run.ts";
import { VERSION } from "../version.ts";
import { inspectCatalog } from "./inspection.ts";
import type { Planned } from "./plan.ts";
import { rehearsalBase } from "./scratch-base.ts";
import type { Source } from "./source.ts";

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
