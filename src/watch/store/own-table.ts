import { readFileSync } from "node:fs";
import type { Db } from "../../db/port.ts";
import { ToolError } from "../../errors.ts";
import {
  makeOwnTable,
  ownTableDifferences,
  ownTableQuery,
  type OwnTableFound,
  type OwnTableShape,
} from "../../own-schema/index.ts";

/** A table of schema rlsmith that watch makes. */
export interface OwnTable {
  name: string;
  /** the statements that make it, which queries/<name>.sql holds */
  make: string;
  shape: OwnTableShape;
}

export const ownTable = (name: string, shape: OwnTableShape): OwnTable => ({
  name,
  make: makeOwnTable(name, readFileSync(new URL(`../queries/${name}.sql`, import.meta.url), "utf8")),
  shape,
});

/**
 * True if the table is there, inside an open transaction, which has an empty search_path afterwards. Throws ToolError
 * (environment) if it, or its schema, is not as rlsmith makes it for this login.
 */
export async function isThere(db: Db, { name, shape }: OwnTable): Promise<boolean> {
  const results = await db.exec(`select set_config('search_path', '', true);\n${ownTableQuery(name)}`);
  const row = results.flat().find((one) => "own" in one) as { own: OwnTableFound } | undefined;
  if (!row) return false;
  const list = ownTableDifferences(row.own, shape);
  if (list.length === 0) return row.own.table !== null;
  throw new ToolError(
    "environment",
    "SAMPLES_NOT_TRUSTED",
    `\`rlsmith.${name}\` is not as rlsmith made it for this login:`,
    'connect as the role that ran `rlsmith watch` before, or keep the samples in files: `samples: "file"` of the target in rlsmith.config.ts',
    { list },
  );
}

/** Run work in a transaction of its own. */
export async function inTransaction<T>(db: Db, mode: "read only" | "read write", work: () => Promise<T>): Promise<T> {
  await db.exec(`begin ${mode}; set local statement_timeout = '30s'; set local lock_timeout = '5s'`);
  try {
    const result = await work();
    await db.exec("commit");
    return result;
  } catch (error) {
    await db.exec("rollback").catch(() => {});
    throw error;
  }
}
