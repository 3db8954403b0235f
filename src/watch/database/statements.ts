import type { Db } from "../../db/port.ts";
import { eachPassing, type Came } from "../../db/savepoint.ts";
import { quoteIdent } from "../../pg/identifier.ts";
import { nameKey, type QualifiedName } from "../../pg/name.ts";
import type { Lack, StatementCount, StatementsReading } from "../sample.ts";
import { distinctLacks, lackOf } from "./lack-of.ts";
import { meanings, type NamedRelation } from "./names.ts";
import { cursorOf } from "./cursor.ts";
import { query } from "./query.ts";
import { inReadOnly } from "./read-only.ts";
import { namePatterns, scopeLiteral, scopeMark, type WatchScope } from "./scope.ts";
import { classify, type StatementClass } from "./statement-class.ts";
import {
  carried,
  cumulative,
  differences,
  type Counters,
  type CountersAt,
  type Difference,
} from "./statement-counters.ts";

const WHAT = "pg_stat_statements";

const QUERY_ID_OFF = "compute_query_id=off";

/** A reset between the two readings of the extension's own counters is read again. */
const TRIES = 3;

/**
 * Read what the statements on the relations of the plan have counted since the reading whose cursor this is; null: the
 * first reading, which has no numbers. An entry is that of a user, a query and a level (a statement in a function has
 * its own). Failed statements are not counted by the extension.
 *
 * It cannot be told who has sent a statement: what rlsmith itself executes as a role of the application counts as
 * traffic of that role. So a run that attacks as such roles reads once before and once after it, and drops the numbers
 * of the second reading.
 */
export const readStatements = async (db: Db, scope: WatchScope, cursor: unknown): Promise<StatementsReading> =>
  inReadOnly(db, async () => statementsIn(db, scope, cursorOf<CountersAt>(cursor, "entries"), false));

/** The same inside an open transaction, by statements in savepoints; `all`: everything that is counted, from zero. */
export async function statementsIn(
  db: Db,
  scope: WatchScope,
  before: CountersAt | null,
  all: boolean,
): Promise<StatementsReading> {
  const found = await placeOf(db, scope);
  const unread = (lacks: Lack[]): StatementsReading => ({
    source: "statements",
    cursor: before,
    lacks: distinctLacks(lacks),
    statements: [],
    owners: "owners" in found ? found.owners : [],
  });
  if ("lacks" in found) return unread(found.lacks);
  const { place, relations, owners } = found;
  const entries = await entriesOf(db, place, relations);
  if ("lacks" in entries) return unread([...settingLacks(place), ...entries.lacks]);
  const { known, rows, now, lacks } = summed(place, relations, entries);
  const compared = all ? { deltas: cumulative(now), lacks: [] } : differences(before, now);
  return {
    source: "statements",
    cursor: carried(before, now),
    lacks: distinctLacks([...settingLacks(place), ...lacks, ...compared.lacks]),
    statements: countsOf(compared.deltas, rows, known),
    owners,
  };
}

interface Place {
  schema: string;
  columns: string[];
  info: boolean;
  track: string | null;
  trackIsOwn: boolean;
  /** `name=value` of roles and of the database that hide statements */
  ofRoles: string[];
  queryId: string | null;
  readsAll: boolean;
  database: string;
  at: string;
}

async function placeOf(
  db: Db,
  scope: WatchScope,
): Promise<{ place: Place; relations: NamedRelation[]; owners: StatementsReading["owners"] } | { lacks: Lack[] }> {
  const [found, named, owned] = await eachPassing(db, [
    query("statements-place"),
    query("scope", { relations: scopeLiteral(scope) }),
    query("owners", { relations: scopeLiteral(scope) }),
  ]);
  if (!found || "raised" in found) return { lacks: raisedLacks(found) };
  if (!named || "raised" in named) return { lacks: raisedLacks(named) };
  if (!owned || "raised" in owned) return { lacks: raisedLacks(owned) };
  const [place] = found.rows as unknown as (Omit<Place, "schema"> & { schema: string | null })[];
  if (!place || place.schema === null) return { lacks: [{ lack: "not installed", what: WHAT }] };
  // without it neither a reset nor an eviction would be noticed
  if (!place.info) return { lacks: [{ lack: "not installed", what: "pg_stat_statements_info" }] };
  const owners = (owned.rows as unknown as (QualifiedName & { roles: string[] })[]).map(({ roles, ...relation }) => ({
    relation: nameKey(relation),
    roles,
  }));
  return { place: { ...place, schema: place.schema }, relations: named.rows as unknown as NamedRelation[], owners };
}

const raisedLacks = (came: Came | undefined): Lack[] =>
  came !== undefined && "raised" in came ? [lackOf(came.raised, WHAT)] : [{ lack: "not readable", what: WHAT }];

function settingLacks({ track, trackIsOwn, ofRoles, queryId }: Place): Lack[] {
  const lacks: Lack[] = [];
  if (track !== "all" || trackIsOwn || ofRoles.some((one) => one !== QUERY_ID_OFF))
    lacks.push({ lack: "setting", what: "pg_stat_statements.track" });
  if (queryId === "off" || ofRoles.includes(QUERY_ID_OFF)) lacks.push({ lack: "setting", what: "compute_query_id" });
  return lacks;
}

interface Row {
  user: string;
  role: string;
  /** null: the login may not see it */
  query: string | null;
  toplevel: boolean;
  /** null: the file of the texts could not be read */
  text: string | null;
  calls: string;
  rows: string;
  time: number;
  blocks: string;
  least: number;
  most: number;
  since: string | null;
}

interface Entries {
  info: { evictions: string; reset: string };
  rows: Row[];
}

async function entriesOf(
  db: Db,
  place: Place,
  relations: readonly NamedRelation[],
): Promise<Entries | { lacks: Lack[] }> {
  const schema = quoteIdent(place.schema);
  const since = place.columns.includes("stats_since")
    ? "round(extract(epoch from s.stats_since) * 1000000)::text"
    : "null::text";
  const info = query("statements-info", { schema });
  const entries = query("statements", { schema, since, patterns: namePatterns(relations) });
  for (let n = 0; n < TRIES; n += 1) {
    const came = await eachPassing(db, [info, entries, info]);
    const raised = came.find((one) => "raised" in one);
    if (raised) return { lacks: raisedLacks(raised) };
    const [first = [], rows = [], last = []] = came.map((one) => ("rows" in one ? one.rows : []));
    const [earlier, later] = [first[0], last[0]] as unknown as [
      Entries["info"] | undefined,
      Entries["info"] | undefined,
    ];
    // an eviction in between counts as one of the next reading: so the first of the two is kept
    if (earlier && later && earlier.reset === later.reset) return { info: earlier, rows: rows as unknown as Row[] };
  }
  return { lacks: [{ lack: "not readable", what: WHAT }] };
}

const keyOf = ({ user, query: id, toplevel }: Row): string => `${user}/${id ?? ""}/${toplevel ? 1 : 0}`;

interface Summed {
  known: Map<string, StatementClass>;
  rows: Map<string, Row>;
  now: CountersAt;
  lacks: Lack[];
}

/** The entries that concern the plan, as counters by key, and what was not visible. */
function summed(place: Place, relations: readonly NamedRelation[], { info, rows }: Entries): Summed {
  const meaningOf = meanings(relations);
  const known = new Map<string, StatementClass>();
  const concerned = new Map<string, Row>();
  const lacks: Lack[] = [];
  let complete = true;
  for (const row of rows) {
    if (row.query === null || row.text === null) {
      complete = false;
      lacks.push({ lack: row.query === null && !place.readsAll ? "privilege" : "not readable", what: WHAT });
      continue;
    }
    const made = classify(row.text, meaningOf);
    if (made === "unread") lacks.push({ lack: "not readable", what: WHAT });
    else if (made === "ambiguous") lacks.push({ lack: "setting", what: "search_path" });
    else if (made !== null) {
      known.set(keyOf(row), made);
      concerned.set(keyOf(row), row);
    }
  }
  const entries = Object.fromEntries([...concerned].map(([key, row]) => [key, countersOf(row)]));
  const now: CountersAt = {
    database: place.database,
    at: Number(place.at),
    reset: Number(info.reset),
    evictions: Number(info.evictions),
    complete,
    scope: scopeMark(relations),
    entries,
  };
  // a login that sees all entries of now would miss those that others make later
  if (!place.readsAll) lacks.push({ lack: "privilege", what: WHAT });
  return { known, rows: concerned, now, lacks };
}

const countersOf = (row: Row): Counters => ({
  calls: Number(row.calls),
  rows: Number(row.rows),
  time: row.time,
  blocks: Number(row.blocks),
  since: row.since === null ? null : Number(row.since),
  least: row.least,
  most: row.most,
});

/** One count for a query of a role, whichever level it was executed at. */
function countsOf(
  deltas: ReadonlyMap<string, Difference>,
  rows: ReadonlyMap<string, Row>,
  known: ReadonlyMap<string, StatementClass>,
): StatementCount[] {
  const counts = new Map<string, StatementCount>();
  for (const [key, delta] of deltas) {
    const [row, made] = [rows.get(key), known.get(key)];
    if (!row || row.query === null || !made || delta.calls === 0) continue;
    const at = JSON.stringify([row.user, row.query]);
    const sum = counts.get(at) ?? { ...delta, calls: 0, rows: 0, time: 0, blocks: 0 };
    counts.set(at, {
      queryId: row.query,
      role: row.role,
      ...made,
      calls: sum.calls + delta.calls,
      rows: sum.rows + delta.rows,
      time: sum.time + delta.time,
      blocks: sum.blocks + delta.blocks,
    });
  }
  return [...counts.values()];
}
