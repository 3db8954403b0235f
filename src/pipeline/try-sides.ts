import { openServer } from "../db/server.ts";
import type { Catalog } from "../pg/catalog.ts";
import type { Plan } from "../plan/index.ts";
import { silent } from "../progress.ts";
import { tryUnknown, type Assumption, type AssumedVerdict, type TrialSite } from "../prove/index.ts";
import { copyOf } from "./scratch-base.ts";
import type { Source } from "./source.ts";

/** What a trial needs of a side. */
interface TriedSide {
  catalog: Catalog;
  source: Source | null;
}

/** A database in which a side can be tried. */
interface Opened {
  site: TrialSite;
  close(): Promise<void>;
}

/**
 * Try the verdicts that are not settled in the scratch databases of both sides: every object of the side is there. Of a
 * live database the schema is copied into a new one.
 */
export async function tryOn<V extends AssumedVerdict>(
  before: TriedSide,
  after: TriedSide,
  verdicts: readonly V[],
  assumptions: readonly Assumption[],
): Promise<V[]> {
  if (!verdicts.some(({ decision }) => decision === "unknown")) return [...verdicts];
  const opened: Opened[] = [];
  try {
    const sites: TrialSite[] = [];
    for (const side of [before, after]) {
      const one = await openSite(side);
      if (typeof one === "string") return await tryUnknown({ kind: "none", reason: one }, verdicts, assumptions);
      opened.push(one);
      sites.push(one.site);
    }
    const [first, second] = sites;
    if (!first || !second) return [...verdicts];
    return await tryUnknown({ kind: "sites", before: first, after: second }, verdicts, assumptions);
  } finally {
    for (const one of opened) await one.close();
  }
}

/** The same for a plan: in the scratch database of its source as it is, and with the plan's statements. */
export async function tryPlan<V extends AssumedVerdict>(
  source: Source,
  plan: Plan,
  after: Catalog,
  verdicts: readonly V[],
  assumptions: readonly Assumption[],
): Promise<V[]> {
  if (!verdicts.some(({ decision }) => decision === "unknown")) return [...verdicts];
  const opened = await openSite({ catalog: source.catalog, source });
  if (typeof opened === "string") return tryUnknown({ kind: "none", reason: opened }, verdicts, assumptions);
  try {
    const setup = plan.steps.flatMap(({ up }) => up);
    const second = { db: opened.site.db, catalog: after, setup };
    return await tryUnknown({ kind: "sites", before: opened.site, after: second }, verdicts, assumptions);
  } finally {
    await opened.close();
  }
}

/** The database of a side, or why it has none. */
async function openSite({ catalog, source }: TriedSide): Promise<Opened | string> {
  if (source === null) return "a catalog that was read from a file has no database";
  if (source.origin.kind === "migrations")
    return { site: { db: source.origin.scratch.db, catalog, setup: [] }, close: async () => {} };
  const { url, target } = source.origin;
  const live = await openServer(url);
  try {
    const copy = await copyOf(live, catalog, target, silent);
    if (isCopied(catalog, copy.catalog))
      return { site: { db: copy.scratch.db, catalog: copy.catalog, setup: [] }, close: copy.close };
    await copy.close();
    return "a copy of the live database's schema could not be made in full";
  } finally {
    await live.close();
  }
}

/** Policies, functions, and columns are the same in both. */
function isCopied(catalog: Catalog, copy: Catalog): boolean {
  const parts = ({ policies, functions, relations, types, dependencies }: Catalog): string =>
    JSON.stringify([
      policies.map((policy) => ({ ...policy, comment: null })),
      functions.map(({ definition, owner, grants }) => [definition, owner, grants]),
      relations.map(({ schema, name, kind, owner, rowSecurity, forceRowSecurity, columns, grants }) => [
        [schema, name, kind, owner, rowSecurity, forceRowSecurity],
        columns.map((column) => [column.name, column.type]),
        grants,
      ]),
      types,
      [dependencies?.operators, dependencies?.casts, dependencies?.types],
    ]);
  return parts(catalog) === parts(copy);
}
