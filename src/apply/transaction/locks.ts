import { setTimeout as sleep } from "node:timers/promises";
import { pgErrorOf, type Db } from "../../db/port.ts";
import { ToolError } from "../../errors.ts";
import { quoteLiteral } from "../../pg/identifier.ts";
import { nameKey, quoteName, type QualifiedName } from "../../pg/name.ts";

/** A lock that was held from a point in time, by the server's clock. */
export interface HeldLock {
  relation: string;
  /** milliseconds from asking for it to having it */
  waited: number;
  /** epoch milliseconds at which it was had */
  since: number;
}

export interface LockLimits {
  /** milliseconds that one try may wait for all locks together */
  lockTimeout: number;
  /** milliseconds after which no further try is made */
  giveUpAfter: number;
}

export interface LockTry {
  tries: number;
  /** what held the locks when the last try gave up */
  holders: string[];
}

/**
 * Begin a transaction that holds ACCESS EXCLUSIVE on all relations, or none. A lock that is waited for blocks everyone who comes later, so one try waits a
 * short while for all of them together, then lets everything go, sleeps, and tries again with more patience, up to `lockTimeout`. It stays below
 * deadlock_timeout: somebody who holds one relation and waits for another that we have would else be ended as a deadlock, though it was us who came
 * last. `begin` opens the transaction and sets its limits; lock_timeout is `lockTimeout` afterwards. Throws ToolError (environment) after `giveUpAfter`.
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
      // what has been in use for the longest comes first: while it is waited for, the others are free
      order = order.toSorted(
        (a, b) => Number(holders[0]?.relation === nameKey(b)) - Number(holders[0]?.relation === nameKey(a)),
      );
      if (performance.now() - started > limits.giveUpAfter)
        throw new ToolError(
          "environment",
          "LOCK_NOT_HAD",
          `the locks were not to be had in ${Math.round((performance.now() - started) / 1000)} s and ${tries} tries${holders.length > 0 ? `: ${holders.map(({ text }) => text).join("; ")}` : ""}`,
          "nothing was changed; run it again when those transactions have ended, or with --by relation, which takes one lock at a time",
          { cause: error },
        );
      await pause(tries);
    }
  }
}

/** Whether a lock was not to be had in time, or somebody had to give way. */
export function isLockFailure(error: unknown): boolean {
  const sqlstate = pgErrorOf(error)?.sqlstate;
  return sqlstate === "55P03" || sqlstate === "40P01";
}

/**
 * Milliseconds that a try may take. Where transactions are short, a try that is not through in 50 ms waits for somebody who waits for us (an INSERT that
 * has its own relation and checks a foreign key on ours): to let go at once and try again ends that, more patience does not. Measured with 8
 * connections of mixed load on three relations: with tries of 100, 200, 400, 800 ms a stall of 808 ms, test/faults/under-load.test.ts. Where they are long, patience grows.
 */
const patienceOf = (tries: number): number => 50 * 2 ** Math.floor((tries - 1) / 5);

/** Sleep before the next try: others have to get on in the meantime. Jittered, so that two who wait do not keep meeting. */
export const pause = async (tries: number): Promise<void> =>
  sleep(Math.min(3000, 3 * patienceOf(tries)) * (0.5 + Math.random() / 2));

/** One statement that takes all locks, each with what is left of the patience, and notes when it had each. */
function lockBlock(relations: readonly QualifiedName[], patience: number): string {
  const names = relations.map((one) => `(${quoteLiteral(quoteName(one))}, ${quoteLiteral(nameKey(one))})`);
  if (names.length === 0) return "set local rlsmith.locks = '[]'";
  return `do $rlsmith$
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
$rlsmith$`;
}

/** Who holds something on the relations now, without the text of any statement: that is the application's, and may hold anything. */
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
