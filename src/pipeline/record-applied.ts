import { inForce, readJournal } from "../apply/index.ts";
import type { Db } from "../db/port.ts";
import { messageOf } from "../errors.ts";
import { hasRecorder, recordAppliedAt } from "../watch/index.ts";
import { openToLook } from "./connections.ts";

/**
 * Tell the recorder of a target, where it is installed, since when the plan is in force, by the journal: tokens that were
 * issued before are stale. Returns null, or the reason why it could not be told; it never throws, since the plan is in
 * force by now. Without a connection nothing is said: the readings of the recorder say themselves that they know no time.
 */
export async function recordApplied(url: string, planHash: string): Promise<string | null> {
  let db: Db;
  try {
    db = await openToLook(url, "rlsmith apply");
  } catch {
    return null;
  }
  try {
    if (!(await hasRecorder(db))) return null;
    const newest = inForce(await inReadOnly(db, async () => readJournal(db))).findLast(
      (entry) => entry.planHash === planHash,
    );
    if (newest !== undefined) await recordAppliedAt(db, newest.at);
    return null;
  } catch (error) {
    return messageOf(error);
  } finally {
    await db.close().catch(() => {});
  }
}

async function inReadOnly<Result>(db: Db, work: () => Promise<Result>): Promise<Result> {
  await db.exec("begin read only");
  try {
    return await work();
  } finally {
    await db.exec("rollback").catch(() => {});
  }
}
