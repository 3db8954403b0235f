import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Extensions } from "@electric-sql/pglite";
import { openEmbedded, type EmbeddedDb } from "../db/pglite.ts";
import { pgErrorOf, type Db } from "../db/port.ts";
import { openServer } from "../db/server.ts";
import { ToolError } from "../errors.ts";
import { quoteIdent, quoteLiteral } from "../pg/identifier.ts";
import { loadExtensions } from "./extensions.ts";
import type { Scratch, ScratchTarget } from "./scratch.ts";

const BOOTSTRAP = readFileSync(new URL("./bootstrap.sql", import.meta.url), "utf8");
const SEARCH_PATH = `"$user", public, extensions`;

/**
 * Make a throw-away database with the bootstrap in it. Embedded ones start from a snapshot on disk after the first time.
 * `extensions`: contrib extensions that the files will ask for; the embedded engine has to know them when it boots.
 * Throws ToolError (environment): the server refuses, or the login may not create databases.
 */
export async function openScratch(
  target: ScratchTarget,
  options: { extensions?: readonly string[] } = {},
): Promise<Scratch> {
  if (target.kind === "server") return openServerScratch(target.url);
  const extensions = await loadExtensions(options.extensions ?? []);
  const db = await bootEmbedded(extensions);
  return embeddedScratch(db, extensions);
}

function embeddedScratch(db: EmbeddedDb, extensions: Extensions): Scratch {
  let open = true;
  return {
    db,
    fork: async () => {
      const copy = await openEmbedded({ extensions, snapshot: await db.dump() });
      await copy.exec(`set search_path = ${SEARCH_PATH}`);
      return embeddedScratch(copy, extensions);
    },
    close: async () => {
      if (!open) return;
      open = false;
      await db.close();
    },
  };
}

/** From the cached snapshot, or by running the bootstrap, which then becomes the snapshot. A cache that cannot be read or written is no error. */
async function bootEmbedded(extensions: Extensions): Promise<EmbeddedDb> {
  const file = snapshotFile();
  if (existsSync(file)) {
    try {
      const db = await openEmbedded({ extensions, snapshot: new Blob([readFileSync(file)]) });
      await db.query("select 'auth.users'::regclass");
      await db.exec(`set search_path = ${SEARCH_PATH}`);
      return db;
    } catch {
      rmSync(file, { force: true });
    }
  }
  const db = await openEmbedded({ extensions });
  await db.exec(`${BOOTSTRAP}\nset search_path = ${SEARCH_PATH};`);
  const snapshot = Buffer.from(await (await db.dump()).arrayBuffer());
  try {
    mkdirSync(cacheDir(), { recursive: true });
    const part = `${file}.${process.pid}.part`;
    writeFileSync(part, snapshot);
    renameSync(part, file);
  } catch {
    // the next start takes the long way again
  }
  return db;
}

const cacheDir = (): string =>
  process.env["RLSMITH_CACHE_DIR"] ?? join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "rlsmith");

function snapshotFile(): string {
  const pglite = JSON.parse(
    readFileSync(new URL("../package.json", import.meta.resolve("@electric-sql/pglite")), "utf8"),
  ) as { version: string };
  const hash = createHash("sha256")
    .update(JSON.stringify([1, pglite.version, BOOTSTRAP]))
    .digest("hex");
  return join(cacheDir(), `bootstrap-${hash.slice(0, 16)}.tar`);
}

// Databases made on servers in this process, to be dropped at the end whatever the end is.
const made = new Set<() => Promise<void>>();
let listening = false;

async function openServerScratch(url: string): Promise<Scratch> {
  const admin = await openServer(url);
  try {
    const rolesBefore = await roleNames(admin);
    const name = scratchName();
    const drop = dropper(url, name);
    await createDatabase(admin, name, null, drop);
    const scratch = await connectScratch(url, name, drop);
    try {
      await scratch.db.exec(BOOTSTRAP);
    } catch (error) {
      await scratch.close();
      throw refused(error, "the bootstrap");
    }
    return {
      ...scratch,
      close: async () => {
        await scratch.close();
        await dropRoles(url, rolesBefore);
      },
    };
  } finally {
    await admin.close();
  }
}

const scratchName = (): string => `rlsmith_scratch_${randomBytes(6).toString("hex")}`;

const roleNames = async (db: Db): Promise<string[]> =>
  (await db.query<{ name: string }>("select rolname as name from pg_roles")).map(({ name }) => name);

async function createDatabase(
  admin: Db,
  name: string,
  template: string | null,
  drop: () => Promise<void>,
): Promise<void> {
  try {
    await admin.exec(
      `create database ${quoteIdent(name)}${template === null ? " template template0" : ` template ${quoteIdent(template)}`}`,
    );
    await admin.exec(`alter database ${quoteIdent(name)} set search_path = ${SEARCH_PATH}`);
    // replay reads a message; not every login may set this
    await admin.exec(`alter database ${quoteIdent(name)} set lc_messages = 'C'`).catch(() => {});
  } catch (error) {
    await drop().catch(() => {});
    throw refused(error, "a scratch database");
  }
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

/** Connect to a scratch database. `drop` takes it away again. */
async function connectScratch(url: string, name: string, drop: () => Promise<void>): Promise<Scratch> {
  const own = new URL(url);
  own.pathname = `/${name}`;
  // a template may have no other connection, so the connection is closed around a fork
  let current: Db = await openServer(own.toString());
  const db: Db = {
    engine: "server",
    version: current.version,
    query: (sql, params) => current.query(sql, params),
    exec: (sql) => current.exec(sql),
    close: () => current.close(),
  };
  return {
    db,
    fork: async () => {
      await current.close();
      const copy = scratchName();
      const dropCopy = dropper(url, copy);
      const admin = await openServer(url);
      try {
        await createDatabase(admin, copy, name, dropCopy);
      } finally {
        await admin.close();
        current = await openServer(own.toString());
      }
      return connectScratch(url, copy, dropCopy);
    },
    close: async () => {
      await current.close().catch(() => {});
      await drop();
    },
  };
}

/** A function, made before the database so that no signal can come between, that drops the database once; it is also called when the process is told to end. */
function dropper(url: string, name: string): () => Promise<void> {
  const drop = async (): Promise<void> => {
    if (!made.delete(drop)) return;
    const admin = await openServer(url);
    try {
      await admin.exec(`drop database if exists ${quoteIdent(name)} with (force)`);
    } finally {
      await admin.close();
    }
  };
  made.add(drop);
  listen();
  return drop;
}

function listen(): void {
  if (listening) return;
  listening = true;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(signal, () => {
      void Promise.allSettled([...made].map((drop) => drop())).then(() =>
        process.exit(signal === "SIGINT" ? 130 : 143),
      );
    });
}

/** Roles are of the whole server: those that this scratch brought go again, unless something else uses them by now. */
async function dropRoles(url: string, rolesBefore: readonly string[]): Promise<void> {
  const admin = await openServer(url);
  try {
    const roles = (await roleNames(admin)).filter((role) => !rolesBefore.includes(role));
    const others = await admin.query("select from pg_database where datname like 'rlsmith\\_scratch\\_%'");
    if (others.length > 0) return;
    for (const role of roles)
      await admin
        .exec(
          `do $$ begin execute format('drop role if exists %I', ${quoteLiteral(role)}); exception when others then null; end $$`,
        )
        .catch(() => {});
  } finally {
    await admin.close();
  }
}
