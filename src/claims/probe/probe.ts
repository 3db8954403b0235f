import type { Db } from "../../db/port.ts";
import { pgErrorOf } from "../../db/port.ts";
import type { Catalog } from "../../pg/catalog.ts";
import { quoteIdent, quoteLiteral } from "../../pg/identifier.ts";
import { quoteName, relationOf } from "../../pg/name.ts";
import { attempt, known, unknown, type Answer, partsOf, query } from "../source/index.ts";
import { harnessOn, NEW_USER, OLD_USER, withoutTriggers } from "./harness.ts";
import { fillers, findRows } from "./rows.ts";
import { behaviours } from "./steps.ts";
import type { SyncSource } from "../source/index.ts";
import type { SyncTrigger } from "../trigger/index.ts";
import type { Behaviour } from "./behaviour.ts";

/**
 * Determine the behaviour of the sync by executing it: rows are written in a scratch database, in a transaction that is
 * rolled back, without the relation's other triggers, foreign keys and checks. Unknown if no row could be made.
 */
export async function probeSync(
  db: Db,
  catalog: Catalog,
  source: SyncSource,
  triggers: readonly SyncTrigger[],
): Promise<Answer<Behaviour[]>> {
  await db.exec("begin");
  try {
    const ready = await attempt(db, async () => db.exec(await preparation(db, source, triggers)));
    if (ready.kind === "unknown") return unknown({ kind: "probe not prepared", because: ready.because });
    const rows = await findRows(db, source, catalog);
    if (rows.kind === "unknown") return rows;
    const harness = harnessOn(db, source, [
      await fillers(db, source, catalog, 0),
      await fillers(db, source, catalog, 1),
    ]);
    return known(await behaviours(harness, source, triggers, rows.value));
  } catch (error) {
    const raised = pgErrorOf(error);
    if (raised === null) throw error;
    // The rows of a scratch database are invented: its messages hold no value to hide.
    return unknown({ kind: "raised", sqlstate: raised.sqlstate, message: raised.message });
  } finally {
    await db.exec("rollback");
  }
}

async function preparation(db: Db, source: SyncSource, triggers: readonly SyncTrigger[]): Promise<string> {
  const { relation = "" } = partsOf(source);
  const constraints = await db.query<{ schema: string; relation: string; name: string }>(query("probe-constraints"), [
    relation,
  ]);
  const others = await db.query<{ name: string }>(query("probe-other-triggers"), [
    relation,
    triggers.map(({ name }) => name),
  ]);
  const keys = new Set(source.relation.uniqueKeys[0] ?? []);
  return [
    ...constraints.map((one) => `alter table ${quoteName(relationOf(one))} drop constraint ${quoteIdent(one.name)}`),
    ...others.map(({ name }) => `alter table ${relation} disable trigger ${quoteIdent(name)}`),
    ...source.relation.columns
      .filter((column) => column.notNull && column.generated === "no" && !keys.has(column.name))
      .map((column) => `alter table ${relation} alter column ${quoteIdent(column.name)} drop not null`),
    `alter table ${relation} disable row level security`,
    // Rows from migrations may hold a key that the probe needs.
    withoutTriggers(relation, triggers, `delete from ${relation}`),
    ...[OLD_USER, NEW_USER].map(
      (id) =>
        `insert into auth.users (id, raw_app_meta_data, raw_user_meta_data) values (${quoteLiteral(id)}, '{"provider": "email"}', '{}')`,
    ),
  ].join(";\n");
}
