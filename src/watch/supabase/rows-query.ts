/** A place in the rows, which are ordered by time and id, as several may have the same time. */
export interface RowKey {
  /** microseconds since 1970 */
  at: number;
  id: string;
}

/** The most rows that an answer holds (Supabase's guide "Query and filter logs", read in November 2026). */
export const PAGE = 1000;

/** Columns of the answer, and the keys of log_attributes that they hold. Rows have no values of tokens: only whether there was one. */
const ATTRIBUTES: readonly (readonly [column: string, key: string])[] = [
  ["severity", "parsed.error_severity"],
  ["sqlstate", "parsed.sql_state_code"],
  ["location", "parsed.location"],
  ["context", "parsed.context"],
  ["position", "parsed.query_pos"],
  ["login", "parsed.user_name"],
  ["database_name", "parsed.database_name"],
  ["application", "parsed.application_name"],
  ["backend", "parsed.backend_type"],
  ["session", "parsed.session_id"],
  ["line", "parsed.session_line_num"],
  ["query_id", "parsed.query_id"],
  ["status", "response.status_code"],
  ["path", "request.path"],
  ["proxy_status", "response.headers.proxy_status"],
  ["expires", "request.sb.jwt.authorization.payload.expires_at"],
];

const of = (key: string): string => `log_attributes['${key}']`;

const TOKEN = ["payload.role", "payload.expires_at", "payload.issued_at", "invalid"].map((key) =>
  of(`request.sb.jwt.authorization.${key}`),
);

/**
 * Errors of PostgreSQL, and the first line of its startup process; rows without a severity, which nothing has parsed;
 * and the requests that the API gateway answered with 401 or 403, or for a fault of the token.
 */
const CONCERNED = `(source = 'postgres_logs' and (${of("parsed.error_severity")} in ('ERROR', 'FATAL', 'PANIC', '') or ${of("parsed.backend_type")} = 'startup') or source = 'edge_logs' and ${of("request.method")} != 'OPTIONS' and (${of("response.status_code")} in ('401', '403') or ${of("response.headers.proxy_status")} like '%error=PGRST30%'))`;

/**
 * The SQL for the next rows of a period, in order: ClickHouse's dialect, on the one table `logs` with the map
 * `log_attributes` of texts. Facts: Supabase's changelog 48235 (23 July 2026; `logs.all` and its dialect of BigQuery were
 * removed on 23 September 2026), its guide "Query and filter logs" and its log field reference. The message of a request
 * holds its address and URL, so that it is not asked for.
 */
export function pageOfRows({ from, to, after }: { from: number; to: number; after: RowKey | null }): string {
  const columns = [
    "id",
    "source",
    "toUnixTimestamp64Micro(timestamp) as at_us",
    "if(source = 'postgres_logs', event_message, '') as message",
    ...ATTRIBUTES.map(([column, key]) => `${of(key)} as ${column}`),
    `if(${TOKEN.map((text) => `${text} != ''`).join(" or ")}, '1', '') as token`,
  ];
  const place = after === null ? "" : ` and (at_us > ${after.at} or at_us = ${after.at} and id > '${after.id}')`;
  return `select ${columns.join(", ")} from logs where ${CONCERNED} and at_us >= ${from} and at_us < ${to}${place} order by at_us, id limit ${PAGE}`;
}
