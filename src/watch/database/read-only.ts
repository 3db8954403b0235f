import type { Db } from "../../db/port.ts";
import { sentTogether } from "../../db/sent-together.ts";

/** Milliseconds that a statement may take, and that it may wait for a lock. */
export interface Limits {
  statement: number;
  lock: number;
}

const LIMITS: Limits = { statement: 10_000, lock: 1000 };

/**
 * Run work in a READ ONLY transaction of its own. The work sends each statement in a savepoint (`eachPassing`), so that
 * an error concerns nothing else, and several may work side by side. A connection that sends at once needs no round
 * trip for BEGIN and for ROLLBACK.
 */
export async function inReadOnly<Result>(
  db: Db,
  work: () => Promise<Result>,
  { statement, lock }: Limits = LIMITS,
): Promise<Result> {
  const begin = `begin transaction isolation level read committed read only;
    set local statement_timeout = ${statement}; set local lock_timeout = ${lock};
    set local search_path = ''; set local datestyle = 'ISO'; set local timezone = 'UTC'`;
  try {
    const [, result] = await sentTogether([db.exec(begin), work()]);
    return result;
  } finally {
    // The connection may be lost; the first error is the one to report.
    void db.exec("rollback").catch(() => {});
  }
}
