/** One connection to a Postgres. Adapters: `server.ts` (node-postgres) and `pglite.ts` (embedded). */
export interface Db {
  readonly engine: "embedded" | "server";
  /** server_version_num, e.g. 180004 */
  readonly version: number;
  /**
   * One statement with `$1` parameters; rows as objects, json and arrays parsed, int8 and numeric as strings, also in arrays, and so are whole
   * numbers in json that JavaScript would round. Both adapters
   * give the same for these. Throws the driver's error, see `pgErrorOf`, or ToolError (environment) when the connection is lost.
   */
  query<Row extends object = Record<string, unknown>>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
  /** Any number of statements by the simple protocol, in one trip; the rows of each. */
  exec(sql: string): Promise<Record<string, unknown>[][]>;
  /** `COPY … TO STDOUT`: the text that comes back; null where the engine knows no such thing (the embedded one copies to files only). */
  copyOut: ((sql: string) => Promise<string>) | null;
  close(): Promise<void>;
}

/** The parts of an error that a Postgres raised. */
export interface PgError {
  sqlstate: string;
  message: string;
  detail: string | null;
  hint: string | null;
  /** 1-based character position in the statement, or null */
  position: number | null;
}

/** The Postgres error inside something thrown by a `Db`, or null when it is something else (a lost connection, a bug). */
export function pgErrorOf(error: unknown): PgError | null {
  if (!(error instanceof Error)) return null;
  const fields = error as Error & Partial<Record<"severity" | "code" | "detail" | "hint" | "position", unknown>>;
  // the severity tells it from an error of the system, whose code may look the same: EPIPE
  if (typeof fields.severity !== "string" || typeof fields.code !== "string" || !/^[0-9A-Z]{5}$/.test(fields.code))
    return null;
  return {
    sqlstate: fields.code,
    message: fields.message,
    detail: typeof fields.detail === "string" ? fields.detail : null,
    hint: typeof fields.hint === "string" ? fields.hint : null,
    position: fields.position === undefined || fields.position === null ? null : Number(fields.position),
  };
}
