import { pgErrorOf, type Db, type PgError } from "../../db/port.ts";
import type { Cause, Raised } from "../cause.ts";

/** The answer of a database to a question. One that could not be asked is unknown, and never counts as fine. */
export type Answer<T> = { kind: "known"; value: T } | Unknown;

/** An unknown answer, and its cause. */
export interface Unknown {
  kind: "unknown";
  because: Cause;
}

export const known = <T>(value: T): Answer<T> => ({ kind: "known", value });
export const unknown = (because: Cause): Unknown => ({ kind: "unknown", because });

/**
 * Ask inside a savepoint, so that an error does not abort the transaction. Errors that Postgres did not raise are
 * rethrown.
 */
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
    return unknown(raisedBy(raised));
  }
}

const raisedBy = ({ sqlstate, message }: PgError): Raised => ({
  kind: "raised",
  sqlstate,
  message: SAFE.has(sqlstate.slice(0, 2)) ? message : null,
});

// Connections, transactions, names and privileges, limits, operators: in any other class, a message may contain a value
// of a row.
const SAFE = new Set(["08", "0A", "25", "42", "53", "54", "55", "57", "58"]);
