import type { Db } from "../../db/port.ts";
import { messageOf, ToolError } from "../../errors.ts";
import { writeEntriesIfThere, type Detail, type NewEntry } from "../journal/index.ts";

/** What is known of a run before it has done anything. */
export type RunLine = Omit<NewEntry, "before" | "after" | "outcome" | "group" | "detail"> & { detail: Detail };

/** The `group` of an entry for a run that failed before its first group. */
const NO_GROUP = "(none)";

/** Write an entry for a run that failed, if the journal exists, can be trusted, and the connection works. */
export async function writeFailure(db: Db, group: string, entry: RunLine, error: unknown): Promise<void> {
  const line = {
    ...entry,
    undoes: null,
    group,
    outcome: "failed" as const,
    before: null,
    after: null,
    detail: {
      ...entry.detail,
      error: `${error instanceof ToolError ? `${error.code}: ` : ""}${messageOf(error)}`.slice(0, 2000),
    },
  };
  try {
    await db.exec("begin");
    await writeEntriesIfThere(db, [line]);
    await db.exec("commit");
  } catch {
    // the first error is the one to report
    await db.exec("rollback").catch(() => {});
  }
}

/**
 * Do the work that comes before the first group. If it fails, the journal has an entry for the run, as it has for a
 * group that failed. `dryRun`: nothing is written.
 */
export async function beforeGroups<Result>(
  db: Db,
  entry: RunLine,
  dryRun: boolean,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!dryRun) await writeFailure(db, NO_GROUP, entry, error);
    throw error;
  }
}
