import pg from "pg";
import { ToolError, messageOf } from "../errors.ts";
import { pgErrorOf, type Db } from "./port.ts";

export interface ServerOptions {
  /** milliseconds to wait for the connection; default 10,000 */
  connectTimeoutMs?: number;
}

/** Connect to a server. Throws ToolError (environment) with a message that never holds the password. */
export async function openServer(url: string, options: ServerOptions = {}): Promise<Db> {
  const where = describeUrl(url);
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 10_000,
    application_name: "rlsmith",
  });
  // Without a listener a connection that is cut while idle would end the process; the next query reports it.
  client.on("error", () => {});
  try {
    await client.connect();
  } catch (error) {
    throw connectError(error, where);
  }
  const version = await client.query<{ v: number }>("select current_setting('server_version_num')::int as v");
  return {
    engine: "server",
    version: version.rows[0]?.v ?? 0,
    query: async <Row extends object>(sql: string, params: readonly unknown[] = []) =>
      (await client.query<Row & pg.QueryResultRow>(sql, [...params])).rows,
    exec: async (sql) => {
      await client.query(sql);
    },
    close: async () => client.end(),
  };
}

/** `user@host:port/database`, without the password and without parameters. */
export function describeUrl(url: string): string {
  try {
    const parsed = new URL(url);
    const user = parsed.username === "" ? "" : `${decodeURIComponent(parsed.username)}@`;
    const socket = parsed.searchParams.get("host");
    return `${user}${parsed.host === "" ? (socket ?? "local socket") : parsed.host}${parsed.pathname}`;
  } catch {
    throw new ToolError(
      "usage",
      "BAD_DATABASE_URL",
      "the database URL cannot be read",
      "write it as postgres://user:password@host:5432/database",
    );
  }
}

function connectError(error: unknown, where: string): ToolError {
  const raised = pgErrorOf(error);
  if (raised?.sqlstate === "28P01" || raised?.sqlstate === "28000")
    return new ToolError(
      "environment",
      "LOGIN_REFUSED",
      `the server refused the login as \`${where}\` (${raised.sqlstate})`,
      "check user and password of the URL; a pooler may want the user as `name.project`",
      { cause: error },
    );
  if (raised?.sqlstate === "3D000")
    return new ToolError("environment", "NO_SUCH_DATABASE", raised.message, "check the database name in the URL", {
      cause: error,
    });
  return new ToolError(
    "environment",
    "DATABASE_UNREACHABLE",
    `cannot connect to \`${where}\`: ${raised?.message ?? messageOf(error)}`,
    "check host and port, and that the server is running and lets this machine in",
    { cause: error },
  );
}
