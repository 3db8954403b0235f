import { createConnection } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { ToolError, messageOf, type ErrorCode } from "../errors.ts";
import { connectionUrl } from "./connection-url.ts";
import { parseJson } from "./json.ts";
import { pgErrorOf, type Db } from "./port.ts";
import { hasNoTls, mayDifferWithoutTls, urlsToTry } from "./tls.ts";

const CONNECT_TIMEOUT_MS = 10_000;
/** The time that an answer which is still awaited has when a connection is closed. */
const CLOSE_PATIENCE_MS = 1000;

/** Options for a connection to a server. */
export interface ServerOptions {
  /** milliseconds to wait for the connection, and again for the first reply; default 10,000 */
  connectTimeoutMs?: number;
  /** the application_name in pg_stat_activity; default `rlsmith` */
  applicationName?: string;
  /**
   * send each statement at once, without waiting for the answer to the one before (PostgreSQL manual, 54.2.4); the
   * answers come in order. Default: no
   */
  pipeline?: boolean;
}

/** A connection to a server, with the operations that only such a connection has. */
export interface ServerDb extends Db {
  /** the process ID that was sent at the start of the session; a pooler invents one */
  readonly processId: number | null;
  /** I: idle, T: in a transaction block, E: in a failed transaction block; null: not known */
  transactionStatus(): "I" | "T" | "E" | null;
  /**
   * Request that the running statement be cancelled, over a separate connection that needs no login. Returns once the
   * request is delivered, or after one second.
   */
  cancel(): Promise<void>;
  /** Close the connection without sending a Terminate message. */
  destroy(): void;
}

/**
 * Connect to a server. `sslmode` in the URL has its libpq meaning (Postgres manual, 32.19): `require` encrypts without
 * verifying the certificate, `verify-full` verifies it, and without one TLS is used if the server has it. Throws
 * ToolError (usage) if the text is not a database URL, (environment) if no connection can be made. No message contains
 * the password.
 */
export async function openServer(text: string, options: ServerOptions = {}): Promise<ServerDb> {
  const url = connectionUrl(text);
  const where = describeUrl(url);
  const client = await connect(url, where, options);
  let last: Promise<unknown> = Promise.resolve();
  const run = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    const answer = options.pipeline === true ? work() : last.then(work);
    last = answer.catch(() => {});
    try {
      return await answer;
    } catch (error) {
      throw isLost(error) ? lostError(error, where) : error;
    }
  };
  const version = await inTime(
    run(() => client.query<{ v: number }>("select current_setting('server_version_num')::int as v")),
    client,
    where,
    options,
  );
  const keys = client as unknown as { processID: number | null; secretKey: number | null };
  return {
    processId: keys.processID,
    transactionStatus: () => client.getTransactionStatus(),
    cancel: async () => sendCancel(client.host, client.port, keys.processID, keys.secretKey),
    destroy: () => {
      client.connection.stream.destroy();
    },
    engine: "server",
    version: version.rows[0]?.v ?? 0,
    query: async <Row extends object>(sql: string, params: readonly unknown[] = []) =>
      (await run(() => client.query<Row & pg.QueryResultRow>(oneStatement(sql, params)))).rows,
    exec: async (sql) => {
      // One statement returns one result, several return an array of them.
      const results: pg.QueryResult | pg.QueryResult[] = await run(() => client.query(sql));
      return [results].flat().map(({ rows }) => rows as Record<string, unknown>[]);
    },
    copyOut: async (sql) => run(async () => copyOut(client, sql)),
    close: async () => {
      // node-postgres cuts the connection where an answer is still awaited
      await Promise.race([last, sleep(CLOSE_PATIENCE_MS, undefined, { ref: false })]);
      await client.end();
    },
  };
}

/** Without parameters, node-postgres would use the simple query protocol, in which one text may be several statements. */
const oneStatement = (text: string, params: readonly unknown[]): pg.QueryConfig & { queryMode: "extended" } => ({
  text,
  values: [...params],
  queryMode: "extended",
});

/** node-postgres discards the data of a COPY; a query object of our own can collect it. */
async function copyOut(client: pg.Client, sql: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const query = new pg.Query<pg.QueryResultRow, unknown[]>(sql);
    const own = query as unknown as {
      handleCopyData(message: { chunk: Buffer }): void;
      callback(error: Error | null): void;
    };
    own.handleCopyData = ({ chunk }) => void chunks.push(chunk);
    own.callback = (error) => (error ? reject(error) : resolve(Buffer.concat(chunks).toString("utf8")));
    client.query(query);
  });
}

/** A pooler accepts a client at once, and may then make it wait for a server connection. */
async function inTime<Result>(
  answer: Promise<Result>,
  client: pg.Client,
  where: string,
  options: ServerOptions,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => {
      client.connection.stream.destroy();
      fail(
        new ToolError(
          "environment",
          "NO_FREE_CONNECTION",
          `\`${where}\` let the client in, but did not answer`,
          "if it is a pooler, all its server connections are in use: wait, make the pool larger, or use the server's own address",
        ),
      );
    }, options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
    answer.catch(() => {});
  }
}

async function connect(url: string, where: string, options: ServerOptions): Promise<pg.Client> {
  const attempts = urlsToTry(url);
  let refused: unknown = null;
  for (const [index, attempt] of attempts.entries())
    try {
      const seconds = Number(new URL(attempt).searchParams.get("connect_timeout") ?? "0");
      const client = new pg.Client({
        connectionString: attempt,
        connectionTimeoutMillis: options.connectTimeoutMs ?? (seconds > 0 ? seconds * 1000 : CONNECT_TIMEOUT_MS),
        application_name: options.applicationName ?? "rlsmith",
        pipeline: options.pipeline ?? false,
        types: { getTypeParser },
      });
      // Without a listener, a connection that is closed while idle would end the process; the next query reports it.
      client.on("error", () => {});
      await client.connect();
      return client;
    } catch (error) {
      if (index + 1 < attempts.length && mayDifferWithoutTls(error)) {
        // the first answer of a server that has TLS says more than the second
        if (!hasNoTls(error)) refused = error;
        continue;
      }
      throw connectError(refused ?? error, where, url);
    }
  throw new Error("there is always a URL to try");
}

/**
 * Send the protocol's CancelRequest. It is sent without TLS, as libpq does up to version 16; servers that require TLS
 * accept it too.
 */
async function sendCancel(
  host: string,
  port: number,
  processId: number | null,
  secretKey: number | null,
): Promise<void> {
  if (processId === null || secretKey === null) return;
  const request = Buffer.alloc(16);
  for (const [index, part] of [16, 80877102, processId, secretKey].entries()) request.writeInt32BE(part, index * 4);
  await new Promise<void>((done) => {
    const socket = host.startsWith("/")
      ? createConnection(`${host}/.s.PGSQL.${port}`)
      : createConnection({ host, port });
    socket.setTimeout(1000, () => socket.destroy());
    socket.on("error", () => {});
    // The server closes the connection when it has processed the request.
    socket.on("close", () => done());
    socket.on("connect", () => socket.write(request));
    socket.resume();
  });
}

// Types that node-postgres leaves as text or whose digits it loses. Arrays of text are parsed alike, whatever their
// elements.
const NAME_ARRAYS = new Set([1002, 1003, 1231, 1016, 2210]);
const TEXT_ARRAY = 1009;

const JSON_TYPES = new Set([114, 3802]);

const getTypeParser: typeof pg.types.getTypeParser = ((oid: number, format?: "text" | "binary") =>
  JSON_TYPES.has(oid)
    ? parseJson
    : pg.types.getTypeParser(NAME_ARRAYS.has(oid) ? TEXT_ARRAY : oid, format)) as typeof pg.types.getTypeParser;

/**
 * `user@host:port/database` of a connection string, without the password and without parameters. Throws ToolError
 * (usage) if it cannot be read.
 */
export function describeUrl(text: string): string {
  const url = new URL(connectionUrl(text));
  const host = decodeURIComponent(url.hostname);
  const port = host.startsWith("/") || url.port === "" ? "" : `:${url.port}`;
  return `${decodeURIComponent(url.username)}@${host}${port}${decodeURIComponent(url.pathname)}`;
}

function connectError(error: unknown, where: string, url: string): ToolError {
  const raised = pgErrorOf(error);
  const code = raised?.sqlstate ?? (error as { code?: unknown }).code;
  const refuse = (refusal: ErrorCode, message: string, hint: string): ToolError =>
    new ToolError("environment", refusal, message, hint, { cause: error });
  if (raised && /no encryption|SSL off/.test(raised.message))
    return refuse(
      "LOGIN_REFUSED",
      `\`${where}\` wants an encrypted connection`,
      "use sslmode=require in the URL; sslmode=disable forbids it",
    );
  // node-postgres has no error of its own for it: it fails in the exchange of SCRAM, or sends nothing
  const hasPassword = new URL(url).password !== "";
  if (!hasPassword && (code === "28P01" || /password must be a/.test(messageOf(error))))
    return refuse(
      "LOGIN_REFUSED",
      `the server asks for a password of \`${where}\`, and none is given`,
      "write it in the URL, or set PGPASSWORD for this command",
    );
  if (raised && (code === "28P01" || code === "28000"))
    return refuse(
      "LOGIN_REFUSED",
      `the server refused the login as \`${where}\` (${raised.sqlstate})`,
      code === "28P01"
        ? "check user and password of the URL; a pooler may want the user as `name.project`"
        : `the server says: ${raised.message}`,
    );
  if (raised && code === "3D000")
    return refuse("NO_SUCH_DATABASE", raised.message, "check the database name in the URL");
  if (typeof code === "string" && /CERT|UNABLE_TO_VERIFY/.test(code))
    return refuse(
      "CERTIFICATE_REFUSED",
      `the certificate of \`${where}\` is not trusted: ${messageOf(error)}`,
      "name the authority's file with sslrootcert=… in the URL; sslmode=require encrypts without verifying the certificate",
    );
  return refuse(
    "DATABASE_UNREACHABLE",
    `cannot connect to \`${where}\`: ${raised?.message ?? messageOf(error)}`,
    unreachableHint(error, code),
  );
}

function unreachableHint(error: unknown, code: unknown): string {
  if (hasNoTls(error)) return "the server has no TLS: leave sslmode out of the URL, or turn ssl on in the server";
  if ((error as { syscall?: unknown }).syscall === "open")
    return "check the files that sslrootcert, sslcert and sslkey name";
  if (code === "53300") return "all connections of the server are in use: wait, or raise max_connections";
  if (code === "42501") return "the login lacks CONNECT on the database: grant it, or use another login";
  if (code === "57P03") return "the server is starting up or shutting down: wait, and run the same command again";
  return "check host and port, and that the server is running and lets this machine in";
}

/** 57P01 to 57P03: the server terminates connections or shuts down. */
const isLost = (error: unknown): boolean => {
  const raised = pgErrorOf(error);
  if (raised) return /^57P0[1-3]$/.test(raised.sqlstate);
  return /connection terminated|not queryable|ECONNRESET|EPIPE|ETIMEDOUT/i.test(messageOf(error));
};

const lostError = (error: unknown, where: string): ToolError =>
  new ToolError(
    "environment",
    "CONNECTION_LOST",
    `the connection to \`${where}\` was lost: ${messageOf(error)}`,
    "see that the server is still running, and start again",
    { cause: error },
  );
