import type { Db } from "../../db/port.ts";
import type { Lack } from "../sample.ts";

/** What a server writes to its log, as far as the login may see it. */
export interface LogSettings {
  /** null: the login may not see it */
  destination: string | null;
  linePrefix: string | null;
  minMessages: string | null;
  verbosity: string | null;
  timeZone: string | null;
  /** of the database or a role, which hide denials of theirs */
  hiddenFor: string[];
}

/**
 * Read the settings that decide about what is in the log. log_line_prefix and log_destination may be read by everyone;
 * those of one role or database stand in pg_db_role_setting.
 */
export async function readLogSettings(db: Db): Promise<LogSettings> {
  const rows = await db.query<{ name: string; setting: string | null }>(
    "select name, setting from pg_catalog.pg_settings where name = any($1)",
    [["log_destination", "log_line_prefix", "log_min_messages", "log_error_verbosity", "log_timezone"]],
  );
  const hidden = await db.query<{ role: string | null }>(
    `select r.rolname as role
     from pg_catalog.pg_db_role_setting s left join pg_catalog.pg_roles r on r.oid = s.setrole
     where (s.setdatabase = 0 or s.setdatabase = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database()))
       and exists (select from unnest(s.setconfig) c where c ~* '^log_min_messages=(log|fatal|panic)$')`,
  );
  const of = (name: string): string | null => rows.find((row) => row.name === name)?.setting ?? null;
  return {
    destination: of("log_destination"),
    linePrefix: of("log_line_prefix"),
    minMessages: of("log_min_messages"),
    verbosity: of("log_error_verbosity"),
    timeZone: of("log_timezone"),
    hiddenFor: hidden.map(({ role }) => role ?? ""),
  };
}

/** Above ERROR, in the order of log_min_messages, which is not that of the client's. */
const HIDES_ERRORS: ReadonlySet<string> = new Set(["log", "fatal", "panic"]);

/** What these settings keep out of the log. */
export const lacksOfSettings = ({ hiddenFor, minMessages }: LogSettings): Lack[] =>
  hiddenFor.length > 0 || (minMessages !== null && HIDES_ERRORS.has(minMessages))
    ? [{ lack: "setting", what: "log_min_messages" }]
    : [];
