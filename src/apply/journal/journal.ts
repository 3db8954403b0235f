import { readFileSync } from "node:fs";
import { pgErrorOf, type Db } from "../../db/port.ts";
import { ToolError } from "../../errors.ts";
import type { State } from "../state/index.ts";

const TRUST = readFileSync(new URL("../queries/journal-trust.sql", import.meta.url), "utf8");
const MAKE = readFileSync(new URL("../queries/journal.sql", import.meta.url), "utf8");

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
}

export type NewEntry = Omit<Entry, "id" | "at" | "databaseUser">;

/**
 * Create the journal if it does not exist, inside the open transaction. Throws ToolError (environment) if it cannot be
 * trusted.
 */
export async function makeJournal(db: Db): Promise<void> {
  if (!(await isThere(db))) await db.exec(MAKE);
}

/**
 * True if the journal exists. A rollback runs SQL from the journal with the privileges of this login, so a role that
 * can write to the journal has these privileges. Throws ToolError (environment): another role owns it, another role may
 * write to it, or a trigger or rule on it runs when a row is written.
 */
async function isThere(db: Db): Promise<boolean> {
  const [found] = await db.query<{
    schemaExists: boolean;
    tableExists: boolean;
    trusted: boolean;
    owner: string | null;
    otherKind: boolean;
    reacts: boolean;
    othersWrite: boolean;
  }>(TRUST);
  if (!found) throw new Error("the query returns one row");
  const why = !found.trusted
    ? `it belongs to ${found.owner}`
    : found.otherKind
      ? "`rlsmith.history` is not a table"
      : found.reacts
        ? "a trigger or rule is on it"
        : found.othersWrite
          ? "a role other than its owner may write to it"
          : null;
  if (why !== null)
    throw new ToolError(
      "environment",
      "JOURNAL_NOT_TRUSTED",
      `the journal in schema \`rlsmith\` cannot be trusted: ${why}`,
      "connect as the role that ran apply before, or, if its entries are not needed, have an administrator rename that schema",
    );
  return found.tableExists;
}

/**
 * Write an entry inside the transaction that it describes, so that both are committed or neither is. Returns its id.
 */
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

/**
 * The whole journal, oldest entry first; empty if it does not exist. Throws ToolError (environment) if the login may
 * not read it, or if it cannot be trusted.
 */
export async function readJournal(db: Db): Promise<Entry[]> {
  if (!(await isThere(db))) return [];
  try {
    // `before` and `after` are json, not jsonb: states are compared by the order of their keys
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
      "the journal `rlsmith.history` exists, but this login may not read it",
      "connect as the role that ran apply before, or as a member of it",
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
