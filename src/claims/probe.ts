import { messageOf } from "../errors.ts";
import type { Db } from "../db/port.ts";
import { pgErrorOf } from "../db/port.ts";
import type { Catalog } from "../pg/catalog.ts";
import { quoteIdent, quoteLiteral } from "../pg/identifier.ts";
import { attempt, known, unknown, type Answer } from "./answer.ts";
import { findRows, keyValues, type RowValues } from "./probe-rows.ts";
import type { SyncSource } from "./source.ts";
import type { SyncTrigger } from "./sync-trigger.ts";
import { jsonbOf, partsOf, query, withClaims } from "./sql.ts";

/** What was done to a row of the source, and what became of the claims. */
export interface Behaviour {
  what:
    | "insert"
    | "insert-inactive"
    | "update"
    | "deactivate"
    | "reactivate"
    | "delete"
    | "relink-old"
    | "relink-new"
    | "unlink";
  column: string | null;
  outcome: Outcome;
}

export type Outcome =
  | { kind: "follows" }
  /** the claims did not follow, though the trigger fires for other columns */
  | { kind: "not-fired" }
  /** the claims did not follow, whatever column the statement names */
  | { kind: "ignored" }
  /** the claims were written, but not as the source says */
  | { kind: "differs" }
  | { kind: "raised"; sqlstate: string; message: string };

const OLD_USER = "99999999-0000-4000-8000-000000000001";
const NEW_USER = "99999999-0000-4000-8000-000000000002";

/**
 * Find out by doing what the sync does: rows are written on a scratch database, in a transaction that is rolled back, with the relation's
 * other triggers, foreign keys and checks out of the way. Unknown where no row could be made.
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
    if (ready.kind === "unknown") return unknown(`the probe could not be made ready: ${ready.why}`);
    const rows = await findRows(db, source, catalog);
    if (rows === null) return unknown(`no row was found for which \`${source.active?.sql ?? "true"}\` holds`);
    return known(await behaviours(db, catalog, source, rows));
  } catch (error) {
    if (pgErrorOf(error) === null) throw error;
    return unknown(messageOf(error));
  } finally {
    await db.exec("rollback");
  }
}

async function preparation(db: Db, source: SyncSource, triggers: readonly SyncTrigger[]): Promise<string> {
  const { relation } = partsOf(source);
  const constraints = await db.query<{ name: string }>(query("probe-constraints"), [relation]);
  const others = await db.query<{ name: string }>(query("probe-other-triggers"), [
    relation,
    triggers.map(({ name }) => name),
  ]);
  const keys = new Set(source.relation.uniqueKeys[0] ?? []);
  return [
    ...constraints.map(({ name }) => `alter table ${relation} drop constraint ${quoteIdent(name)}`),
    ...others.map(({ name }) => `alter table ${relation} disable trigger ${quoteIdent(name)}`),
    ...source.relation.columns
      .filter((column) => column.notNull && column.generated === "no" && !keys.has(column.name))
      .map((column) => `alter table ${relation} alter column ${quoteIdent(column.name)} drop not null`),
    `alter table ${relation} disable row level security`,
    ...[OLD_USER, NEW_USER].map(
      (id) =>
        `insert into auth.users (id, raw_app_meta_data, raw_user_meta_data) values (${quoteLiteral(id)}, '{"provider": "email"}', '{}')`,
    ),
  ].join(";\n");
}

async function behaviours(
  db: Db,
  catalog: Catalog,
  source: SyncSource,
  rows: NonNullable<Awaited<ReturnType<typeof findRows>>>,
): Promise<Behaviour[]> {
  const parts = partsOf(source);
  const { relation, alias } = parts as { relation: string; alias: string };
  const user = quoteIdent(source.user);
  const userType = source.relation.columns.find(({ name }) => name === source.user)?.type ?? "uuid";
  const userValue = (id: string | null): string => `${id === null ? "null" : quoteLiteral(id)}::${userType}`;
  const found: Behaviour[] = [];
  const note = (what: Behaviour["what"], column: string | null, outcome: Outcome): void =>
    void found.push({ what, column, outcome });

  const held = async (id: string): Promise<(string | null)[]> => {
    const [row] = await db.query<{ held: (string | null)[] }>(
      `select to_json(${parts["held"]}) as held from auth.users u where u.id = $1::uuid`,
      [id],
    );
    return row?.held ?? [];
  };
  const stateOf = async (id: string): Promise<"synced" | "clear" | "other"> => {
    const claims = await held(id);
    const [row] = await db.query<{ expected: (string | null)[] }>(
      `select to_json(${parts["expected"]}) as expected from ${relation} as ${alias} where ${user}::text = $1 and ${parts["active"]}`,
      [id],
    );
    if (row && JSON.stringify(row.expected) === JSON.stringify(claims)) return "synced";
    return claims.every((claim) => claim === null) ? "clear" : "other";
  };
  const run = async (sql: string): Promise<Extract<Outcome, { kind: "raised" }> | null> => {
    await db.exec("savepoint rlsmith_step");
    try {
      await db.exec(`${sql}; set constraints all immediate`);
      await db.exec("release savepoint rlsmith_step");
      return null;
    } catch (error) {
      const raised = pgErrorOf(error);
      if (raised === null) throw error;
      await db.exec("rollback to savepoint rlsmith_step; release savepoint rlsmith_step");
      return { kind: "raised", sqlstate: raised.sqlstate, message: raised.message };
    }
  };
  /** Do something in a savepoint that is always rolled back. */
  const apart = async <T>(work: () => Promise<T>): Promise<T> => {
    await db.exec("savepoint rlsmith_apart");
    try {
      return await work();
    } finally {
      await db.exec("rollback to savepoint rlsmith_apart; release savepoint rlsmith_apart");
    }
  };
  const insert = (row: RowValues, id: string): string => {
    const keys = keyValues(source.relation.uniqueKeys[0] ?? [], source.relation.columns, catalog);
    const values = new Map([...keys, ...row, [source.user, userValue(id)]]);
    return `insert into ${relation} (${[...values.keys()].map(quoteIdent).join(", ")}) values (${[...values.values()].join(", ")})`;
  };
  const update = (column: string, value: string): string =>
    `update ${relation} set ${quoteIdent(column)} = ${value} where ${user}::text = ${quoteLiteral(OLD_USER)}`;
  /** The same, with every column named, so that UPDATE OF cannot be what keeps the trigger from firing. */
  const updateNamingAll = (column: string, value: string): string =>
    `update ${relation} set ${source.relation.columns
      .filter((one) => one.generated === "no")
      .map((one) => `${quoteIdent(one.name)} = ${one.name === column ? value : quoteIdent(one.name)}`)
      .join(", ")} where ${user}::text = ${quoteLiteral(OLD_USER)}`;
  /** Whether the claims are as wanted after a change of one column, and if not, whether naming all columns helps. */
  const change = async (column: string, value: string, fits: () => Promise<boolean>): Promise<Outcome> => {
    const once = async (sql: string): Promise<Outcome> =>
      apart(async () => (await run(sql)) ?? ((await fits()) ? { kind: "follows" } : { kind: "ignored" }));
    const plain = await once(update(column, value));
    if (plain.kind !== "ignored") return plain;
    const all = await once(updateNamingAll(column, value));
    return all.kind === "follows" ? { kind: "not-fired" } : plain;
  };
  const synced = (id: string) => async (): Promise<boolean> => (await stateOf(id)) === "synced";
  const clear = (id: string) => async (): Promise<boolean> => (await stateOf(id)) === "clear";

  const failed = await run(insert(rows.base, OLD_USER));
  if (failed) return [{ what: "insert", column: null, outcome: failed }];
  const after = await stateOf(OLD_USER);
  if (after === "other") return [{ what: "insert", column: null, outcome: { kind: "differs" } }];
  note("insert", null, after === "synced" ? { kind: "follows" } : { kind: "ignored" });
  if (after !== "synced")
    // as though the back-fill had run, so that the rest can be seen
    await db.exec(
      `update auth.users u set raw_app_meta_data = fed.claims from (select ${withClaims("u2.raw_app_meta_data", source.claims, jsonbOf)} as claims from ${relation} as ${alias}, (select raw_app_meta_data from auth.users where id = ${quoteLiteral(OLD_USER)}) u2 where ${user}::text = ${quoteLiteral(OLD_USER)}) fed where u.id = ${quoteLiteral(OLD_USER)}`,
    );

  for (const { column, value } of rows.changes) note("update", column, await change(column, value, synced(OLD_USER)));
  for (const { column, value } of rows.deactivations) {
    note("deactivate", column, await change(column, value, clear(OLD_USER)));
    const inserted = await apart(async (): Promise<Outcome> => {
      await db.exec(`delete from ${relation} where ${user}::text = ${quoteLiteral(OLD_USER)}`);
      const failure = await run(insert(new Map([...rows.base, [column, value]]), NEW_USER));
      return failure ?? ((await clear(NEW_USER)()) ? { kind: "follows" } : { kind: "ignored" });
    });
    note("insert-inactive", column, inserted);
    const back = rows.base.get(column);
    if (back === undefined) continue;
    const reactivated = await apart(async (): Promise<Outcome> => {
      const failure = await run(updateNamingAll(column, value));
      if (failure) return failure;
      await db.exec(`update auth.users set raw_app_meta_data = '{}' where id = ${quoteLiteral(OLD_USER)}`);
      return change(column, back, synced(OLD_USER));
    });
    note("reactivate", column, reactivated);
  }
  const gone = await apart(async (): Promise<Outcome> => {
    const failure = await run(`delete from ${relation} where ${user}::text = ${quoteLiteral(OLD_USER)}`);
    return failure ?? ((await clear(OLD_USER)()) ? { kind: "follows" } : { kind: "ignored" });
  });
  note("delete", null, gone);
  note("relink-old", source.user, await change(source.user, userValue(NEW_USER), clear(OLD_USER)));
  note("relink-new", source.user, await change(source.user, userValue(NEW_USER), synced(NEW_USER)));
  if (source.relation.columns.some(({ name, notNull }) => name === source.user && !notNull))
    note("unlink", source.user, await change(source.user, userValue(null), clear(OLD_USER)));
  return found;
}
