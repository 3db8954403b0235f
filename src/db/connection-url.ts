import { existsSync } from "node:fs";
import { userInfo } from "node:os";
import { ToolError } from "../errors.ts";
import { readConnection, UnreadableConnection, type Parameters } from "./conninfo.ts";
import { serviceNamed } from "./service-file.ts";

/** The environment variables of libpq and their keywords (manual, 32.15). A string takes precedence over them. */
const VARIABLES: Readonly<Record<string, string>> = {
  PGHOST: "host",
  PGHOSTADDR: "hostaddr",
  PGPORT: "port",
  PGDATABASE: "dbname",
  PGUSER: "user",
  PGPASSWORD: "password",
  PGSERVICE: "service",
  PGOPTIONS: "options",
  PGSSLMODE: "sslmode",
  PGSSLCERT: "sslcert",
  PGSSLKEY: "sslkey",
  PGSSLROOTCERT: "sslrootcert",
  PGSSLNEGOTIATION: "sslnegotiation",
  PGCHANNELBINDING: "channel_binding",
  PGREQUIREAUTH: "require_auth",
  PGGSSENCMODE: "gssencmode",
  PGCONNECT_TIMEOUT: "connect_timeout",
  PGTARGETSESSIONATTRS: "target_session_attrs",
  PGLOADBALANCEHOSTS: "load_balance_hosts",
};

/** Keywords that node-postgres carries out, and `sslmode=no-verify` and `uselibpqcompat`, which are its own. */
const TAKEN = new Set(
  "host port dbname user password options sslmode sslcert sslkey sslrootcert sslnegotiation connect_timeout application_name uselibpqcompat".split(
    " ",
  ),
);

/** Values with which a keyword asks for nothing that node-postgres does not do. */
const WITHOUT_EFFECT: Readonly<Record<string, RegExp>> = {
  target_session_attrs: /^any$/,
  load_balance_hosts: /^disable$/,
  channel_binding: /^(disable|prefer)$/,
  gssencmode: /^(disable|prefer)$/,
  client_encoding: /^(auto|utf-?8)$/i,
  fallback_application_name: /^/,
  replication: /^(false|off|no|0)$/i,
  keepalives: /^[01]$/,
};

/** The values of keywords that node-postgres carries out; it would take any other for one of its own defaults. */
const VALUES: Readonly<Record<string, RegExp>> = {
  sslmode: /^(disable|allow|prefer|require|verify-ca|verify-full|no-verify)$/,
  sslnegotiation: /^(postgres|direct)$/,
  connect_timeout: /^-?\d+$/,
  uselibpqcompat: /^true$/,
  port: /^[\d,]+$/,
};

/**
 * The URL of a connection string as libpq reads it: a URI or keywords with values, with the service that it names and
 * libpq's environment variables. The result names host, port, user and database, and only parameters that node-postgres
 * carries out; a socket's directory is the host, with `%2F`. Reading it again gives the same. Throws ToolError (usage)
 * for a text that is no connection string, and for a parameter that would be ignored, by its name.
 */
export function connectionUrl(text: string, env: NodeJS.ProcessEnv = process.env): string {
  const given = parametersOf(text);
  const variables = new Map(
    Object.entries(VARIABLES).flatMap(([name, keyword]) => {
      const value = env[name];
      return value === undefined || value === "" ? [] : [[keyword, value] as const];
    }),
  );
  const service = given.get("service") ?? variables.get("service");
  const ofService = service === undefined ? new Map<string, string>() : servicePart(service, given, env);
  const all: Parameters = new Map([...variables, ...ofService, ...given]);
  for (const keyword of ["service", "servicefile"]) all.delete(keyword);
  for (const [keyword, value] of all) if (value === "") all.delete(keyword);
  // The certificates of the system are those that Node.js trusts by itself.
  if (all.get("sslrootcert") === "system" && all.delete("sslrootcert")) all.set("sslmode", "verify-full");
  for (const [keyword, value] of all)
    if (keyword !== "hostaddr" && !TAKEN.has(keyword) && WITHOUT_EFFECT[keyword]?.test(value) !== true)
      throw unsupported(keyword, value, env);
  for (const [keyword, value] of all)
    if (VALUES[keyword]?.test(value) === false) throw unsupported(keyword, value, env);
  refuseWeak(all);
  return urlOf(all);
}

/** Two combinations that libpq refuses too (manual, 32.1.2): neither would be as safe as it reads. */
function refuseWeak(all: Parameters): void {
  const mode = all.get("sslmode") ?? "prefer";
  const refuse = (message: string, hint: string): ToolError =>
    new ToolError("usage", "UNSUPPORTED_CONNECTION_PARAMETER", message, hint);
  if (mode === "verify-ca" && !all.has("sslrootcert"))
    throw refuse(
      "`sslmode=verify-ca` needs the certificate of the authority",
      "name its file with sslrootcert=…, or use sslmode=verify-full with an authority that this machine trusts",
    );
  if (all.get("sslnegotiation") === "direct" && /^(disable|allow|prefer)$/.test(mode))
    throw refuse(
      `\`sslnegotiation=direct\` cannot be used with \`sslmode=${mode}\``,
      "use it with sslmode=require, verify-ca or verify-full",
    );
}

function parametersOf(text: string): Parameters {
  try {
    return readConnection(text);
  } catch (error) {
    if (!(error instanceof UnreadableConnection)) throw error;
    throw new ToolError(
      "usage",
      "BAD_DATABASE_URL",
      "the database URL cannot be read",
      "write it as postgres://user:password@host:5432/database; write @ : / ? # and % of a password as %40 %3A %2F %3F %23 and %25",
    );
  }
}

function servicePart(name: string, given: Parameters, env: NodeJS.ProcessEnv): Parameters {
  const found = serviceNamed(name, given.get("servicefile"), env);
  if (found) return found;
  throw new ToolError(
    "usage",
    "NO_SUCH_SERVICE",
    `no service file has the service \`${name}\``,
    "it is looked for in PGSERVICEFILE or ~/.pg_service.conf, and in pg_service.conf of PGSYSCONFDIR",
  );
}

/** Parameters of other libraries in their URLs, which libpq refuses too. */
const OTHERS: Readonly<Record<string, string>> = {
  pgbouncer: "Prisma",
  schema: "Prisma",
  connection_limit: "Prisma",
  pool_timeout: "Prisma",
  sslaccept: "Prisma",
};

function unsupported(keyword: string, value: string, env: NodeJS.ProcessEnv): ToolError {
  const variable = Object.entries(VARIABLES).find(([name, of]) => of === keyword && env[name] === value)?.[0];
  const other = OTHERS[keyword];
  return new ToolError(
    "usage",
    "UNSUPPORTED_CONNECTION_PARAMETER",
    `the connection parameter \`${variable ?? keyword}\` is not supported${keyword in WITHOUT_EFFECT || keyword in VALUES ? ` with the value \`${value}\`` : ""}`,
    other === undefined
      ? "leave it out; a parameter that rlsmith cannot carry out is refused, because ignoring it could reach another server than you mean"
      : `it is a parameter of ${other}: leave it out for rlsmith`,
  );
}

function urlOf(all: Parameters): string {
  const port = all.get("port") ?? "5432";
  const host = hostOf(all, port);
  if (host.includes(",") || port.includes(",")) throw unsupported("host", "", {});
  const login = all.get("user") ?? userInfo().username;
  const password = all.get("password");
  const query = [...all]
    .filter(([keyword]) => !["host", "hostaddr", "port", "user", "password", "dbname"].includes(keyword))
    .filter(([keyword]) => TAKEN.has(keyword))
    .map(([keyword, value]) => `${keyword}=${encodeURIComponent(value)}`);
  const authority = host.includes(":") ? `[${host}]` : encodeURIComponent(host);
  const user = encodeURIComponent(login) + (password === undefined ? "" : `:${encodeURIComponent(password)}`);
  const database = encodeURIComponent(all.get("dbname") ?? login);
  return `postgres://${user}@${authority}:${port}/${database}${query.length === 0 ? "" : `?${query.join("&")}`}`;
}

/** Without a host, libpq connects to the socket in its default directory, which differs between builds. */
function hostOf(all: Parameters, port: string): string {
  const [host, address] = [all.get("host"), all.get("hostaddr")];
  // The certificate is compared with the name, which node-postgres also connects to.
  if (address !== undefined && host !== undefined && all.get("sslmode") === "verify-full")
    throw unsupported("hostaddr", address, {});
  const directory = ["/var/run/postgresql", "/tmp"].find((dir) => existsSync(`${dir}/.s.PGSQL.${port}`));
  return address ?? host ?? directory ?? "localhost";
}
