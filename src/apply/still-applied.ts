import type { Db } from "../db/port.ts";
import { inForce, readJournal, type Entry } from "./journal/index.ts";
import { differences, readState, sameState, scopeOfState } from "./state/index.ts";
import { inOneTransaction } from "./transaction/index.ts";

/**
 * The entries of a plan that are in force on a database, oldest first, and what has changed since in their objects, a
 * sentence each. Only reads. Throws ToolError (environment): the journal cannot be trusted.
 */
export async function stillApplied(db: Db, planHash: string): Promise<{ entries: Entry[]; changed: string[] }> {
  const entries = inForce(await readJournal(db)).filter((entry) => entry.planHash === planHash);
  const changed = await inOneTransaction(db, async () => {
    const lines: string[] = [];
    for (const { after } of entries) {
      const now = await readState(db, scopeOfState(after));
      if (!sameState(now, after)) lines.push(...differences(after, now));
    }
    return lines;
  });
  return { entries, changed };
}
