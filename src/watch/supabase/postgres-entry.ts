import { LONGEST_TEXT, routineOf, severityOf, type LogEntry } from "../log/index.ts";
import { timeOfRow, type LogRow } from "./row.ts";

/**
 * The entry of a server log that a row of postgres_logs holds: its message is `event_message`, and the fields of csvlog
 * are keys beneath `parsed` (a row of a project of September 2026). Supabase cuts a message at 100,000 characters.
 */
export const entryOfRow = (row: LogRow): LogEntry => ({
  at: timeOfRow(row),
  severity: severityOf(row.severity ?? ""),
  sqlstate: row.sqlstate,
  message: row.message?.slice(0, LONGEST_TEXT) ?? "",
  routine: routineOf(row.location),
  context: row.context?.slice(0, LONGEST_TEXT) ?? null,
  statement: null,
  login: row.login,
  database: row.database_name,
  application: row.application,
  backendType: row.backend,
  session: row.session,
  line: row.line === null ? null : Number(row.line),
  positioned: row.position !== null && row.position !== "0",
  queryId: row.query_id === "0" ? null : row.query_id,
});
