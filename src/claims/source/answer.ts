import { pgErrorOf, type Db } from "../../db/port.ts";

/** What a question to a database came to. What could not be asked is unknown, and never passes for fine. */
export type Answer<T> = { kind: "known"; value: T } | Unknown;

/** `why` is for people alone; code decides by `because`, where there is something to decide. */
export interface Unknown {
  kind: "unknown";
  why: string;
  because?: Cause;
}

/** Causes of an unknown that code decides by. */
export type Cause =
  /** PostgreSQL raised an error */
  | { kind: "raised"; sqlstate: string }
  /** no trigger writes the claims */
  | { kind: "no trigger" }
  /** no row that was tried is active */
  | { kind: "none active" };

export const known = <T>(value: T): Answer<T> => ({ kind: "known", value });
export const unknown = (why: string, because?: Cause): Unknown => ({
  kind: "unknown",
  why,
  ...(because === undefined ? {} : { because }),
});

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
    return unknown(reasonOf(raised.sqlstate, raised.message), { kind: "raised", sqlstate: raised.sqlstate });
  }
}

function reasonOf(sqlstate: string, message: string): string {
  if (sqlstate === "42501") return `the login may not read it (${message})`;
  if (sqlstate === "57014") return "it took longer than the statement timeout";
  if (SAFE.has(sqlstate.slice(0, 2))) return `${sqlstate} ${message}`;
  const name = CONDITIONS[sqlstate];
  return name === undefined ? sqlstate : `${sqlstate} ${name}`;
}

// Connections, transactions, names and privileges, limits, operators: in any other class, a message may contain a value
// of a row.
const SAFE = new Set(["08", "0A", "25", "42", "53", "54", "55", "57", "58"]);

const CONDITIONS: Readonly<Record<string, string>> = {
  "21000": "cardinality_violation",
  "22003": "numeric_value_out_of_range",
  "22007": "invalid_datetime_format",
  "22008": "datetime_field_overflow",
  "22012": "division_by_zero",
  "22023": "invalid_parameter_value",
  "22P02": "invalid_text_representation",
  "23502": "not_null_violation",
  "23505": "unique_violation",
  "23514": "check_violation",
  P0001: "raise_exception",
};
