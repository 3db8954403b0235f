import type { Db } from "../../db/port.ts";
import type { NameKey } from "../../pg/name.ts";
import { rowKey, rowKeySql, type RowKey } from "../../pg/row-key.ts";
import { tupleKey, type Subject, type TupleKey } from "../matrix/index.ts";
import type { ColumnAccess, Target, Targets } from "./target.ts";

/**
 * The targets as each role may use them. Where a role holds privileges on single columns only, its statements may name
 * no other column: the manual, section "GRANT", has the privileges of columns and of the relation add up. Without any
 * privilege the target is as it is, and PostgreSQL refuses the statement. Reads as the login, inside the caller's
 * transaction.
 */
export async function targetsByRole(
  db: Db,
  targets: Targets,
  roles: readonly string[],
): Promise<ReadonlyMap<string, Targets>> {
  const access = await readColumnAccess(db, targets, roles);
  const byRole = new Map<string, Targets>();
  for (const role of new Set(roles)) {
    const own = new Map<Subject, Target>();
    for (const [name, target] of targets) {
      const may = access.get(tupleKey(role, name));
      own.set(name, may ? await narrowed(db, target, may) : target);
    }
    byRole.set(role, own);
  }
  return byRole;
}

/** Roles and relations of which some columns, and not all, may be read, inserted or updated. */
async function readColumnAccess(
  db: Db,
  targets: Targets,
  roles: readonly string[],
): Promise<Map<TupleKey, ColumnAccess>> {
  const rows = await db.query<{ role: string; name: NameKey; read: string[]; insert: string[]; update: string[] }>(
    `select r.rolname as role, t.name,
            coalesce(json_agg(a.attname) filter (where has_column_privilege(r.oid, c.oid, a.attnum, 'SELECT')), '[]') as read,
            coalesce(json_agg(a.attname) filter (where has_column_privilege(r.oid, c.oid, a.attnum, 'INSERT')), '[]') as insert,
            coalesce(json_agg(a.attname) filter (where has_column_privilege(r.oid, c.oid, a.attnum, 'UPDATE')), '[]') as update
     from json_to_recordset($1::json) t(name text, schema text, relation text)
     join pg_namespace n on n.nspname = t.schema
     join pg_class c on c.relnamespace = n.oid and c.relname = t.relation
     join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     join pg_roles r on r.rolname = any ($2::text[])
     where c.oid in (select attrelid from pg_attribute where attacl is not null)
     group by r.rolname, t.name, c.oid, r.oid
     having not (has_table_privilege(r.oid, c.oid, 'SELECT') and has_table_privilege(r.oid, c.oid, 'INSERT')
                 and has_table_privilege(r.oid, c.oid, 'UPDATE'))`,
    [
      JSON.stringify([...targets.values()].map(({ name, schema, relation }) => ({ name, schema, relation }))),
      [...new Set(roles)],
    ],
  );
  return new Map(
    rows.map(({ role, name, read, insert, update }) => [
      tupleKey(role, name),
      { read: new Set(read), insert: new Set(insert), update: new Set(update) },
    ]),
  );
}

/** The target for a role: rows are recognized by their key if it may be read, else by the columns that may. */
async function narrowed(db: Db, target: Target, may: ColumnAccess): Promise<Target> {
  const readable = target.primaryKey.length > 0 && target.primaryKey.every((name) => may.read.has(name));
  if (readable || may.read.size === 0 || target.own === null || target.foreign === null) return { ...target, may };
  const key = rowKeySql([...may.read].toSorted(), "t");
  const rows = await db.query<{ own: boolean; key: (string | null)[] }>(
    `select coalesce(${target.own}, false) as own, ${key} as key from ${target.sql} t where (${target.own}) or (${target.foreign}) limit 1000`,
  );
  const keysOf = (own: boolean): Set<RowKey> =>
    new Set(rows.filter((row) => row.own === own).map((row) => rowKey(row.key)));
  const [ownKeys, foreignKeys] = [keysOf(true), keysOf(false)];
  // what rows of both have says nothing of whose a row is
  const both = [...ownKeys].filter((one) => foreignKeys.has(one));
  for (const one of both) {
    ownKeys.delete(one);
    foreignKeys.delete(one);
  }
  return { ...target, may, key, ownKeys, foreignKeys };
}
