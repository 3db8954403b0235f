import { openServer } from "../db/server.ts";
import type { Config } from "../config.ts";
import type { Elsewhere } from "../pg/elsewhere.ts";
import { isPlatformFunction } from "../pg/platform-objects.ts";
import type { Progress } from "../progress.ts";
import { inspectElsewhere } from "../inspect/index.ts";
import { checkDrop } from "../rehearse/index.ts";
import { isAgainst, planCleanup, type CleanupPlan, type TriedDrop } from "./cleanup-sql.ts";
import type { Source } from "./source.ts";

/**
 * Try the drop of the setters in a transaction that is rolled back: on the live database, or on the scratch database with
 * the replayed folder. Where something is against it, the plan that is returned leaves the setters.
 */
export async function withDropTried(
  source: Source,
  made: CleanupPlan,
  config: Config,
  progress: Progress,
): Promise<CleanupPlan> {
  if (made.dropped.length === 0) return made;
  const check = await tried(source, made);
  progress.done("drop", check.kind === "refused" ? "refused" : `${check.added.length} new errors in bodies`);
  return isAgainst(check)
    ? { ...planCleanup(source.catalog, config, { elsewhere: made.elsewhere, keepSetters: true }), check }
    : { ...made, check };
}

async function tried({ origin, catalog }: Source, { plan }: CleanupPlan): Promise<TriedDrop> {
  const own = catalog.functions.filter((fn) => !isPlatformFunction(catalog, fn));
  if (origin.kind === "migrations") return { where: "scratch", ...(await checkDrop(origin.scratch.db, plan, own)) };
  const live = await openServer(origin.url);
  try {
    return { where: "live", ...(await checkDrop(live, plan, own)) };
  } finally {
    await live.close();
  }
}

/** Read what names settings and functions outside of the catalog of a source. */
export async function elsewhereOf({ origin }: Source): Promise<Elsewhere> {
  if (origin.kind === "migrations") return inspectElsewhere(origin.scratch.db);
  const live = await openServer(origin.url);
  try {
    return await inspectElsewhere(live);
  } finally {
    await live.close();
  }
}
