import type { ErrorPage } from "../page.ts";

/** Errors in connecting to a database, and in what it lets the login do. */
export const DATABASE_ERRORS = {
  BAD_DATABASE_URL: {
    kind: "usage",
    title: "the database URL cannot be read",
    why: "It is neither a `postgres://` URL nor a string of keywords and values (`host=… dbname=…`), or a special character of the password is not escaped. The URL itself is not printed, for it holds the password.",
    todo: [
      "Write it as `postgres://user:password@host:5432/database`.",
      "Write `@ : / ? # %` in the password as `%40 %3A %2F %3F %23 %25`.",
    ],
  },
  NO_SUCH_SERVICE: {
    kind: "usage",
    title: "no service file has the service",
    why: "The connection string says `service=`, or PGSERVICE is set, and neither `PGSERVICEFILE` (or `~/.pg_service.conf`) nor `pg_service.conf` in `PGSYSCONFDIR` has a section of that name.",
    todo: ["Check the name and the file, or write host, database and user into the URL."],
  },
  UNSUPPORTED_CONNECTION_PARAMETER: {
    kind: "usage",
    title: "a connection parameter is not supported",
    why: "It is a parameter of libpq that the driver of rlsmith does not carry out, one of another library, or a value that libpq does not know. A parameter that is ignored could lead to another server, or to a connection that is less safe than you ask for.",
    todo: ["Leave it out of the URL, the service file or the environment.", "For several hosts, name the one to use."],
  },
  DATABASE_UNREACHABLE: {
    kind: "environment",
    title: "no connection could be made",
    why: "The host name does not resolve, nothing listens on the port, or the server does not accept connections from this machine.",
    todo: [
      "Check host and port in the URL.",
      "Check that the server is running and that its pg_hba.conf or firewall lets this machine in.",
    ],
  },
  NO_SUCH_DATABASE: {
    kind: "environment",
    title: "the server has no database of that name",
    why: "The server was reached and answered with SQLSTATE 3D000.",
    todo: ["Check the last part of the URL."],
  },
  LOGIN_REFUSED: {
    kind: "environment",
    title: "the server refused the login",
    why: "User or password is wrong (28P01), no password was given, or pg_hba.conf does not allow this login, for instance without encryption (28000). The message says which.",
    todo: [
      "Check user and password. A pooler may want the user as `name.project`.",
      "Without a password in the URL, set PGPASSWORD.",
      "Leave out `sslmode=disable` where the server wants encryption.",
    ],
  },
  CERTIFICATE_REFUSED: {
    kind: "environment",
    title: "the server's certificate is not trusted",
    why: "`sslmode` asks for verification, and the certificate was not issued by an authority that this machine trusts, or not for this host.",
    todo: [
      "Name the authority's file with `sslrootcert=…` in the URL.",
      "`sslmode=require` encrypts without verifying the certificate: use it only where you trust the network.",
    ],
  },
  NO_FREE_CONNECTION: {
    kind: "environment",
    title: "the server accepted the connection and did not answer",
    why: "A pooler does that while all of its server connections are in use.",
    todo: ["Wait, or enlarge the pool.", "Or use the server's own address."],
  },
  CONNECTION_LOST: {
    kind: "environment",
    title: "the connection was lost",
    why: "The server ended the connection, was shut down, or the network was cut. An open transaction was rolled back. If the connection was lost during COMMIT, the journal was read over a new one: the group was not committed.",
    todo: ["Check that the server is running, and run the same command again."],
  },
  INSUFFICIENT_PRIVILEGE: {
    kind: "environment",
    title: "the login lacks a privilege",
    why: "Changing a policy takes the owner of the relation. A scratch database takes CREATEDB and CREATEROLE. The message says which privilege is missing. Nothing was changed.",
    todo: [
      "Connect as the owner of the relations, or as a member of the owning role.",
      "Give `--scratch` a login with CREATEDB and CREATEROLE, or leave it out for the embedded database.",
    ],
  },
  READ_ONLY_SERVER: {
    kind: "environment",
    title: "no scratch database can be created on a read-only server",
    why: "The server given by `--scratch` is a standby, or transactions of this login are read-only there.",
    todo: ["Give `--scratch` a server that accepts writes, or leave it out for the embedded database."],
  },
} as const satisfies Record<string, ErrorPage>;
