import type { Db } from "../../db/port.ts";

/**
 * The definitions of views, with every name qualified: PostgreSQL prints a schema that is not in search_path. In a
 * transaction of its own, which is rolled back, since a pool may hand the connection on.
 */
export async function viewDefinitions(db: Db): Promise<string[]> {
  await db.exec("begin read only; set local search_path = ''");
  try {
    const rows = await db.query<{ text: string }>(
      `select pg_get_viewdef(c.oid) as text
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.relkind in ('v', 'm') and n.nspname not in ('pg_catalog', 'information_schema')
       order by n.nspname collate "C", c.relname collate "C"`,
    );
    return rows.map(({ text }) => text);
  } finally {
    await db.exec("rollback");
  }
}
