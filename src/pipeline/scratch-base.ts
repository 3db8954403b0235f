import type { Db } from "../db/port.ts";
import { openServer } from "../db/server.ts";
import { inspect } from "../inspect/inspect.ts";
import type { Catalog } from "../pg/catalog.ts";
import type { Progress } from "../progress.ts";
import { copySchema } from "../scratch/copy-schema.ts";
import { openScratch } from "../scratch/open.ts";
import type { Scratch } from "../scratch/scratch.ts";
import type { Source } from "./source.ts";

/** A database to run witnesses on: what is made there is rolled back. */
export async function withScratch<T>(source: Source, use: (db: Db) => Promise<T>): Promise<T> {
  if (source.origin.kind === "migrations") return use(source.origin.scratch.db);
  const scratch = await openScratch(source.origin.target);
  try {
    return await use(scratch.db);
  } finally {
    await scratch.close();
  }
}

export async function rehearsalBase(
  source: Source,
  progress: Progress,
): Promise<{ scratch: Scratch; catalog: Catalog; close(): Promise<void> }> {
  if (source.origin.kind === "migrations")
    return { scratch: source.origin.scratch, catalog: source.catalog, close: async () => {} };
  const live = await openServer(source.origin.url);
  try {
    const scratch = await openScratch(source.origin.target);
    try {
      const report = await copySchema(live, scratch.db, source.catalog.policies);
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
  } finally {
    await live.close();
  }
}
