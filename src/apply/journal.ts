import { readFileSync } from "node:fs";
import { pgErrorOf, type Db } from "../db/port.ts";
import { ToolError } from "../errors.ts";
import type { State } from "./state.ts";

const MAKE = readFileSync(new URL("./queries/journal.sql", import.meta.url), "utf8");

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
  /** what a run that failed said */
  error?: string;
}

export type NewEntry = Omit<Entry, "id" | "at" | "databaseUser">;

/** Make the journal if it is not there, inside the transaction that is open. */
export async function makeJournal(db: Db): Promise<void> {
  const [there] = await db.query<{ there: boolean }>("select to_regclass('rlsmith.history') is not null as there");
  if (there?.there !== true) await db.exec(MAKE);
}

/** Write a line, inside the transaction that it speaks of: the two are there together or not at all. Its id. */
export async function writeEntry(db: Db, entry: NewEntry): Promise<number> {
  const [row] = await db.query<{ id: string }>(
    `insert into rlsmith.history (run, kind, outcome, target, plan_hash, group_name, undoes, person, rlsmith, before, after, detail)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) returning id`,
    [
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
    ],
  );
  return Number(row?.id);
}

/** The whole journal, oldest first; empty where there is none. Throws ToolError (environment) where the login may not read it. */
export async function readJournal(db: Db): Promise<Entry[]> {
  const [there] = await db.query<{ there: boolean }>(
    "select exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'rlsmith' and c.relname = 'history') as there",
  );
  if (there?.there !== true) return [];
  try {
    // before and after are json to keep the order of keys, by which states are compared
    const rows = await db.query<Omit<Entry, "id"> & { id: string }>(
      `select id, to_json(at) #>> '{}' as at, run, kind, outcome, target, plan_hash as "planHash", group_name as "group", undoes::int,
         database_user as "databaseUser", person, rlsmith, before, after, detail
       from rlsmith.history order by id`,
    );
    return rows.map((row) => ({ ...row, id: Number(row.id) }));
  } catch (error) {
    if (pgErrorOf(error)?.sqlstate !== "42501") throw error;
    throw new ToolError(
      "environment",
      "JOURNAL_NOT_READABLE",
      "the journal `rlsmith.history` is there, and this login may not read it",
      "connect as the role that applied before, or as a member of it",
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
