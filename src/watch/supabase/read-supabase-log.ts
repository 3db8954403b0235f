import { heartbeatOf, newTally, type Tally } from "../log/index.ts";
import type { Lack, LogReading } from "../sample.ts";
import { cursorFrom, mark, type SupabaseCursor } from "./cursor.ts";
import { findingOf } from "./edge-request.ts";
import { gatewayHeartbeatOf } from "./gateway-heartbeat.ts";
import { microsOf, MINUTE, plainTimeOf } from "./micros.ts";
import { entryOfRow } from "./postgres-entry.ts";
import { rowsFrom, type LogRow } from "./row.ts";
import { pageOfRows, type RowKey } from "./rows-query.ts";
import type { AskLogs, LogAnswer } from "./service.ts";

/** How Supabase's logs are read. */
export interface SupabaseLogOptions {
  project: string;
  /** the `cursor` of the reading before, as it was stored; null: this is the first */
  cursor: unknown;
  /** where the first reading begins: a day back, or now */
  start: "begin" | "end";
  /** the time of the sample in ISO 8601, by the clock of the database server, which the rows of its log have too */
  now: string;
  /** only denials and errors of this database; null: of all */
  database: string | null;
  /** the id of `sendHeartbeat`; null: none was sent */
  heartbeat: string | null;
  /** the id of `sendGatewayHeartbeat`; null: it was sent and not refused; absent: none was to be sent */
  gateway?: string | null;
}

/**
 * Microseconds that a row may take to arrive, and that are read again each time. Between 13 and 51 seconds were measured
 * by others; a heartbeat that takes longer is one that has not arrived.
 */
const LATE = 10 * MINUTE;

/** A period has at most 24 hours, and is rounded to the minute. */
const PERIOD = 23 * 60 * MINUTE;

/** What the first reading looks back before a change: one period. */
const FIRST = PERIOD - 5 * MINUTE;

/** The longest retention of Supabase's plans (one day on Free, seven on Pro, 28 on Team: its pricing, November 2026). */
const RETENTION = 28 * 24 * 60 * MINUTE;

/** Queries of one reading: ten a minute are allowed (Supabase's page on usage of log queries, September 2026). */
const QUERIES = 8;

/** Rows that are known again; more of them in the time in which rows may be late are a lack. */
const MOST_SEEN = 20_000;

/**
 * Read the errors of PostgreSQL and the refused requests of the API gateway from where the reading before ended. Rows come
 * late, so the last ten minutes are read again and each row is counted once, by its id. What the service refuses or cannot
 * give is a lack, and nothing is lost: the next reading begins where this one ended. Nothing of the texts is in the result
 * but names of objects and roles.
 */
export async function readSupabaseLog(ask: AskLogs, options: SupabaseLogOptions): Promise<LogReading> {
  const { gateway, heartbeat, now } = options;
  const tally = newTally({ database: options.database, heartbeat: null, planted: "any" });
  const { state, lacks } = beginOf(options);
  if (gateway === null) lacks.push({ lack: "service", what: "gateway heartbeat" });
  // without that of the gateway, that of the database covers nothing, and the next sample sends both
  const sent =
    gateway === null
      ? []
      : [heartbeat, gateway].flatMap((id) => (id === null || id === undefined ? [] : [{ id, at: now }]));
  const awaited = [...state.awaited, ...sent];
  if (state.notBefore !== null && Date.parse(now) < Date.parse(state.notBefore)) {
    const waiting: Lack = { lack: "service", what: "rate limit" };
    return readingOf(
      tally,
      { ...state, awaited },
      { own: heartbeat, overdue: false, bytes: 0, lacks: [...lacks, waiting] },
    );
  }
  const found = await sweep(ask, state, { now: microsOf(now), tally, awaited });
  if (found.fault !== null) lacks.push({ lack: "service", what: found.fault.fault });
  const open = awaited.filter(({ id }) => !found.heartbeats.has(id));
  // that of the database and that of the gateway, where both were sent
  const arrived = awaited.map(({ at }) => at).filter((at) => !open.some((one) => one.at === at));
  const isOverdue = ({ at }: { at: string }): boolean => found.isWhole && microsOf(at) < found.begun - LATE;
  const { kept, from } = limited(found, lacks);
  const at = microsOf(now);
  // the look back is for what was refused before a change: later it would be taken for what was refused after it
  const isCut = !found.isWhole && cursorFrom(options.cursor, options.project) === null;
  const cursor: SupabaseCursor = {
    ...state,
    ...(isCut ? { first: at, from: at, begun: null, after: null } : { from, begun: found.begun, after: found.after }),
    ...(found.isWhole ? { begun: null } : {}),
    seen: kept,
    awaited: open.filter((one) => !isOverdue(one)),
    arrived: [...arrived, ...(state.arrived === null ? [] : [state.arrived])].toSorted().at(-1) ?? null,
    notBefore: found.fault?.fault === "rate limit" ? after(now, found.fault.retryAfter ?? 0) : null,
  };
  const own = sent.length > 0 && sent.every(({ id }) => found.heartbeats.has(id)) ? "arrived" : heartbeat;
  return readingOf(tally, cursor, { own, overdue: open.some(isOverdue), bytes: found.bytes, lacks });
}

/** Where a reading begins, and what is known to be lost before it. */
function beginOf({ cursor, now, project, start }: SupabaseLogOptions): { state: SupabaseCursor; lacks: Lack[] } {
  const known = cursorFrom(cursor, project);
  const at = microsOf(now);
  if (known === null) {
    const from = start === "begin" ? at - FIRST : at;
    const empty = { first: from, begun: null, after: null, seen: [], awaited: [], arrived: null, notBefore: null };
    return {
      state: { version: 1, source: "supabase", project, from, ...empty },
      // a cursor that cannot be read: nobody knows what was counted
      lacks: (cursor ?? null) === null ? [] : [{ lack: "entries lost", what: "log cursor" }],
    };
  }
  // the clock went back: rows of the hours that repeat are behind the cursor
  if (at + MINUTE < known.from)
    return {
      state: { ...known, first: at - LATE, from: at - LATE, begun: null, after: null },
      lacks: [{ lack: "entries lost", what: "log" }],
    };
  if (known.from < at - RETENTION)
    return {
      state: { ...known, from: at - RETENTION, begun: null, after: null },
      lacks: [{ lack: "entries lost", what: "log" }],
    };
  return { state: known, lacks: [] };
}

/** What a way through the rows has found. */
interface Swept {
  /** it came to the end */
  isWhole: boolean;
  /** the time of the sample at which the way began: rows that came later may lie behind it */
  begun: number;
  /** nothing before it is counted */
  first: number;
  /** where the period begins that was not read to its end */
  from: number;
  after: RowKey | null;
  seen: Map<string, number>;
  heartbeats: Set<string>;
  bytes: number;
  fault: Extract<LogAnswer, { fault: unknown }> | null;
}

async function sweep(
  ask: AskLogs,
  state: SupabaseCursor,
  { now, tally, awaited }: { now: number; tally: Tally; awaited: readonly { id: string }[] },
): Promise<Swept> {
  const to = Math.ceil((now + 1) / MINUTE) * MINUTE;
  const seen = new Map(state.seen.map(([at, id]) => [id, at]));
  const ids = new Set(awaited.map(({ id }) => id));
  const { begun, from, after } = state;
  const swept: Swept = {
    isWhole: false,
    begun: begun ?? now,
    first: state.first,
    from,
    after,
    seen,
    heartbeats: new Set<string>(),
    bytes: 0,
    fault: null,
  };
  for (let queries = 0; queries < QUERIES; queries += 1) {
    const begin = Math.floor(swept.from / MINUTE) * MINUTE;
    const end = Math.min(begin + PERIOD, to);
    // a whole minute more, as a period without a length is refused; and no time to come, which nobody has documented
    const period = { from: plainTimeOf(begin - MINUTE), to: plainTimeOf(Math.min(end, now)) };
    const answer = await ask(pageOfRows({ from: swept.from, to: end, after: swept.after }), period);
    const rows = "rows" in answer ? rowsFrom(answer.rows) : null;
    if (rows === null || !isInOrder(rows, swept.after)) {
      swept.fault = "fault" in answer ? answer : { fault: "answer", retryAfter: null };
      break;
    }
    for (const row of rows) {
      const id = mark(row.id);
      if (!swept.seen.has(id)) {
        swept.bytes += row.message?.length ?? 0;
        const heartbeat = count(row, tally);
        if (heartbeat !== null && ids.has(heartbeat)) swept.heartbeats.add(heartbeat);
      }
      swept.seen.set(id, row.at_us);
      swept.after = { at: row.at_us, id: row.id };
    }
    // an answer may be cut below the limit that was asked for: only an empty one is the end
    if (rows.length > 0) continue;
    swept.isWhole = end === to;
    swept.after = null;
    if (swept.isWhole) return swept;
    swept.from = end;
  }
  swept.fault ??= { fault: "more rows", retryAfter: null };
  return swept;
}

/**
 * The place of the next query is right only if no row is before the one in front of it, and if the last one is a step on.
 * A row may come twice in an answer.
 */
function isInOrder(rows: readonly LogRow[], after: RowKey | null): boolean {
  let last = after;
  for (const { at_us: at, id } of rows) {
    if (last !== null && (at < last.at || (at === last.at && id < last.id))) return false;
    last = { at, id };
  }
  return rows.length === 0 || last?.at !== after?.at || last?.id !== after?.id;
}

/** Count a row, and return the id of the heartbeat that it is; null: it is none. */
function count(row: LogRow, tally: Tally): string | null {
  if (row.source === "edge_logs") {
    const heartbeat = gatewayHeartbeatOf(row.path ?? "");
    if (heartbeat !== null) return heartbeat;
    const finding = findingOf(row);
    if (finding.kind !== "counted elsewhere")
      tally.request(finding.kind, finding.kind === "denial" ? finding.fingerprint : null, entryOfRow(row).at);
    return null;
  }
  const entry = entryOfRow(row);
  if (row.severity === null && row.sqlstate === null) tally.unread(entry.message);
  else tally.entry(entry);
  return heartbeatOf(entry.message);
}

/** The rows to be known again, and where the next reading begins. */
function limited(
  { begun, first, from, isWhole, seen }: Swept,
  lacks: Lack[],
): { kept: [number, string][]; from: number } {
  const next = isWhole ? Math.max(first, begun - LATE) : from;
  const late = [...seen].flatMap(([id, at]): [number, string][] =>
    at >= Math.min(next, begun - LATE) ? [[at, id]] : [],
  );
  if (late.length <= MOST_SEEN) return { kept: late, from: next };
  lacks.push({ lack: "entries lost", what: "log" });
  const kept = late.toSorted(([a], [b]) => a - b).slice(-MOST_SEEN);
  return { kept, from: Math.max(next, (kept[0]?.[0] ?? next) + 1) };
}

const after = (now: string, seconds: number): string =>
  new Date(Date.parse(now) + Math.min(seconds, 3600) * 1000).toISOString();

function readingOf(
  tally: Tally,
  cursor: SupabaseCursor,
  { own, overdue, bytes, lacks }: { own: string | null; overdue: boolean; bytes: number; lacks: readonly Lack[] },
): LogReading {
  const counts = tally.counts();
  const all = [...lacks, ...counts.lacks];
  return {
    source: "log",
    cursor,
    bytes,
    ...counts,
    heartbeat: overdue ? "not seen" : own === null ? "not sent" : own === "arrived" ? "seen" : "not yet",
    arrived: cursor.arrived,
    lacks: [...new Map(all.map((lack) => [`${lack.lack} ${lack.what}`, lack])).values()],
  };
}
