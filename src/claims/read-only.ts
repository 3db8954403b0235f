import type { Db } from "../db/port.ts";

const TIMEOUT = "30s";

/**
 * Run work with row security off: a query whose rows would be hidden then raises an error, rather than returning fewer
 * rows.
 */
export async function inReadOnly<T>(db: Db, work: () => Promise<T>): Promise<T> {
  await db.exec("begin transaction isolation level repeatable read read only");
  try {
    await db.exec(
      `set local search_path = ''; set local statement_timeout = '${TIMEOUT}'; set local row_security = off`,
    );
    return await work();
  } finally {
    // The connection may be lost; the first error is the one to report.
    await db.exec("rollback").catch(() => {});
  }
}
