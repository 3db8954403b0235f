import { pgErrorOf, type Db } from "../db/port.ts";

/** What a question to a database came to. What could not be asked is unknown, and never passes for fine. */
export type Answer<T> = { kind: "known"; value: T } | { kind: "unknown"; why: string };

export const known = <T>(value: T): Answer<T> => ({ kind: "known", value });
export const unknown = (why: string): Answer<never> => ({ kind: "unknown", why });

/** Ask inside a savepoint, so that a refusal does not end the transaction around it. Rethrows what no Postgres raised. */
export async function attempt<T>(db: Db, ask: () => Promise<T>): Promise<Answer<T>> {
  await db.exec("savepoint rlsmith_ask");
  try {
    const value = await ask();
    await db.exec("release savepoint rlsmith_ask");
    return known(value);
  } catch (error) {
    const raised = pgErrorOf(error);
    if (raised === null) throw error;
    await db.exec("rollback to savepoint rlsmith_ask; release savepoint rlsmith_ask");
    return unknown(reasonOf(raised.sqlstate, raised.message));
  }
}

function reasonOf(sqlstate: string, message: string): string {
  if (sqlstate === "42501") return `the login may not read it (${message})`;
  if (sqlstate === "57014") return "it took longer than the statement timeout";
  return `${sqlstate} ${message}`;
}
