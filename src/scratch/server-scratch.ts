import { randomBytes } from "node:crypto";
import { isEnding, whenEnding } from "../db/ending.ts";
import { connectionUrl } from "../db/connection-url.ts";
import { pgErrorOf, type Db } from "../db/port.ts";
import { openServer } from "../db/server.ts";
import { ToolError } from "../errors.ts";
import { quoteIdent } from "../pg/identifier.ts";
import { BOOTSTRAP, BOOTSTRAP_ROLES, searchPathOf } from "./bootstrap.ts";
import { dropMadeRoles, markRoles, rightsOf, roleNames } from "./made-roles.ts";
import { beforeFirstFile, type Platform } from "./platform/index.ts";
import { grantRoles, makeLogin, OWNER, type ScratchLogin } from "./scratch-login.ts";
import type { Scratch } from "./scratch.ts";

/**
 * A scratch database and its copies on one server. The objects that they leave on the server are dropped when the last
 * of them is closed.
 */
interface Family {
  url: string;
  platform: Platform;
  /** made for the migrations, because the login of the URL is a superuser; null: that login is used */
  login: ScratchLogin | null;
  foreignRoles: ReadonlySet<string>;
  /** the roles that the bootstrap or a migration created */
  roles: Set<string>;
  /** the databases that have to be dropped */
  databases: Set<string>;
  /** what is being made or dropped, for which the end of the process waits */
  underWay: Set<Promise<unknown>>;
  /** cancels the registered clean-up at the end of the process; null while there is no database */
  forget: (() => void) | null;
}

/** How a server is used for scratch databases. */
export interface ServerScratchOptions {
  url: string;
  /** run migrations as the login of the URL, though it is a superuser */
  superuser: boolean;
  platform: Platform;
  onNotice: (notice: string) => void;
}

/**
 * Create a scratch database on a server, with the bootstrap in it. Roles belong to the whole server: the bootstrap uses
 * those that exist. Throws ToolError (environment) for no connection, missing privileges, or a read-only server.
 */
export async function openServerScratch(options: ServerScratchOptions): Promise<Scratch> {
  const { platform } = options;
  const url = connectionUrl(options.url);
  const admin = await openServer(url);
  try {
    return await alone(admin, async () => {
      const family: Family = {
        url,
        platform,
        login: null,
        foreignRoles: new Set(await roleNames(admin)),
        roles: new Set(),
        databases: new Set(),
        underWay: new Set(),
        forget: null,
      };
      family.forget = whenEnding(async () => endFamily(family));
      return untilDone(family, async () => setUp(admin, family, options));
    });
  } finally {
    await admin.close();
  }
}

/** Create the first database of a family, and the roles that it needs. */
async function setUp(admin: Db, family: Family, options: ServerScratchOptions): Promise<Scratch> {
  const { platform, onNotice } = options;
  family.login = await loginFor(admin, family, options);
  const scratch = await make(admin, family, null);
  try {
    if (platform.kind === "plain") return scratch;
    await scratch.db.exec(`${BOOTSTRAP}\n${beforeFirstFile(platform)}`);
    for (const role of await roleNames(admin))
      if (!family.foreignRoles.has(role) && BOOTSTRAP.includes(`('${role}', `)) family.roles.add(role);
    await markRoles(admin, [...family.roles]);
    await tellMissingRights(scratch.db, onNotice);
    return scratch;
  } catch (error) {
    await scratch.db.close().catch(() => {});
    await dropDatabases(admin, family);
    throw refused(error, "the bootstrap");
  }
}

/** The login to make for migrations; null if the login of the URL has no rights that they must not have, or on request. */
async function loginFor(
  admin: Db,
  family: Family,
  { superuser, platform, onNotice }: ServerScratchOptions,
): Promise<ScratchLogin | null> {
  const rights = await rightsOf(admin);
  const may = "can run programs, read files and reach other machines from that server";
  if (!rights.superuser || superuser) {
    if (rights.superuser) onNotice(`the migrations run as a superuser, so they ${may}`);
    else if (rights.beyond.length > 0)
      onNotice(`the login of --scratch is a member of ${rights.beyond.join(", ")}, so the migrations ${may}`);
    if (!rights.createRole)
      onNotice(
        "the login of --scratch has no CREATEROLE: roles that the migrations create, and that the server lacks, cannot be created there, so policies and grants to them are lost",
      );
    return null;
  }
  onNotice(
    "the login of --scratch is a superuser: the migrations run as a login that is made for them and is none (--scratch-superuser to use it all the same)",
  );
  try {
    return await makeLogin(admin, platform.kind === "supabase" ? BOOTSTRAP_ROLES : "");
  } catch (error) {
    await dropRoles(admin, family);
    family.forget?.();
    family.forget = null;
    throw refused(error, "a login for the scratch database");
  }
}

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
    const owner = family.login === null ? "" : ` owner ${quoteIdent(OWNER)}`;
    await admin.exec(
      `create database ${quoted} template ${template === null ? "template0" : quoteIdent(template)}${owner}`,
    );
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
  const own = urlOf(family, name);
  // A template database must have no other connection, so the connection is closed during a fork.
  let current = await openServer(own);
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
        current = await openServer(own);
      }
    },
    restricted: family.login !== null,
    cancel: async () => current.cancel(),
    grantRoles: async () => {
      if (family.login === null) return;
      const admin = await openServer(family.url);
      try {
        await grantRoles(admin);
      } finally {
        await admin.close();
      }
    },
    close: async () => {
      if (!family.databases.has(name)) return;
      await untilDone(family, async () => {
        await current.close().catch(() => {});
        const admin = await openServer(family.url);
        try {
          await dropDatabase(admin, family, name);
        } finally {
          await admin.close();
        }
      });
    },
  };
}

/** The URL of a database of the family, with the login for migrations. */
function urlOf({ url, login }: Family, database: string): string {
  const own = new URL(url);
  own.pathname = `/${database}`;
  if (login !== null) [own.username, own.password] = [login.name, login.password];
  return own.toString();
}

/** Let the end of the process wait for work that is under way. */
async function untilDone<Result>(family: Family, work: () => Promise<Result>): Promise<Result> {
  const done = work();
  family.underWay.add(done);
  try {
    return await done;
  } finally {
    family.underWay.delete(done);
  }
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
  try {
    // When the process ends, a connection of this process that is no longer read may hold the lock.
    await (isEnding() ? dropRoles(admin, family) : alone(admin, async () => dropRoles(admin, family)));
  } finally {
    family.forget?.();
    family.forget = null;
  }
}

const dropRoles = async (admin: Db, { roles, login }: Family): Promise<void> =>
  dropMadeRoles(admin, [...roles, ...(login === null ? [] : [login.name])]);

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
  await Promise.allSettled(family.underWay);
  const admin = await openServer(family.url);
  try {
    if (family.databases.size === 0) await dropRoles(admin, family);
    await dropDatabases(admin, family);
  } finally {
    await admin.close();
  }
}
