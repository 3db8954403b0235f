import type { Db } from "../db/port.ts";

/**
 * Every name that a call may have: the functions of the database with those of PostgreSQL and of extensions, and the
 * types, for `name(value)` may be a cast. Without schemas and arguments.
 */
export async function callableNames(db: Db): Promise<string[]> {
  const rows = await db.query<{ name: string }>(
    "select proname::text as name from pg_catalog.pg_proc union select typname::text from pg_catalog.pg_type",
  );
  return rows.map(({ name }) => name);
}
