import type { Db } from "../db/port.ts";
import { openServer } from "../db/server.ts";
import { inspect } from "../inspect/index.ts";
import type { Catalog } from "../pg/catalog.ts";
import { isOnPlatform } from "../pg/platform-schemas.ts";
import type { Progress } from "../progress.ts";
import { copySchema, EARLIER_SUPABASE, openScratch } from "../scratch/index.ts";
import type { Platform, Scratch, ScratchTarget } from "../scratch/index.ts";
import type { Source } from "./source.ts";

/** Call `use` with a database to run witnesses on, in transactions that are rolled back. */
export async function withScratch<T>(source: Source, use: (db: Db) => Promise<T>): Promise<T> {
  if (source.origin.kind === "migrations") return use(source.origin.scratch.db);
  const scratch = await openScratch(source.origin.target);
  try {
    return await use(scratch.db);
  } finally {
    await scratch.close();
  }
}

/** A scratch database with a schema to work on, and its catalog. */
export interface ScratchBase {
  scratch: Scratch;
  catalog: Catalog;
  close(): Promise<void>;
}

/** The scratch database of a source, or one with the schema of the live database, without its rows. */
export async function rehearsalBase(source: Source, progress: Progress): Promise<ScratchBase> {
  if (source.origin.kind === "migrations")
    return { scratch: source.origin.scratch, catalog: source.catalog, close: async () => {} };
  const live = await openServer(source.origin.url);
  try {
    return await copyOf(live, source.catalog, source.origin.target, progress);
  } finally {
    await live.close();
  }
}

/** A new scratch database with the schema of another, without its rows. */
export async function copyOf(
  db: Db,
  catalog: Catalog,
  target: ScratchTarget,
  progress: Progress,
): Promise<ScratchBase> {
  // The copy has the privileges that the live database grants, and no others.
  const platform: Platform = isOnPlatform(catalog)
    ? { ...EARLIER_SUPABASE, defaultGrants: { state: "not granted", source: "today" } }
    : { kind: "plain" };
  const scratch = await openScratch(target, { platform });
  try {
    const report = await copySchema(db, scratch.db, catalog.policies);
    const failed = report.failed.map((failure) => `${failure.object} (${failure.sqlstate})`);
    progress.done(
      "copy schema",
      `${report.statements} statements${failed.length === 0 ? "" : `, ${failed.length} failed: ${failed.slice(0, 5).join(", ")}`}`,
    );
    return { scratch, catalog: await inspect(scratch.db), close: async () => scratch.close() };
  } catch (error) {
    await scratch.close();
    throw error;
  }
}
