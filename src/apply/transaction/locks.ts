import { setTimeout as sleep } from "node:timers/promises";
import { pgErrorOf, type Db } from "../../db/port.ts";
import { dollarQuote, quoteLiteral } from "../../pg/identifier.ts";
import { nameKey, quoteName, type QualifiedName } from "../../pg/name.ts";

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

/** The attempts so far, which decide the next one. */
export interface LockAttempts {
  tries: number;
  /** attempts that ended with a transaction in the way that had been there when the attempt before ended */
  outlasted: number;
  /** the transactions that were in the way when the last attempt ended, by virtual transaction ID */
  inTheWay: readonly string[];
  /** the order in which the locks are requested */
  order: readonly QualifiedName[];
}

/** No attempt yet. */
export const noAttempts = (order: readonly QualifiedName[]): LockAttempts => ({
  tries: 0,
  outlasted: 0,
  inTheWay: [],
  order,
});

/**
 * The milliseconds that the next attempt may wait for all locks together. It grows only behind transactions that are
 * older than the attempt: a short one that is in the way has mostly asked for a relation that the attempt has locked,
 * so a longer wait would not end it.
 */
export const patienceOf = ({ outlasted }: LockAttempts, most: number): number =>
  Math.min(most, FIRST_PATIENCE * 2 ** Math.floor(outlasted / 5));

const FIRST_PATIENCE = 10;

/** Attempts that wait for relations in use before they lock any other. */
const CAREFUL = 2;

/** Lock relations that are not in use before those that are: it stops all that use any of them, for the whole attempt. */
export const isFreeFirst = ({ tries }: LockAttempts): boolean => tries >= CAREFUL;

/**
 * The most that an attempt may wait, below deadlock_timeout: otherwise the server could report a deadlock to a client
 * that holds one relation and waits for another which we hold, though our request came last.
 */
export async function longestPatience(db: Db, lockTimeout: number): Promise<number> {
  const [setting] = await db.query<{ ms: number }>(
    "select setting::int as ms from pg_settings where name = 'deadlock_timeout'",
  );
  return Math.min(lockTimeout, Math.floor((setting?.ms ?? 1000) * 0.8));
}

/**
 * Acquire ACCESS EXCLUSIVE on all relations inside the open transaction, in one round trip. If an error is raised,
 * the transaction holds no lock any more. A lock request that waits blocks every later request, so the wait is short,
 * and lock_timeout is `patience` afterwards too.
 */
export async function acquireLocks(
  db: Db,
  relations: readonly QualifiedName[],
  patience: number,
  freeFirst: boolean,
): Promise<void> {
  await db.exec([lockBlock(relations, patience, freeFirst), `set local lock_timeout = ${patience}`].join("; "));
}

/** The attempts after one that failed, and the transactions that are in the way; ends the failed transaction. */
export async function afterFailedAttempt(
  db: Db,
  relations: readonly QualifiedName[],
  attempts: LockAttempts,
  error: unknown,
): Promise<{ attempts: LockAttempts; holders: string[] }> {
  // sent together, since round trips take the time on a remote server
  const [, holders] = await Promise.all([db.exec("rollback"), holdersOf(db, relations)]);
  // the relation that was waited for in vain comes first: the others stay unlocked while it is waited for
  const first = waitedFor(error) ?? holders[0]?.relation;
  return {
    attempts: {
      tries: attempts.tries + 1,
      outlasted: attempts.outlasted + Number(holders.some(({ vxid }) => attempts.inTheWay.includes(vxid))),
      inTheWay: holders.map(({ vxid }) => vxid),
      order: attempts.order.toSorted((a, b) => Number(first === nameKey(b)) - Number(first === nameKey(a))),
    },
    holders: holders.slice(0, SHOWN).map(({ text }) => text),
  };
}

/** The number of transactions that a message names. */
const SHOWN = 5;

/** The relation whose lock was not acquired, as the block of `lockBlock` reports it; null: a statement of the plan failed. */
function waitedFor(error: unknown): string | null {
  const detail = pgErrorOf(error)?.detail ?? "";
  return detail.startsWith("{") ? (JSON.parse(detail) as { relation: string }).relation : null;
}

/** True if a lock could not be acquired in time, or the server ended the transaction because of a deadlock. */
export function isLockFailure(error: unknown): boolean {
  const sqlstate = pgErrorOf(error)?.sqlstate;
  return sqlstate === "55P03" || sqlstate === "40P01";
}

/**
 * Sleep before the next attempt, three times as long as an attempt may take, so that other transactions proceed
 * meanwhile. Jittered, so that two waiting clients do not keep colliding.
 */
export const pause = async (patience: number): Promise<void> =>
  sleep(Math.min(3000, 3 * patience) * (0.5 + Math.random() / 2));

/** Milliseconds for which a moment is looked for at which no transaction uses the relations. */
const LOOK = 20;

/**
 * One statement that acquires all locks within the time, and records when each was acquired.
 *
 * - It begins at a moment when no transaction uses the relations, and requests all locks with NOWAIT: no other session
 *   ever waits behind such a request. If there is no such moment in 20 ms, it takes the next at which few transactions
 *   use them, since each of those may ask for a relation that is locked by then. It holds no lock meanwhile.
 * - Relations that are in use are waited for first, one after the other, while little else is locked. After each of them
 *   it looks again; once none of the rest is in use, all of the rest are requested with NOWAIT.
 * - `freeFirst`: those that are not in use are locked before that. No transaction that begins meanwhile comes far then,
 *   so that only those which are there have to end: under a load of many short transactions there is no other moment
 *   (12 busy connections on 30 relations, PostgreSQL 15: 264 attempts in 30 s at most, where the other order gave up).
 * - A wait is interrupted after 3 ms (1 ms where all else is locked), 6 ms and so on. If a transaction that uses the
 *   relation waits itself, mostly for a relation that is locked here, both would wait for each other until the time is
 *   over: all locks are released at once. `pg_locks` shows this to every role; `xact_start` of other roles is shown to
 *   members of pg_read_all_stats only.
 */
function lockBlock(relations: readonly QualifiedName[], patience: number, freeFirst: boolean): string {
  const names = relations.map(
    (one, n) =>
      `(${n}, ${quoteLiteral(quoteName(one))}, ${quoteLiteral(nameKey(one))}, to_regclass(${quoteLiteral(quoteName(one))}))`,
  );
  if (names.length === 0) return "set local rlsmith.locks = '[]'";
  return `do ${dollarQuote(`
declare
  want record;
  rest record;
  asked timestamptz;
  began timestamptz := clock_timestamp();
  remaining int;
  slice int;
  waits boolean;
  locked text[] := '{}';
  had json[] := '{}';
  here constant oid := (select oid from pg_database where datname = current_database());
  wanted constant oid[] := array(select v.oid from (values ${names.join(", ")}) v(n, sql, name, oid));
  users int;
  fewest int;
begin
  loop
    select count(distinct pid) into users from pg_locks
    where locktype = 'relation' and relation = any (wanted) and granted and pid <> pg_backend_pid() and database = here;
    exit when users = 0 or clock_timestamp() - began > interval '${LOOK * 4} ms'
      or (users <= fewest and clock_timestamp() - began > interval '${LOOK} ms');
    fewest := least(fewest, users);
    perform pg_sleep(0.0005);
  end loop;
  began := clock_timestamp();
  if ${freeFirst} then
    select array_agg(v.name) as names, string_agg('only ' || v.sql, ', ' order by v.n) as sql into rest
    from (values ${names.join(", ")}) v(n, sql, name, oid)
    where not exists (
      select from pg_locks l
      where l.locktype = 'relation' and l.relation = v.oid and l.granted and l.pid <> pg_backend_pid() and l.database = here
    );
    begin
      if rest.names is not null then
        execute 'lock table ' || rest.sql || ' in access exclusive mode nowait';
        locked := locked || rest.names;
        had := had || array(select json_build_object('relation', one, 'waited', 0,
          'since', extract(epoch from clock_timestamp()) * 1000) from unnest(rest.names) one);
      end if;
    exception when lock_not_available then
      -- one of them is in use by now
    end;
  end if;
  loop
    -- the next relation that is in use, or else all of the rest
    select v.sql, v.name, v.oid into want
    from (values ${names.join(", ")}) v(n, sql, name, oid)
    join (
      select relation, count(*) as users from pg_locks
      where locktype = 'relation' and granted and pid <> pg_backend_pid() and database = here
      group by relation
    ) l on l.relation = v.oid
    where v.name <> all (locked)
    order by v.n limit 1;
    asked := clock_timestamp();
    remaining := ${patience} - (extract(epoch from asked - began) * 1000)::int;
    if want is null then
      select array_agg(v.name) as names, string_agg('only ' || v.sql, ', ' order by v.n) as sql into rest
      from (values ${names.join(", ")}) v(n, sql, name, oid) where v.name <> all (locked);
      exit when rest.names is null;
      begin
        execute 'lock table ' || rest.sql || ' in access exclusive mode nowait';
        locked := locked || rest.names;
        had := had || array(select json_build_object('relation', one, 'waited', 0,
          'since', extract(epoch from clock_timestamp()) * 1000) from unnest(rest.names) one);
        exit;
      exception when lock_not_available then
        -- one of them is in use by now
        continue when remaining > 0;
        raise exception using errcode = 'lock_not_available', message = 'the locks could not be acquired in time';
      end;
    end if;
    slice := ${freeFirst ? 1 : 3};
    loop
      remaining := ${patience} - (extract(epoch from clock_timestamp() - began) * 1000)::int;
      perform set_config('lock_timeout', greatest(1, least(slice, remaining))::text, true);
      begin
        execute 'lock table only ' || want.sql || ' in access exclusive mode';
        exit;
      exception when lock_not_available then
        select count(*) > 0 into waits
        from pg_locks h join pg_locks w on w.pid = h.pid and not w.granted
        where h.locktype = 'relation' and h.relation = want.oid and h.granted and h.pid <> pg_backend_pid()
          and h.database = here;
        if waits or slice >= remaining then
          raise exception using errcode = 'lock_not_available', message = 'the locks could not be acquired in time',
            detail = json_build_object('relation', want.name)::text;
        end if;
        slice := slice * 2;
      end;
    end loop;
    locked := locked || want.name;
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
async function holdersOf(
  db: Db,
  relations: readonly QualifiedName[],
): Promise<{ relation: string; vxid: string; text: string }[]> {
  const rows = await db.query<{
    relation: string;
    vxid: string;
    pid: number;
    who: string;
    state: string | null;
    seconds: number | null;
  }>(
    `select r.name as relation, l.virtualtransaction as vxid, l.pid,
       concat_ws(' ', a.usename, nullif(a.application_name, '')) as who, a.state,
       extract(epoch from clock_timestamp() - a.xact_start)::float8 as seconds
     from json_to_recordset($1::json) r(sql text, name text)
     join pg_locks l on l.locktype = 'relation' and l.relation = to_regclass(r.sql) and l.granted
       and l.database = (select oid from pg_database where datname = current_database())
     join pg_stat_activity a on a.pid = l.pid
     where l.pid <> pg_backend_pid()
     order by a.xact_start nulls last, l.pid, r.name
     limit 200`,
    [JSON.stringify(relations.map((one) => ({ sql: quoteName(one), name: nameKey(one) })))],
  );
  return rows.map(({ relation, vxid, pid, who, state, seconds }) => ({
    relation,
    vxid,
    text: `${relation} is in use by process ${pid}${who === "" ? "" : ` (${who})`}, ${state ?? "state not shown"}${seconds === null ? "" : `, in a transaction for ${seconds.toFixed(1)} s`}`,
  }));
}
