import { sharesBackends, takeTurn } from "../apply/index.ts";
import type { Connections, TransitionLimits } from "../apply/index.ts";
import { pgErrorOf, type Db } from "../db/port.ts";
import { openServer } from "../db/server.ts";
import { untilEnding } from "../db/until-ending.ts";
import { ToolError } from "../errors.ts";

/** What Postgres' printing of expressions depends on, so that the journal says the same whoever reads or writes it. */
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
 * Settings of a session that takes locks: whoever dies without a word must not keep them, or rlsmith's turn. A server notices a client that is gone by
 * these within half a minute, and mostly at once.
 */
const SETTINGS = [
  "set tcp_keepalives_idle = 5",
  "set tcp_keepalives_interval = 2",
  "set tcp_keepalives_count = 3",
  "set client_min_messages = warning",
  // a look at the journal's state and one at the relations have to see what was committed last; with RLS off an answer would be an error
  "set default_transaction_isolation = 'read committed'",
  "set row_security = on",
  ...PRINTING,
];
/** 14 and later; the second where the system can tell. */
const LATER = ["set idle_session_timeout = '20s'", "set client_connection_check_interval = '1s'"];

/** How long a session that was killed may go on before another run is thought to be at work. */
const PATIENCE = 25_000;

/** Connections to a target, each with rlsmith's turn. `waiting` is told when somebody else has it. Throws ToolError (environment), also for a pooler in transaction mode. */
export function connectionsTo(
  url: string,
  applicationName: string,
  limits: TransitionLimits,
  waiting: () => void,
): Connections {
  // looking, too, waits for nobody longer than a lock may be waited for, and holds nobody up meanwhile
  const timeouts = [`set lock_timeout = ${limits.lockTimeout}`, `set statement_timeout = ${limits.statementTimeout}`];
  let isDirect = false;
  return {
    open: async () => {
      const server = await openServer(url, { applicationName });
      const db = untilEnding(server);
      try {
        if (!isDirect) await refuseSharedBackends(db, url, applicationName);
        isDirect = true;
        for (const setting of [...SETTINGS, ...timeouts]) await db.exec(setting);
        for (const setting of LATER) await orNot(db, setting);
        await takeTurn(db, PATIENCE, waiting);
        return db;
      } catch (error) {
        await db.close().catch(() => {});
        throw error;
      }
    },
  };
}

/** A connection that only looks at the journal and at what it speaks of. */
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

async function refuseSharedBackends(db: Db, url: string, applicationName: string): Promise<void> {
  const other = await openServer(url, { applicationName });
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

/** A setting that a server need not know. */
async function orNot(db: Db, setting: string): Promise<void> {
  try {
    await db.exec(setting);
  } catch (error) {
    if (!pgErrorOf(error)) throw error;
  }
}
