import { inForce, readJournal, type Entry } from "../apply/index.ts";
import type { Db } from "../db/port.ts";
import { messageOf } from "../errors.ts";
import { hasRecorder, recordAppliedAt } from "../watch/index.ts";
import { openToLook } from "./connections.ts";

/**
 * Tell the recorder of a target, where it is installed, since when the plan is in force, by the journal: tokens that were
 * issued before are stale. Returns null, or the reason why it could not be told; it never throws, since the plan is in
 * force by now. Without a connection nothing is said: the readings of the recorder say themselves that they know no time.
 */
export const recordApplied = async (url: string, planHash: string): Promise<string | null> =>
  recordNewest(url, (entries) => entries.findLast((entry) => entry.planHash === planHash));

/**
 * The same after a rollback: the time of the newest entry that is still in force, or none, so that a plan that is applied
 * later is not compared with tokens by the time of the one that was taken back.
 */
export const recordRolledBack = async (url: string): Promise<string | null> =>
  recordNewest(url, (entries) => entries.at(-1) ?? null);

/** `newest`: undefined: nothing is told; null: no plan is in force. */
async function recordNewest(
  url: string,
  newest: (entries: readonly Entry[]) => Entry | null | undefined,
): Promise<string | null> {
  let db: Db;
  try {
    db = await openToLook(url, "rlsmith apply");
  } catch {
    return null;
  }
  try {
    if (!(await hasRecorder(db))) return null;
    const entry = newest(inForce(await inReadOnly(db, async () => readJournal(db))));
    if (entry !== undefined) await recordAppliedAt(db, entry?.at ?? null);
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
