import type { FunctionFacts } from "../../classify/index.ts";
import type { Db } from "../../db/port.ts";
import { generateRows } from "../../fixtures/index.ts";
import type { Catalog } from "../../pg/catalog.ts";
import type { ContextMap } from "../../pg/context.ts";
import { quoteName } from "../../pg/name.ts";
import { actorsFor } from "../personas/index.ts";
import { missingOnScratch } from "./live/capabilities.ts";
import type { TestEnvironment } from "./test-environment.ts";
import { readSurface } from "./surface.ts";
import { targetsByName, targetsOf } from "./target.ts";
import { withViews } from "./view-settings.ts";

/** The facts about a database that are known before it is attacked. */
export interface Known {
  catalog: Catalog;
  context: ContextMap;
  /** see `Tenancy` */
  columns: Readonly<Record<string, string>>;
  /** the trees of views and of functions: tenancy that only they show */
  trees: readonly unknown[];
  facts: readonly FunctionFacts[];
  setters: TestEnvironment["setters"];
  unmapped: TestEnvironment["unmapped"];
  documents: TestEnvironment["documents"];
  compared: TestEnvironment["compared"];
  memberships: TestEnvironment["memberships"];
}

/**
 * A throw-away database: rows of two tenants are inserted permanently, and each transaction of the attack is rolled
 * back.
 */
export async function scratchEnvironment(db: Db, known: Known): Promise<TestEnvironment> {
  const fixtures = await generateRows(db, known.catalog, known.context, {
    columns: known.columns,
    trees: known.trees,
    spares: true,
  });
  // materialized views were populated before there were rows
  for (const relation of known.catalog.relations)
    if (relation.kind === "materialized view")
      await db.exec(`refresh materialized view ${quoteName(relation)}`).catch(() => {});
  const begin = await beginText(db);
  const surface = await readSurface(db);
  const targets = await targetsOf(db, known.catalog, surface, fixtures, false, true);
  await db.exec("begin");
  const roles = actorsFor(known.catalog, known.context, fixtures).map(({ role }) => role);
  const missing = await missingOnScratch(db, [...new Set(roles)], known.catalog);
  await db.exec("rollback");
  return {
    ...known,
    ...withViews(known, surface),
    kind: "scratch",
    db,
    tenantSetting: fixtures.tenantSetting,
    surface,
    fixtures,
    targets: targetsByName(targets),
    writes: true,
    sampled: false,
    unprotected: new Map(),
    missing,
    cameWith: new Map(),
    finish: async () => {},
    withLeftSettings: async (work) => work(),
    transaction: async (work) => {
      await db.exec(begin);
      try {
        return await work();
      } finally {
        await db.exec("rollback");
      }
    },
  };
}

/**
 * What opens a transaction of the attack. Where functions and policies call each other without end, the stack of the
 * embedded engine is at its end before PostgreSQL notices by `max_stack_depth`, whose default is 2 MB: the engine then
 * returns nothing for any statement, and no error either. With the least value that PostgreSQL takes each such statement
 * ends with 54001, as on a server; 60 and more calls of functions within each other still come to their end (measured).
 */
async function beginText(db: Db): Promise<string> {
  if (db.engine !== "embedded") return "begin";
  const [row] = await db.query<{ may: boolean }>("select rolsuper as may from pg_roles where rolname = current_user");
  return row?.may === true ? "begin; set local max_stack_depth = '100kB'" : "begin";
}
