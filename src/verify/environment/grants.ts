import type { Db } from "../../db/port.ts";
import type { NameKey } from "../../pg/name.ts";
import { tupleKey, type Subject } from "../matrix/index.ts";
import type { Targets } from "./target.ts";

/** The privileges of roles on whole relations, and on the schemas of these. */
export interface Grants {
  /** true if the role holds every privilege that a statement on the relation may need; null: not known */
  holdsAll(role: string, relation: Subject): boolean | null;
  /** true if the role holds some privilege by which a policy can be tried, on the relation or on a column; null: not known */
  holdsAny(role: string, relation: Subject): boolean | null;
}

/** Nothing is known: then the message of the error alone decides. */
export const NO_GRANTS: Grants = { holdsAll: () => null, holdsAny: () => null };

/** Read the privileges of these roles on the targets; inside the caller's transaction. */
export async function readGrants(db: Db, targets: Targets, roles: readonly string[]): Promise<Grants> {
  const rows = await db.query<{ role: string; name: NameKey; every: boolean; some: boolean }>(
    `select r.rolname as role, t.name,
            has_schema_privilege(r.oid, n.oid, 'USAGE')
              and has_table_privilege(r.oid, c.oid, 'SELECT') and has_table_privilege(r.oid, c.oid, 'INSERT')
              and has_table_privilege(r.oid, c.oid, 'UPDATE') and has_table_privilege(r.oid, c.oid, 'DELETE')
              and has_table_privilege(r.oid, c.oid, 'TRUNCATE') as every,
            has_schema_privilege(r.oid, n.oid, 'USAGE')
              and (has_any_column_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE') or has_table_privilege(r.oid, c.oid, 'DELETE')) as some
     from json_to_recordset($1::json) t(name text, schema text, relation text)
     join pg_namespace n on n.nspname = t.schema
     join pg_class c on c.relnamespace = n.oid and c.relname = t.relation
     join pg_roles r on r.rolname = any ($2::text[])`,
    [
      JSON.stringify([...targets.values()].map(({ name, schema, relation }) => ({ name, schema, relation }))),
      [...new Set(roles)],
    ],
  );
  const held = new Map(rows.map((row) => [tupleKey(row.role, row.name), row]));
  return {
    holdsAll: (role, relation) => held.get(tupleKey(role, relation))?.every ?? null,
    holdsAny: (role, relation) => held.get(tupleKey(role, relation))?.some ?? null,
  };
}
