import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Extensions } from "@electric-sql/pglite";
import { openEmbedded, type EmbeddedDb } from "../db/pglite.ts";
import { BOOTSTRAP, SEARCH_PATH } from "./bootstrap.ts";
import { loadExtensions } from "./extensions.ts";
import type { Scratch, ScratchTarget } from "./scratch.ts";
import { openServerScratch } from "./server-scratch.ts";
import { withUnloggedLogged } from "./unlogged.ts";

/**
 * Create a throw-away database with the bootstrap in it. From the second time on, an embedded one starts from a
 * snapshot on disk. `extensions`: the contrib extensions that the files will create; the embedded engine needs them at
 * start-up. `onNotice` receives the privileges of a new Supabase project that the login of a server lacks. Throws
 * ToolError (environment) if the server refuses, or if the login may not create databases.
 */
export async function openScratch(
  target: ScratchTarget,
  options: { extensions?: readonly string[]; onNotice?: (notice: string) => void } = {},
): Promise<Scratch> {
  if (target.kind === "server") return openServerScratch(target.url, options.onNotice ?? (() => {}));
  const extensions = await loadExtensions(options.extensions ?? []);
  const db = await bootEmbedded(extensions);
  return embeddedScratch(db, extensions);
}

function embeddedScratch(db: EmbeddedDb, extensions: Extensions): Scratch {
  let open = true;
  return {
    db,
    foreignRoles: new Set(),
    fork: async () => {
      const { result: snapshot, again } = await withUnloggedLogged(db, async () => db.dump());
      const copy = await openEmbedded({ extensions, snapshot });
      for (const statement of again) await copy.exec(statement);
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

/**
 * Start from the cached snapshot, or run the bootstrap, whose result then becomes the snapshot. A cache that cannot be
 * read or written is not an error.
 */
async function bootEmbedded(extensions: Extensions): Promise<EmbeddedDb> {
  const file = snapshotFile();
  if (existsSync(file)) {
    try {
      const db = await openEmbedded({ extensions, snapshot: new Blob([readFileSync(file)]) });
      await db.query("select 'auth.users'::regclass");
      await db.exec(`set search_path = ${SEARCH_PATH}`);
      return db;
    } catch {
      dropFile(file);
    }
  }
  const db = await openEmbedded({ extensions });
  await db.exec(`${BOOTSTRAP}\nset search_path = ${SEARCH_PATH};`);
  const snapshot = Buffer.from(await (await db.dump()).arrayBuffer());
  const part = `${file}.${process.pid}.part`;
  try {
    mkdirSync(cacheDir(), { recursive: true });
    writeFileSync(part, snapshot);
    renameSync(part, file);
  } catch {
    // The next start runs the bootstrap again.
    dropFile(part);
  }
  return db;
}

function dropFile(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // The folder is not writable.
  }
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
