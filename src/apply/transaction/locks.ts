import { setTimeout as sleep } from "node:timers/promises";
import { pgErrorOf, type Db } from "../../db/port.ts";
import { ToolError } from "../../errors.ts";
import { dollarQuote, quoteLiteral } from "../../pg/identifier.ts";
import { nameKey, quoteName, type QualifiedName } from "../../pg/name.ts";

/** A lock that was held from a point in time, by the server's clock. */
export interface HeldLock {
  relation: string;
  /** milliseconds from the request to the acquisition */
  waited: number;
  /** epoch milliseconds of the acquisition */
  since: number;
}

export interface LockLimits {
  /** milliseconds that one attempt may wait for all locks together */
  lockTimeout: number;
  /** milliseconds after which no further attempt is made */
  giveUpAfter: number;
}

export interface LockTry {
  tries: number;
  /** the transactions that held the locks when the last attempt ended */
  holders: string[];
}

/**
 * Begin a transaction that holds ACCESS EXCLUSIVE on all relations, or on none. A lock request that waits blocks every
 * later request, so one attempt waits a short time for all locks together, then releases them, sleeps, and tries again
 * with a longer wait, up to `lockTimeout`. The wait stays below deadlock_timeout: otherwise the server could report a
 * deadlock to a client that holds one relation and waits for another which we hold, though our request came last.
 * `begin` opens the transaction and sets its limits; lock_timeout is `lockTimeout` afterwards. Throws ToolError
 * (environment) after `giveUpAfter`.
 */
export async function beginWithLocks(
  db: Db,
  begin: string,
  relations: readonly QualifiedName[],
  limits: LockLimits,
  onTry: (failed: LockTry) => void,
): Promise<HeldLock[]> {
  const started = performance.now();
  const [setting] = await db.query<{ ms: number }>(
    "select setting::int as ms from pg_settings where name = 'deadlock_timeout'",
  );
  const most = Math.min(limits.lockTimeout, Math.floor((setting?.ms ?? 1000) * 0.8));
  let order = [...relations];
  for (let tries = 1; ; tries += 1) {
    const patience = Math.min(most, patienceOf(tries));
    try {
      const results = await db.exec(
        [
          begin,
          lockBlock(order, patience),
          `set local lock_timeout = ${limits.lockTimeout}`,
          "select current_setting('rlsmith.locks')::json as locks",
        ].join("; "),
      );
      return (results.at(-1)?.[0] as { locks: HeldLock[] } | undefined)?.locks ?? [];
    } catch (error) {
      if (!isLockFailure(error)) throw error;
      await db.exec("rollback");
      const holders = await holdersOf(db, relations);
      onTry({ tries, holders: holders.map(({ text }) => text) });
      // the relation that has been in use for the longest comes first: the others stay unlocked while it is waited for
      order = order.toSorted(
        (a, b) => Number(holders[0]?.relation === nameKey(b)) - Number(holders[0]?.relation === nameKey(a)),
      );
      if (performance.now() - started > limits.giveUpAfter)
        throw new ToolError(
          "environment",
          "LOCK_NOT_HAD",
          `the locks could not be acquired in ${Math.round((performance.now() - started) / 1000)} s and ${tries} attempts${holders.length > 0 ? `: ${holders.map(({ text }) => text).join("; ")}` : ""}`,
          "nothing was changed; run the same command again when those transactions have ended, or with --by relation, which acquires one lock at a time",
          { cause: error },
        );
      await pause(tries);
    }
  }
}

/** True if a lock could not be acquired in time, or the server ended the transaction because of a deadlock. */
export function isLockFailure(error: unknown): boolean {
  const sqlstate = pgErrorOf(error)?.sqlstate;
  return sqlstate === "55P03" || sqlstate === "40P01";
}

/**
 * Milliseconds that an attempt may take. If transactions are short, an attempt that has not succeeded in 50 ms waits
 * for a client that waits for us (an INSERT that has locked its own relation and checks a foreign key on ours):
 * releasing the locks at once ends that, a longer wait does not. Measured with 8 connections of mixed load on three
 * relations: with attempts of 100, 200, 400 and 800 ms, one stall took 808 ms (test/faults/under-load.test.ts). If
 * transactions are long, the wait grows.
 */
const patienceOf = (tries: number): number => 50 * 2 ** Math.floor((tries - 1) / 5);

/**
 * Sleep before the next attempt, so that other transactions proceed meanwhile. Jittered, so that two waiting clients do
 * not keep colliding.
 */
export const pause = async (tries: number): Promise<void> =>
  sleep(Math.min(3000, 3 * patienceOf(tries)) * (0.5 + Math.random() / 2));

/** One statement that acquires all locks, each within the time that remains, and records when each was acquired. */
function lockBlock(relations: readonly QualifiedName[], patience: number): string {
  const names = relations.map((one) => `(${quoteLiteral(quoteName(one))}, ${quoteLiteral(nameKey(one))})`);
  if (names.length === 0) return "set local rlsmith.locks = '[]'";
  return `do ${dollarQuote(`
declare
  want record;
  asked timestamptz;
  deadline timestamptz := clock_timestamp() + interval '${patience} ms';
  had json[] := '{}';
begin
  for want in select * from (values ${names.join(", ")}) v(sql, name) loop
    asked := clock_timestamp();
    perform set_config('lock_timeout', greatest(1, (extract(epoch from deadline - asked) * 1000)::int)::text, true);
    execute 'lock table only ' || want.sql || ' in access exclusive mode';
    had := had || json_build_object('relation', want.name,
      'waited', extract(epoch from clock_timestamp() - asked) * 1000,
      'since', extract(epoch from clock_timestamp()) * 1000);
  end loop;
  perform set_config('rlsmith.locks', array_to_json(had)::text, true);
end
`)}`;
}

/**
 * The sessions that hold locks on the relations now, without the text of their statements: it is the application's, and
 * may hold any data.
 */
async function holdersOf(db: Db, relations: readonly QualifiedName[]): Promise<{ relation: string; text: string }[]> {
  const rows = await db.query<{
    relation: string;
    pid: number;
    who: string;
    state: string | null;
    seconds: number | null;
  }>(
    `select r.name as relation, l.pid, concat_ws(' ', a.usename, nullif(a.application_name, '')) as who, a.state,
       extract(epoch from clock_timestamp() - a.xact_start)::float8 as seconds
     from json_to_recordset($1::json) r(sql text, name text)
     join pg_locks l on l.locktype = 'relation' and l.relation = to_regclass(r.sql) and l.granted
       and l.database = (select oid from pg_database where datname = current_database())
     join pg_stat_activity a on a.pid = l.pid
     where l.pid <> pg_backend_pid()
     order by a.xact_start nulls last
     limit 5`,
    [JSON.stringify(relations.map((one) => ({ sql: quoteName(one), name: nameKey(one) })))],
  );
  return rows.map(({ relation, pid, who, state, seconds }) => ({
    relation,
    text: `${relation} is in use by process ${pid}${who === "" ? "" : ` (${who})`}, ${state ?? "state not shown"}${seconds === null ? "" : `, in a transaction for ${seconds.toFixed(1)} s`}`,
  }));
}
