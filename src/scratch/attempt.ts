import { pgErrorOf, type Db, type PgError } from "../db/port.ts";
import { inTransaction } from "./statement.ts";

/**
 * Run one statement inside the open transaction, or outside of it where the statement is not allowed inside. Returns
 * the error that Postgres raised, or null.
 */
export async function attempt(db: Db, text: string): Promise<PgError | null> {
  const error = inTransaction(text) ? await attemptInside(db, text) : null;
  // 25001: the statement cannot run inside a transaction block; 55P04: it uses an enum value that the open transaction
  // added (Postgres manual, ALTER TYPE)
  if (inTransaction(text) && error?.sqlstate !== "25001" && error?.sqlstate !== "55P04") return error;
  try {
    await db.exec("commit");
    await db.exec(text);
    await db.exec("begin");
    return null;
  } catch (thrown) {
    const raised = pgErrorOf(thrown);
    if (raised === null) throw thrown;
    await db.exec("rollback; begin");
    return raised;
  }
}

/** Run one statement in a savepoint of the open transaction. Returns the error that Postgres raised, or null. */
export async function attemptInside(db: Db, text: string): Promise<PgError | null> {
  await db.exec("savepoint s");
  try {
    await db.exec(text);
    await db.exec("release savepoint s");
    return null;
  } catch (thrown) {
    const raised = pgErrorOf(thrown);
    if (raised === null) throw thrown;
    await db.exec("rollback to savepoint s");
    return raised;
  }
}
