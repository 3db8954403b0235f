import type { Db } from "../../db/port.ts";
import { quoteIdent } from "../../pg/identifier.ts";
import { attempt, unknown, type Answer, partsOf, query } from "../source/index.ts";
import type { Counted } from "./members.ts";
import type { SyncSource } from "../source/index.ts";

export interface TokenOptions {
  /** the lifetime of an access token */
  expirySeconds: number;
  /** the time at which the claims changed; null: the time of change of each row */
  since: string | null;
  /** null: the clock of the server */
  now: string | null;
}

/** The period in which a token may contain outdated claims. */
export interface Tokens {
  sessions: number;
  /** the sessions whose last token may still be valid, and their users */
  alive: number;
  users: number;
  /**
   * the time at which the oldest of those was issued, and the time at which the last of them expires; null if there are
   * none
   */
  oldest: string | null;
  windowEnds: string | null;
}

/** The users whose token is older than the change and may still be valid. */
export interface StaleTokens extends Counted {
  sessions: number;
  until: string | null;
  /** the given time, or the column that holds the time of each row */
  changed: { kind: "since"; at: string } | { kind: "column"; column: string };
}

/** The ages of tokens, from `auth.sessions`. Inside a transaction. */
export async function readTokens(db: Db, options: TokenOptions): Promise<Answer<Tokens>> {
  const issued = await issuedSql(db);
  if (issued.kind === "unknown") return issued;
  return attempt(db, async () => {
    const sql = query("tokens", { issued: issued.value });
    const [row] = await db.query<Tokens>(sql, [options.expirySeconds, options.now]);
    return row ?? { sessions: 0, alive: 0, users: 0, oldest: null, windowEnds: null };
  });
}

/** The users with a token from before the change; null if nothing records when a row changed. */
export async function readStaleTokens(
  db: Db,
  source: SyncSource | null,
  options: TokenOptions,
): Promise<Answer<StaleTokens> | null> {
  const column = source === null ? null : changeColumn(source);
  if (options.since === null && (source === null || column === null)) return null;
  const issued = await issuedSql(db);
  if (issued.kind === "unknown") return issued;
  const changed: StaleTokens["changed"] =
    options.since === null ? { kind: "column", column: column ?? "" } : { kind: "since", at: options.since };
  const changes =
    source !== null && options.since === null
      ? query("row-changes", { ...partsOf(source), changed: utc(quoteIdent(column ?? ""), typeIn(source, column)) })
      : "select distinct user_id, $3::timestamptz as changed from token";
  const params = [options.expirySeconds, options.now, ...(options.since === null ? [] : [options.since])];
  return attempt(db, async () => {
    const sql = query("stale-tokens", { issued: issued.value, changes });
    const [row] = await db.query<{ sessions: number; users: number; until: string | null; ids: string[] }>(sql, params);
    const { sessions = 0, users = 0, until = null, ids = [] } = row ?? {};
    return { sessions, total: users, until, ids, changed };
  });
}

const changeColumn = ({ relation }: SyncSource): string | null =>
  relation.columns.find(
    ({ name, type }) => /^(updated_at|modified_at|changed_at|updated_on)$/.test(name) && type.startsWith("timestamp"),
  )?.name ?? null;

const typeIn = ({ relation }: SyncSource, column: string | null): string =>
  relation.columns.find(({ name }) => name === column)?.type ?? "";

/** Supabase stores times without time zone in UTC. */
const utc = (sql: string, type: string): string =>
  type === "timestamp without time zone" ? `(${sql} at time zone 'UTC')` : `(${sql})::timestamptz`;

/** The time at which a session's last token was issued, from the columns that this version of Supabase Auth has. */
async function issuedSql(db: Db): Promise<Answer<string>> {
  const columns = await db.query<{ name: string; type: string }>(query("session-columns"));
  if (columns.length === 0) return unknown({ kind: "no sessions" });
  const [refreshed, created] = ["refreshed_at", "created_at"].map((name) => columns.find((one) => one.name === name));
  if (!refreshed || !created) return unknown({ kind: "no refresh time" });
  return {
    kind: "known",
    value: `coalesce(${utc("s.refreshed_at", refreshed.type)}, ${utc("s.created_at", created.type)})`,
  };
}
