import { setTimeout as sleep } from "node:timers/promises";
import type { Db } from "../../db/port.ts";
import { sentTogether } from "../../db/sent-together.ts";
import { ToolError } from "../../errors.ts";

/** The two keys of rlsmith's advisory lock: `rlsm` and the number of `apply`. Every role can see it in pg_locks. */
const LOCK = { classid: 0x726c736d, objid: 1 };

/**
 * Acquire the advisory lock that allows one apply or rollback at a time on a database. It is a session-level lock,
 * which the server releases when the session ends for any reason. Waits `patience` milliseconds, since a session that
 * was killed may not have ended yet; `waiting` is called if the wait takes more than a moment. Throws ToolError
 * (environment) that names the session which holds it.
 */
export async function takeTurn(db: Db, patience: number, waiting: () => void): Promise<void> {
  const started = performance.now();
  let told = false;
  for (;;) {
    const [got] = await db.query<{ got: boolean }>("select pg_try_advisory_lock($1, $2) as got", [
      LOCK.classid,
      LOCK.objid,
    ]);
    if (got?.got === true) return;
    const waited = performance.now() - started;
    if (waited > patience) break;
    if (waited > 1500 && !told) {
      told = true;
      waiting();
    }
    await sleep(250);
  }
  const [holder] = await db.query<{ pid: number; who: string; since: string; from: string | null }>(
    `select l.pid, concat_ws(' ', a.usename, nullif(a.application_name, '')) as who,
       to_json(a.backend_start) #>> '{}' as since, host(a.client_addr) as "from"
     from pg_locks l
     left join pg_stat_activity a on a.pid = l.pid
     where l.locktype = 'advisory' and l.classid = $1 and l.objid = $2 and l.objsubid = 2
       and l.database = (select oid from pg_database where datname = current_database()) and l.granted`,
    [LOCK.classid, LOCK.objid],
  );
  const who = holder
    ? `process ${holder.pid} (${holder.who}${holder.from === null ? "" : ` from ${holder.from}`}), connected since ${holder.since}`
    : "a session that has ended just now";
  throw new ToolError(
    "environment",
    "ANOTHER_RUN",
    `another rlsmith is running on this target: ${who}`,
    "wait until it has ended; if its client is gone, terminate the backend with pg_terminate_backend",
  );
}

/** The rounds of looking for a sign. Other clients need time to leave one: `enough` milliseconds, if the server is far. */
const ROUNDS = { most: 8, fewest: 2, enough: 1500 };

/**
 * True if two client connections share server connections between transactions, as behind a pooler in transaction mode,
 * where a session-level lock has no effect. Direct connections and poolers in session mode keep one backend for each
 * client. The signs of sharing: two clients get the same backend, the backend of a client changes, or a backend works
 * while its client does not.
 */
export async function sharesBackends(db: Db, other: Db): Promise<boolean> {
  const pidOf = async (one: Db): Promise<number> =>
    (await one.query<{ pid: number }>("select pg_backend_pid() as pid"))[0]?.pid ?? 0;
  const began = performance.now();
  const [mine, theirs] = [await pidOf(db), await pidOf(other)];
  if (mine === theirs) return true;
  for (let round = 0; round < ROUNDS.most; round += 1) {
    const [[seen], theirsAgain] = await sentTogether([
      other.query<{ ours: boolean | null }>(
        `select case when track and query <> '' and query <> '<insufficient privilege>'
           then query like 'select pg_backend_pid()%' or query like '%rlsmith asks%' end as ours
         from pg_stat_activity, (select current_setting('track_activities')::boolean as track) s where pid = $1`,
        [mine],
      ),
      pidOf(other),
    ]);
    // the backend has ended, or has run a statement of another client; a query that the login may not see is no sign
    if (!seen || seen.ours === false) return true;
    if (theirsAgain !== theirs || (await pidOf(db)) !== mine) return true;
    if (round + 1 >= ROUNDS.fewest && performance.now() - began > ROUNDS.enough) break;
  }
  return false;
}
