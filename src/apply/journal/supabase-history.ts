import type { Db } from "../../db/port.ts";

/**
 * A note on Supabase's own list of migrations, which does not record the changes that rlsmith applies or takes back:
 * the next `supabase db push` would run the migration again, or skip it. `migration repair` corrects the list. Null:
 * there is no such list, or nothing to repair.
 */
export async function repairNote(db: Db, version: string, is: "applied" | "reverted"): Promise<string | null> {
  // any role that may create a schema could have made something of that name: a view, a policy or a type of its own would
  // run its functions with the privileges of this login
  const [list] = await db.query<{ there: boolean }>(
    `select exists (
       select from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
       where n.nspname = 'supabase_migrations' and c.relname = 'schema_migrations' and c.relkind = 'r' and not c.relrowsecurity
         and a.attname = 'version' and a.atttypid = 'pg_catalog.text'::regtype and a.attgenerated = ''
         and has_schema_privilege(n.oid, 'USAGE') and has_table_privilege(c.oid, 'SELECT')
     ) as there`,
  );
  if (list?.there !== true) return null;
  const [row] = await db.query<{ listed: boolean }>(
    `select exists (
       select from only supabase_migrations.schema_migrations where version operator(pg_catalog.=) $1::text
     ) as listed`,
    [version],
  );
  if (row?.listed === (is === "applied")) return null;
  return `Supabase's CLI ${is === "applied" ? "has no record that this migration ran, and would push it again" : "still lists this migration as applied, and would not push it again"}: supabase migration repair --status ${is} ${version}`;
}
