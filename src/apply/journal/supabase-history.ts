import type { Db } from "../../db/port.ts";

/**
 * A note on Supabase's own list of migrations, which does not record the changes that rlsmith applies or takes back:
 * the next `supabase db push` would run the migration again, or skip it. `migration repair` corrects the list. Null:
 * there is no such list, or nothing to repair.
 */
export async function repairNote(db: Db, version: string, is: "applied" | "reverted"): Promise<string | null> {
  const [list] = await db.query<{ there: boolean }>(
    `select coalesce(has_table_privilege(to_regclass('supabase_migrations.schema_migrations'), 'SELECT'), false) as there`,
  );
  if (list?.there !== true) return null;
  const [row] = await db.query<{ listed: boolean }>(
    "select exists (select from supabase_migrations.schema_migrations where version = $1) as listed",
    [version],
  );
  if (row?.listed === (is === "applied")) return null;
  return `Supabase's CLI ${is === "applied" ? "has no record that this migration ran, and would push it again" : "still lists this migration as applied, and would not push it again"}: supabase migration repair --status ${is} ${version}`;
}
