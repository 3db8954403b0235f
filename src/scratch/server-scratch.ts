import { randomBytes } from "node:crypto";
import { isEnding, whenEnding } from "../db/ending.ts";
import { pgErrorOf, type Db } from "../db/port.ts";
import { openServer } from "../db/server.ts";
import { ToolError } from "../errors.ts";
import { quoteIdent } from "../pg/identifier.ts";
import { BOOTSTRAP, searchPathOf } from "./bootstrap.ts";
import { beforeFirstFile, type Platform } from "./platform/index.ts";
import type { Scratch } from "./scratch.ts";

/**
 * A scratch database and its copies on one server. The objects that they leave on the server are dropped when the last
 * of them is closed.
 */
interface Family {
  url: string;
  platform: Platform;
  foreignRoles: ReadonlySet<string>;
  /** the roles that the bootstrap or a migration created */
  roles: Set<string>;
  /** the databases that have to be dropped */
  databases: Set<string>;
  /** cancels the registered clean-up at the end of the process; null while there is no database */
  forget: (() => void) | null;
}

/**
 * Create a scratch database on a server, with the bootstrap in it. Roles belong to the whole server: the bootstrap uses
 * those that exist. Throws ToolError (environment) for no connection, missing privileges, or a read-only server.
 */
export async function openServerScratch(
  url: string,
  platform: Platform,
  onNotice: (notice: string) => void,
): Promise<Scratch> {
  const admin = await openServer(url);
  try {
    return await alone(admin, async () => {
      const family: Family = {
        url,
        platform,
        foreignRoles: new Set(await roleNames(admin)),
        roles: new Set(),
        databases: new Set(),
        forget: null,
      };
      const scratch = await make(admin, family, null);
      try {
        if (platform.kind === "plain") return scratch;
        await scratch.db.exec(`${BOOTSTRAP}\n${beforeFirstFile(platform)}`);
        const now = await roleNames(admin);
        for (const role of now)
          if (!family.foreignRoles.has(role) && BOOTSTRAP.includes(`('${role}', `)) family.roles.add(role);
        await tellMissingRights(scratch.db, onNotice);
        return scratch;
      } catch (error) {
        await scratch.db.close().catch(() => {});
        await dropDatabases(admin, family);
        throw refused(error, "the bootstrap");
      }
    });
  } finally {
    await admin.close();
  }
}

const roleNames = async (db: Db): Promise<string[]> =>
  (await db.query<{ name: string }>("select rolname as name from pg_roles")).map(({ name }) => name);

/** Take a lock so that only one of the processes that connect to the same database creates or drops roles at a time. */
async function alone<Result>(admin: Db, work: () => Promise<Result>): Promise<Result> {
  await admin.exec("select pg_advisory_lock(hashtext('rlsmith scratch roles'))");
  try {
    return await work();
  } finally {
    await admin.exec("select pg_advisory_unlock(hashtext('rlsmith scratch roles'))");
  }
}

async function tellMissingRights(db: Db, onNotice: (notice: string) => void): Promise<void> {
  const without = await db.query<{ name: string }>(
    "select rolname as name from pg_roles where rolname in ('service_role', 'postgres') and not (rolbypassrls or rolsuper) order by 1",
  );
  for (const { name } of without)
    onNotice(`the login may not give BYPASSRLS, so on this server policies apply to \`${name}\` too`);
}

/** Create a database of the family, empty or as a copy, and connect to it. */
async function make(admin: Db, family: Family, template: string | null): Promise<Scratch> {
  const name = `rlsmith_scratch_${randomBytes(6).toString("hex")}`;
  const quoted = quoteIdent(name);
  // Registered before it exists, because the process may be told to end while the server is still creating it.
  register(family, name);
  try {
    await admin.exec(`create database ${quoted} template ${template === null ? "template0" : quoteIdent(template)}`);
    await admin.exec(`alter database ${quoted} set search_path = ${searchPathOf(family.platform)}`);
    // Replay parses a message; not every login may set this.
    await admin.exec(`alter database ${quoted} set lc_messages = 'C'`).catch(() => {});
    return await connect(family, name);
  } catch (error) {
    await dropDatabase(admin, family, name).catch(() => {});
    throw refused(error, "a scratch database");
  }
}

async function connect(family: Family, name: string): Promise<Scratch> {
  const own = new URL(family.url);
  own.pathname = `/${name}`;
  // A template database must have no other connection, so the connection is closed during a fork.
  let current: Db = await openServer(own.toString());
  const run = async <Result>(sql: string, work: () => Promise<Result>): Promise<Result> => {
    for (const role of rolesCreated(sql)) if (!family.foreignRoles.has(role)) family.roles.add(role);
    try {
      return await work();
    } catch (error) {
      // The database was dropped because the process ends: the lost connection is not reported.
      return isEnding() ? new Promise(() => {}) : Promise.reject(error);
    }
  };
  const db: Db = {
    engine: "server",
    version: current.version,
    query: (sql, params) => run(sql, () => current.query(sql, params)),
    exec: (sql) => run(sql, () => current.exec(sql)),
    copyOut: (sql) => run(sql, async () => current.copyOut?.(sql) ?? ""),
    close: () => current.close(),
  };
  return {
    db,
    foreignRoles: family.foreignRoles,
    fork: async () => {
      await current.close();
      const admin = await openServer(family.url);
      try {
        return await make(admin, family, name);
      } finally {
        await admin.close();
        current = await openServer(own.toString());
      }
    },
    close: async () => {
      if (!family.databases.has(name)) return;
      await current.close().catch(() => {});
      const admin = await openServer(family.url);
      try {
        await dropDatabase(admin, family, name);
      } finally {
        await admin.close();
      }
    },
  };
}

/** The names of roles that a text may create, including in DO blocks. */
const rolesCreated = (sql: string): string[] =>
  [...sql.matchAll(/\bcreate\s+(?:role|user|group)\s+(?!mapping\b)("(?:[^"]|"")+"|[A-Za-z_][\w$]*)/gi)].map(
    ([, name = ""]) => (name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase()),
  );

async function dropDatabases(admin: Db, family: Family): Promise<void> {
  for (const name of family.databases) await dropDatabase(admin, family, name);
}

/** Drop a database; the roles are dropped with the last one. A database that is already dropped is skipped. */
async function dropDatabase(admin: Db, family: Family, name: string): Promise<void> {
  if (!family.databases.delete(name)) return;
  await admin.exec(`drop database if exists ${quoteIdent(name)} with (force)`);
  if (family.databases.size > 0) return;
  family.forget?.();
  family.forget = null;
  if (family.roles.size === 0) return;
  // When the process ends, a connection of this process that is no longer read may hold the lock.
  await (isEnding() ? dropRoles(admin, family) : alone(admin, () => dropRoles(admin, family)));
}

/**
 * Best effort: a role that another object uses by now stays, and so do all roles while another scratch database exists
 * on the server.
 */
async function dropRoles(admin: Db, family: Family): Promise<void> {
  const others = await admin.query("select from pg_database where datname like 'rlsmith\\_scratch\\_%'");
  if (others.length > 0) return;
  // A role that granted a membership can be dropped only after the member.
  for (let round = 0; round < 2; round += 1)
    for (const role of family.roles)
      await admin.exec(`drop role if exists ${quoteIdent(role)}`).then(
        () => family.roles.delete(role),
        () => {},
      );
}

function refused(error: unknown, what: string): unknown {
  const raised = pgErrorOf(error);
  if (raised?.sqlstate === "42501")
    return new ToolError(
      "environment",
      "INSUFFICIENT_PRIVILEGE",
      `the login may not create ${what}: ${raised.message}`,
      "give --scratch a login with CREATEDB and CREATEROLE, or leave it out for the embedded database",
      { cause: error },
    );
  if (raised?.sqlstate === "25006")
    return new ToolError(
      "environment",
      "READ_ONLY_SERVER",
      `the server is read-only, so ${what} cannot be made: ${raised.message}`,
      "give --scratch a server that can be written to, or leave it out for the embedded database",
      { cause: error },
    );
  return error;
}

function register(family: Family, name: string): void {
  family.forget ??= whenEnding(() => endFamily(family));
  family.databases.add(name);
}

async function endFamily(family: Family): Promise<void> {
  const admin = await openServer(family.url);
  try {
    await dropDatabases(admin, family);
  } finally {
    await admin.close();
  }
}
