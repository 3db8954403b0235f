import { relative } from "node:path";
import { callersOf, cleanCatalog, type Callers, type SqlCleanup } from "../cleanup/sql/index.ts";
import { contextMapOf, type Config } from "../config.ts";
import type { Catalog, PgFunction } from "../pg/catalog.ts";
import { NOWHERE, type Elsewhere } from "../pg/elsewhere.ts";
import { functionKey, nameKey } from "../pg/name.ts";
import { matchesName } from "../pg/name-pattern.ts";
import { outputNames } from "../migration-tools/index.ts";
import { buildCleanup, catalogAfter, renderMigration, subjectOf, type Plan } from "../plan/index.ts";
import { visibleSql } from "../report/visible-sql.ts";
import type { DropCheck } from "../rehearse/index.ts";
import { VERSION } from "../version.ts";
import { inspectCatalog } from "./inspection.ts";
import { outputPlace } from "./output-place.ts";
import type { Planned, PlannedMigration } from "./plan.ts";
import type { Source } from "./source.ts";

/** A clean-up of SQL: the plan, and what it leaves. */
export interface CleanupPlan {
  plan: Plan;
  cleanup: SqlCleanup;
  /** what may still call the setters; they stay while there is anything */
  callers: Callers;
  /** the setters that go */
  dropped: PgFunction[];
  /** the drop of setters, tried; null: it was not tried, or nothing is found to drop */
  check: TriedDrop | null;
  /** the texts outside of the catalog that were searched */
  elsewhere: Elsewhere;
}

/** A drop that was tried, and where: on the live database that was read, or on a scratch database. */
export type TriedDrop = DropCheck & { where: "live" | "scratch" };

export interface CleanupOptions {
  /** no setter is dropped */
  keepSetters?: boolean;
  /** texts outside of the catalog */
  elsewhere?: Elsewhere;
}

/**
 * Plan the clean-up of a catalog: bodies and defaults without the retired variables, and the setters dropped if nothing
 * is found that may call them, and `keepSetters` is not set. Pure. Throws the errors of `cleanCatalog`.
 */
export function planCleanup(catalog: Catalog, config: Config, options: CleanupOptions = {}): CleanupPlan {
  const { keepSetters = false, elsewhere = NOWHERE } = options;
  const { classified } = inspectCatalog(catalog, config);
  const cleanup = cleanCatalog(catalog, classified, config, elsewhere);
  const edited = cleanup.functions.flatMap((one) => (one.kind === "edited" ? [one] : []));
  const build = (dropped: readonly PgFunction[]): Plan =>
    buildCleanup(
      catalog,
      {
        edited,
        defaults: cleanup.defaults,
        dropped,
        variables: cleanup.variables,
        context: contextMapOf(config),
        keptFor: (policy) => Object.entries(config.keep).find(([pattern]) => matchesName(pattern, policy))?.[1] ?? null,
      },
      VERSION,
    );
  const isNeeded = (settings: readonly string[]): boolean =>
    settings.some((name) => cleanup.neededVariables.includes(name));
  const setters = cleanup.setters.flatMap(({ fn, settings }) => (isNeeded(settings) ? [] : [fn]));
  const isKept = (key: string): boolean =>
    Object.entries(config.cleanup.functions).some(
      ([pattern, { decision }]) => decision === "keep" && matchesName(pattern, key),
    );
  const after = catalogAfter(catalog, build([]));
  const found = setters.length === 0 ? { named: [], dynamic: [] } : callersOf(after, setters, elsewhere);
  const dynamic = found.dynamic.filter((key) => {
    const fn = after.functions.find((one) => functionKey(one) === key);
    return !fn || !isKept(nameKey(fn));
  });
  const callers = { named: found.named, dynamic };
  const dropped = callers.named.length + callers.dynamic.length === 0 && !keepSetters ? setters : [];
  return { plan: build(dropped), cleanup, callers, dropped, check: null, elsewhere };
}

/** True where the drop was tried and something was found against it. */
export const isAgainst = (check: DropCheck): boolean => check.kind === "refused" || check.added.length > 0;

/** The files of a clean-up in the layout of the project. */
export function cleanupFiles(
  source: Source,
  { plan }: CleanupPlan,
  projectDir: string,
  outDir: string | null,
  now: Date,
): Planned {
  const place = outputPlace(source, projectDir, outDir);
  const { slug, title } = subjectOf(plan);
  const names = outputNames(place, now, { slug, title });
  const rendering = { ownTransaction: names.ownTransaction, rollbackFile: relative(projectDir, names.down) };
  const { up, down } = renderMigration(plan, rendering);
  const migration: PlannedMigration["migration"] = { up: visibleSql(up), down: visibleSql(down) };
  return { plan, migration, rendering, place, names, subject: { slug, title } };
}
