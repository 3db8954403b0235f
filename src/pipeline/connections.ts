import { sharesBackends, takeTurn } from "../apply/index.ts";
import type { Connections, TransitionLimits } from "../apply/index.ts";
import { pgErrorOf, type Db } from "../db/port.ts";
import { openServer, type ServerDb } from "../db/server.ts";
import { sentTogether } from "../db/sent-together.ts";
import { untilEnding } from "../db/until-ending.ts";
import { ToolError } from "../errors.ts";

/**
 * Settings on which the printed form of expressions depends, so that the journal holds the same text for every client.
 */
const PRINTING = [
  "set datestyle = 'ISO, YMD'",
  "set intervalstyle = 'postgres'",
  "set timezone = 'UTC'",
  "set bytea_output = 'hex'",
  "set extra_float_digits = 1",
  "set quote_all_identifiers = off",
  "set standard_conforming_strings = on",
];

/**
 * Settings of a session that acquires locks: a client that disconnects silently must not keep them, or the advisory
 * lock of rlsmith. With these settings a server notices that a client is gone within half a minute, and mostly at once.
 */
const SETTINGS = [
  "set tcp_keepalives_idle = 5",
  "set tcp_keepalives_interval = 2",
  "set tcp_keepalives_count = 3",
  "set client_min_messages = warning",
  // queries of the journal and of the relations have to see the last committed state; with row_security off, a query
  // would raise an error
  "set default_transaction_isolation = 'read committed'",
  "set row_security = on",
  ...PRINTING,
];
/** Version 14 and later; the second on systems that support it. */
const LATER = ["set idle_session_timeout = '20s'", "set client_connection_check_interval = '1s'"];

/** The time for which a session that was killed may go on before it counts as another run. */
const PATIENCE = 25_000;

/**
 * Connections to a target, each with the advisory lock of rlsmith. `waiting` is called if another session holds it.
 * Throws ToolError (environment), also for a pooler in transaction mode.
 */
export function connectionsTo(
  url: string,
  applicationName: string,
  limits: TransitionLimits,
  waiting: () => void,
): Connections {
  // reads wait no longer than a lock may be waited for either, so that they hold up no other session
  const timeouts = [`set lock_timeout = ${limits.lockTimeout}`, `set statement_timeout = ${limits.statementTimeout}`];
  let isDirect = false;
  return {
    open: async () => {
      const [server, other] = await openAtOnce(url, applicationName, isDirect ? 1 : 2);
      if (!server) throw new Error("one connection was opened");
      const db = untilEnding(server);
      try {
        if (other) await refuseSharedBackends(db, other);
        isDirect = true;
        await sentTogether([
          db.exec([...SETTINGS, ...timeouts].join("; ")),
          ...LATER.map(async (setting) => orNot(db, setting)),
          takeTurn(db, PATIENCE, waiting),
        ]);
        return db;
      } catch (error) {
        await db.close().catch(() => {});
        throw error;
      }
    },
  };
}

/** So many connections, opened at the same time: all of them, or none. Throws the error of the first that failed. */
async function openAtOnce(url: string, applicationName: string, count: number): Promise<ServerDb[]> {
  const sent = await Promise.allSettled(
    Array.from({ length: count }, async () => openServer(url, { applicationName, pipeline: true })),
  );
  const failed = sent.find((one) => one.status === "rejected");
  const opened = sent.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  if (failed === undefined) return opened;
  await Promise.all(opened.map(async (one) => one.close().catch(() => {})));
  throw failed.reason;
}

/** A connection that only reads the journal and the objects that it names. */
export async function openToLook(url: string, applicationName: string): Promise<Db> {
  const db = await openServer(url, { applicationName });
  try {
    for (const setting of PRINTING) await db.exec(setting);
    return db;
  } catch (error) {
    await db.close().catch(() => {});
    throw error;
  }
}

async function refuseSharedBackends(db: Db, other: Db): Promise<void> {
  try {
    if (!(await sharesBackends(db, other))) return;
  } finally {
    await other.close();
  }
  throw new ToolError(
    "environment",
    "TRANSACTION_POOLER",
    "the target is reached through a pooler in transaction mode, where locks and settings of a session do not last",
    "use the server's own address, or the pooler's port for session mode (Supabase: 5432 instead of 6543)",
  );
}

/** Set a setting if the server knows it. */
async function orNot(db: Db, setting: string): Promise<void> {
  try {
    await db.exec(setting);
  } catch (error) {
    if (!pgErrorOf(error)) throw error;
  }
}
