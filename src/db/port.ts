/** One connection to a Postgres. Adapters: `server.ts` (node-postgres) and `pglite.ts` (embedded). */
export interface Db {
  readonly engine: "embedded" | "server";
  /** server_version_num, e.g. 180004 */
  readonly version: number;
  /**
   * Run one statement with `$1` parameters, by the extended query protocol, which refuses a second one. Rows are objects; json and arrays are parsed; int8 and numeric are strings,
   * also in arrays, and so are whole numbers in json that JavaScript would round. Both adapters return the same for
   * these. Throws the driver's error, see `pgErrorOf`, or ToolError (environment) if the connection is lost.
   */
  query<Row extends object = Record<string, unknown>>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
  /** Run any number of statements in one round trip with the simple query protocol; returns the rows of each. */
  exec(sql: string): Promise<Record<string, unknown>[][]>;
  /**
   * Run `COPY … TO STDOUT` and return its text; null where the engine does not support it (the embedded one copies only
   * to files).
   */
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

/** The Postgres error inside a value thrown by a `Db`, or null if it is something else (a lost connection, a bug). */
export function pgErrorOf(error: unknown): PgError | null {
  if (!(error instanceof Error)) return null;
  const fields = error as Error & Partial<Record<"severity" | "code" | "detail" | "hint" | "position", unknown>>;
  // The severity distinguishes it from a system error, whose code may have the same form: EPIPE.
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
