import type { Db } from "../../db/port.ts";
import { sentTogether } from "../../db/sent-together.ts";
import { ToolError } from "../../errors.ts";
import { writeEntries, type NewEntry } from "../journal/index.ts";
import { differences, readState, sameState, type Scope, type State } from "../state/index.ts";
import type { Transitioned } from "./transition.ts";

/** Work in a transaction that is rolled back. */
export async function inOneTransaction<T>(db: Db, work: () => Promise<T>): Promise<T> {
  try {
    const [, result] = await sentTogether([db.exec("begin"), work()]);
    return result;
  } finally {
    // what is sent next comes after it; the connection may be lost, and the first error is the one to report
    void db.exec("rollback").catch(() => {});
  }
}

/** A change to be recorded: the state that was found, which must not have changed since. */
export interface JournalOnly {
  group: string;
  scope: Scope;
  found: State;
  entry: NewEntry;
  dryRun: boolean;
}

/** Write an entry for a change that another tool has made, if it is still in force. */
export async function journalOnly(db: Db, { group, scope, found, entry, dryRun }: JournalOnly): Promise<Transitioned> {
  return inOneTransaction(db, async () => {
    const now = await readState(db, scope);
    if (!sameState(now, found))
      throw new ToolError(
        "environment",
        "CHANGED_MEANWHILE",
        `\`${group}\` was changed while rlsmith prepared the run:`,
        "nothing was written; run the same command again",
        { list: differences(found, now) },
      );
    const ids = await writeEntries(db, [entry]);
    if (!dryRun) await db.exec("commit");
    return { group, entries: dryRun ? [] : ids, locks: [], tries: 1 };
  });
}
