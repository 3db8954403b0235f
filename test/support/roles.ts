import type { Db } from "../../src/db/port.ts";
import { quoteRole } from "../../src/pg/identifier.ts";

/**
 * Do work that creates roles, and drop these afterwards: roles and their memberships belong to the whole server, so
 * those of one project would be found in the next. `db` is a connection to a database that the work does not drop.
 */
export async function withoutNewRoles<Result>(db: Db, work: () => Promise<Result>): Promise<Result> {
  const names = async (): Promise<string[]> =>
    (await db.query<{ name: string }>("select rolname as name from pg_roles order by 1")).map(({ name }) => name);
  const before = new Set(await names());
  try {
    return await work();
  } finally {
    for (const name of await names()) if (!before.has(name)) await db.exec(`drop role ${quoteRole(name)}`);
  }
}
