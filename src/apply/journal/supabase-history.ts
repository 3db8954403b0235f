import type { Db } from "../../db/port.ts";

/**
 * Supabase's CLI keeps a list of the migrations that ran. What it says of a version, where it is there: it does not see what rlsmith applies or takes
 * back, so its next push would do it again, or not at all. `migration repair` sets it right. Null: no such list, or nothing to repair.
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
  return `Supabase's CLI ${is === "applied" ? "does not know that this migration ran, and would push it again" : "still has this migration as applied, and would not push it again"}: supabase migration repair --status ${is} ${version}`;
}
