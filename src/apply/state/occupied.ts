import type { Db } from "../../db/port.ts";
import { identForReading } from "../../pg/identifier.ts";
import type { FunctionState, State } from "./state.ts";

/**
 * The state to restore, without the schemas that the plan made and that now hold objects of others: such a schema
 * stays, and the rollback goes on. `before`: functions that are dropped earlier. `stay`: a sentence for each schema.
 */
export async function withOccupiedSchemas(
  db: Db,
  to: State,
  before: readonly FunctionState[] = [],
): Promise<{ to: State; stay: string[] }> {
  const going = to.schemas.flatMap(({ name, exists }) => (exists ? [] : [name]));
  if (going.length === 0) return { to, stay: [] };
  const functions = [...before, ...to.functions].filter(({ definition }) => definition === null);
  const rows = await db.query<{ name: string }>(
    `select n.nspname as name from pg_namespace n
     where n.nspname = any ($1) and exists (
       select from pg_depend d
       left join pg_proc p on d.classid = 'pg_proc'::regclass and p.oid = d.objid
       where d.refclassid = 'pg_namespace'::regclass and d.refobjid = n.oid and d.deptype = 'n'
         and not exists (
           select from json_to_recordset($2::json) f(schema text, name text, arguments text)
           where f.schema = n.nspname and f.name = p.proname
             and f.arguments in (pg_get_function_identity_arguments(p.oid), oidvectortypes(p.proargtypes))))`,
    [going, JSON.stringify(functions)],
  );
  const occupied = new Set(rows.map(({ name }) => name));
  return {
    to: {
      ...to,
      schemas: to.schemas.map((schema) => (occupied.has(schema.name) ? { ...schema, exists: true } : schema)),
    },
    stay: [...occupied].map(
      (name) => `schema ${identForReading(name)} stays: it holds objects that the plan did not create`,
    ),
  };
}
