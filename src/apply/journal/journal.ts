import { readFileSync } from "node:fs";
import { pgErrorOf, type Db } from "../../db/port.ts";
import { sentTogether } from "../../db/sent-together.ts";
import { ToolError } from "../../errors.ts";
import { makeOwnTable, ownTableDifferences, ownTableQuery, type OwnTableFound } from "../../own-schema/index.ts";
import type { State } from "../state/index.ts";
import { hashOf } from "./chain.ts";
import { faultsOf } from "./executable.ts";
import { JOURNAL } from "./shape.ts";

const TRUST = ownTableQuery("history");
const MAKE = makeOwnTable("history", readFileSync(new URL("../queries/journal.sql", import.meta.url), "utf8"));

/** One line of `rlsmith.history`: one group of one run. */
export interface Entry {
  id: number;
  /** ISO 8601 */
  at: string;
  run: string;
  kind: "apply" | "adopt" | "rollback";
  outcome: "done" | "failed";
  target: string;
  planHash: string | null;
  group: string;
  undoes: number | null;
  databaseUser: string;
  person: string | null;
  rlsmith: string;
  before: State | null;
  after: State | null;
  detail: Detail;
}

export interface Detail {
  approvals?: { as: string; email: string | null; at: string }[];
  /** milliseconds that each relation's lock was held, up to the end of the last statement before COMMIT */
  locks?: { relation: string; waited: number; held: number }[];
  /** of a rollback by force */
  reason?: string;
  /** the error of a run that failed */
  error?: string;
  /** the OIDs of the relations and of the journal itself, by which a relation is found that was renamed since */
  oids?: { journal: number; relations: { schema: string; name: string; oid: number }[] };
}

export type NewEntry = Omit<Entry, "id" | "at" | "databaseUser">;

/** Statements under an empty search_path until the transaction ends, so that no name means an object of another role. */
const ON_EMPTY_PATH = "select pg_catalog.set_config('search_path', '', true)";

/** A lock that no CREATE TRIGGER, CREATE RULE, ALTER or DROP can pass; for what it may not lock, TRUST has the reason. */
const LOCK = `do $rlsmith$
begin
  if pg_catalog.to_regclass('rlsmith.history') is not null then
    lock table only rlsmith.history in row exclusive mode;
  end if;
exception when insufficient_privilege or wrong_object_type then
  null;
end
$rlsmith$`;

/**
 * True if the journal exists. Leaves the search_path of the open transaction empty. Throws ToolError (environment) for
 * anything of that name that is not a journal of the login's own: a rollback executes what is in it.
 */
async function isThere(
  db: Db,
  [first, lock, last]: readonly [string, string, string] = ["select 1", "select 1", "select 1"],
): Promise<boolean> {
  const results = await db.exec([first, ON_EMPTY_PATH, lock, TRUST, last].join(";\n"));
  const row = results.flat().find((one) => "own" in one) as { own: OwnTableFound } | undefined;
  if (!row) return false;
  const list = ownTableDifferences(row.own, JOURNAL);
  if (list.length > 0) throw notTrusted(list);
  return row.own.table !== null;
}

const notTrusted = (list: readonly string[]): ToolError =>
  new ToolError(
    "environment",
    "JOURNAL_NOT_TRUSTED",
    "the journal `rlsmith.history` is not as rlsmith made it for this login:",
    "nothing was executed from it; connect as the role that ran apply before, or, if its entries are not needed, have an administrator rename schema rlsmith",
    { list },
  );

/**
 * Make sure, inside the open transaction, that the journal exists and can be trusted, and keep it so until the
 * transaction ends: no session can create a trigger or a rule on it, or replace it. The search_path stays as it is.
 * Throws ToolError (environment) if the journal cannot be trusted.
 */
export async function openJournal(db: Db): Promise<void> {
  const texts = [
    "select set_config('rlsmith.path', current_setting('search_path'), true)",
    LOCK,
    "select set_config('search_path', current_setting('rlsmith.path'), true)",
  ] as const;
  if (await isThere(db, texts)) return;
  await sentTogether([
    db.exec([ON_EMPTY_PATH, MAKE].join(";\n")),
    // another role may have been there between the two
    isThere(db, ["select 1", LOCK, texts[2]]),
  ]);
}

/** The entries that were written, and the milliseconds that each relation was locked until then. */
export interface Written {
  ids: number[];
  locks: { relation: string; waited: number; held: number }[];
}

/** Send entries for the open transaction, whose journal `openJournal` has opened, without waiting for answers. */
export async function sendEntries(db: Db, entries: readonly NewEntry[]): Promise<Written> {
  const path = db.exec(ON_EMPTY_PATH);
  const sent = await Promise.allSettled([path, ...entries.map(async (entry) => writeEntry(db, entry))]);
  const rows = sent.flatMap((one) => {
    if (one.status === "rejected") throw one.reason;
    return "id" in one.value ? [one.value] : [];
  });
  return { ids: rows.map(({ id }) => Number(id)), locks: rows[0]?.locks ?? [] };
}

/**
 * Write entries inside the open transaction that they describe, so that both are committed or neither is; the journal is
 * created if it does not exist. Leaves the search_path of the transaction empty. Returns their ids. Throws ToolError
 * (environment) if the journal cannot be trusted.
 */
export async function writeEntries(db: Db, entries: readonly NewEntry[]): Promise<number[]> {
  await openJournal(db);
  await db.exec(ON_EMPTY_PATH);
  const ids: number[] = [];
  for (const entry of entries) ids.push(Number((await writeEntry(db, entry)).id));
  return ids;
}

/** `writeEntries`, if the journal exists. Returns null if it does not. */
export const writeEntriesIfThere = async (db: Db, entries: readonly NewEntry[]): Promise<number[] | null> =>
  (await isThere(db)) ? writeEntries(db, entries) : null;

const INSERT = `insert into rlsmith.history
  (id, at, run, kind, outcome, target, plan_hash, group_name, undoes, database_user, person, rlsmith, before, after, detail, hash)
overriding system value
with entry as materialized (
  select nextval(pg_get_serial_sequence('rlsmith.history', 'id')) as id, clock_timestamp() as at,
    $1::uuid as run, $2::text as kind, $3::text as outcome, $4::text as target, $5::text as plan_hash, $6::text as group_name,
    $7::bigint as undoes, session_user::text as database_user, $8::text as person, $9::text as rlsmith,
    $10::json as before, $11::json as after, $12::jsonb || coalesce((
      select jsonb_build_object('oids', jsonb_build_object(
        'journal', 'rlsmith.history'::regclass::oid::bigint,
        'relations', jsonb_agg(jsonb_build_object('schema', n.nspname, 'name', c.relname, 'oid', c.oid::bigint))))
      from json_array_elements($11::json -> 'relations') r
      join pg_namespace n on n.nspname = r ->> 'schema'
      join pg_class c on c.relnamespace = n.oid and c.relname = r ->> 'name'
      having count(*) > 0
    ), '{}') || coalesce((
      select jsonb_build_object('locks', jsonb_agg(jsonb_build_object('relation', l ->> 'relation',
        'waited', round((l ->> 'waited')::numeric, 1),
        'held', round(extract(epoch from clock_timestamp())::numeric * 1000 - (l ->> 'since')::numeric, 1))))
      from json_array_elements(nullif(current_setting('rlsmith.locks', true), '')::json) l
      having count(*) > 0
    ), '{}') as detail
)
select *, ${hashOf("entry", "(select hash from rlsmith.history order by id desc limit 1)")} from entry
returning id, detail -> 'locks' as locks`;

interface WrittenRow {
  id: string;
  locks: Written["locks"] | null;
}

async function writeEntry(db: Db, entry: NewEntry): Promise<WrittenRow> {
  const [row] = await db.query<WrittenRow>(INSERT, [
    entry.run,
    entry.kind,
    entry.outcome,
    entry.target,
    entry.planHash,
    entry.group,
    entry.undoes,
    entry.person,
    entry.rlsmith,
    entry.before === null ? null : JSON.stringify(entry.before),
    entry.after === null ? null : JSON.stringify(entry.after),
    JSON.stringify(entry.detail),
  ]);
  if (!row) throw new Error("INSERT … RETURNING returns one row");
  return row;
}

// `before` and `after` are json, not jsonb: states are compared by the order of their keys
const READ = `select id, to_json(at) #>> '{}' as at, run, kind, outcome, target, plan_hash as "planHash", group_name as "group",
  undoes::int, database_user as "databaseUser", person, rlsmith, before, after, detail,
  hash = ${hashOf("entry", "lag(hash) over (order by id)")} as intact
from rlsmith.history entry order by id`;

/**
 * The whole journal, oldest entry first; empty if it does not exist. Throws ToolError (environment) if the login may
 * not read it, or if it cannot be trusted: by its owner, its privileges or its shape, or for an entry that was changed,
 * or whose texts are not what they are executed as.
 */
export async function readJournal(db: Db): Promise<Entry[]> {
  if (!(await isThere(db))) return [];
  const rows = await rowsOf(db);
  const list = rows.flatMap((row) =>
    row.intact
      ? faultsOf(row).map((fault) => `entry ${row.id}: ${fault}`)
      : [`entry ${row.id} was changed, or one before it was: its hash is another`],
  );
  if (list.length > 0) throw notTrusted(list);
  return rows.map(({ intact: _, ...entry }) => ({ ...entry, id: Number(entry.id) }));
}

type Row = Omit<Entry, "id"> & { id: string; intact: boolean };

async function rowsOf(db: Db): Promise<Row[]> {
  try {
    return ((await db.exec([ON_EMPTY_PATH, READ].join(";\n")))[1] ?? []) as unknown as Row[];
  } catch (error) {
    if (pgErrorOf(error)?.sqlstate !== "42501") throw error;
    throw new ToolError(
      "environment",
      "JOURNAL_NOT_READABLE",
      "the journal `rlsmith.history` exists, but this login may not read it",
      "connect as the role that ran apply before",
      { cause: error },
    );
  }
}

/** Entries that are in force: applied or adopted, and not taken back since; oldest first. */
export function inForce(entries: readonly Entry[]): (Entry & { before: State; after: State })[] {
  const undone = new Set(
    entries.flatMap(({ undoes, outcome }) => (undoes !== null && outcome === "done" ? [undoes] : [])),
  );
  return entries.flatMap((entry) =>
    entry.kind !== "rollback" && entry.outcome === "done" && !undone.has(entry.id) && entry.before && entry.after
      ? [{ ...entry, before: entry.before, after: entry.after }]
      : [],
  );
}
