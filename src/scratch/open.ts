import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Extensions } from "@electric-sql/pglite";
import { openEmbedded, type EmbeddedDb } from "../db/pglite.ts";
import { BOOTSTRAP, searchPathOf } from "./bootstrap.ts";
import { loadExtensions } from "./extensions.ts";
import { beforeFirstFile, EARLIER_SUPABASE, type Platform } from "./platform/index.ts";
import type { Scratch, ScratchTarget } from "./scratch.ts";
import { openServerScratch } from "./server-scratch.ts";
import { withUnloggedLogged } from "./unlogged.ts";

/** What a scratch database contains, and who hears of it. */
export interface ScratchOptions {
  /** the contrib extensions that the files will create; the embedded engine needs them at start-up */
  extensions?: readonly string[];
  /** the platform before the first migration; default: Supabase, with the default privileges of 2025 */
  platform?: Platform;
  /** receives the privileges of a new Supabase project that the login of a server lacks */
  onNotice?: (notice: string) => void;
}

/**
 * Create a throw-away database with the contents that its platform has before the first migration. From the second time
 * on, an embedded one starts from a snapshot on disk. Throws ToolError (environment) if the server refuses, or if the
 * login may not create databases.
 */
export async function openScratch(target: ScratchTarget, options: ScratchOptions = {}): Promise<Scratch> {
  const platform = options.platform ?? EARLIER_SUPABASE;
  if (target.kind === "server") {
    const { url, superuser = false } = target;
    return openServerScratch({ url, superuser, platform, onNotice: options.onNotice ?? (() => {}) });
  }
  const extensions = await loadExtensions(options.extensions ?? []);
  const db = await bootEmbedded(extensions, platform);
  return embeddedScratch(db, extensions, searchPathOf(platform));
}

function embeddedScratch(db: EmbeddedDb, extensions: Extensions, searchPath: string): Scratch {
  let open = true;
  return {
    db,
    foreignRoles: new Set(),
    restricted: false,
    cancel: null,
    grantRoles: async () => {},
    fork: async () => {
      const { result: snapshot, again } = await withUnloggedLogged(db, async () => db.dump());
      const copy = await openEmbedded({ extensions, snapshot });
      for (const statement of again) await copy.exec(statement);
      await copy.exec(`set search_path = ${searchPath}`);
      return embeddedScratch(copy, extensions, searchPath);
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
async function bootEmbedded(extensions: Extensions, platform: Platform): Promise<EmbeddedDb> {
  const bootstrap = platform.kind === "supabase" ? BOOTSTRAP : "";
  const start = `${beforeFirstFile(platform)}\nset search_path = ${searchPathOf(platform)};`;
  const file = snapshotFile(bootstrap);
  if (existsSync(file)) {
    try {
      const db = await openEmbedded({ extensions, snapshot: new Blob([readFileSync(file)]) });
      if (platform.kind === "supabase") await db.query("select 'auth.users'::regclass");
      await db.exec(start);
      return db;
    } catch {
      dropFile(file);
    }
  }
  const db = await openEmbedded({ extensions });
  if (bootstrap !== "") await db.exec(bootstrap);
  const snapshot = Buffer.from(await (await db.dump()).arrayBuffer());
  await db.exec(start);
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

function snapshotFile(bootstrap: string): string {
  const pglite = JSON.parse(
    readFileSync(new URL("../package.json", import.meta.resolve("@electric-sql/pglite")), "utf8"),
  ) as { version: string };
  const hash = createHash("sha256")
    .update(JSON.stringify([2, pglite.version, bootstrap]))
    .digest("hex");
  return join(cacheDir(), `bootstrap-${hash.slice(0, 16)}.tar`);
}
