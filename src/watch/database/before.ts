import type { Db } from "../../db/port.ts";
import { sentTogether } from "../../db/sent-together.ts";
import type { QualifiedName } from "../../pg/name.ts";
import type { Sample, StatementsReading, TablesReading } from "../sample.ts";
import { inReadOnly } from "./read-only.ts";
import { serverIn } from "./server.ts";
import { statementsIn } from "./statements.ts";
import { tablesIn } from "./tables.ts";

/** The snapshot is not worth more of an apply's time. */
const LIMITS = { statement: 2000, lock: 200 };

/** The part of a `before` sample that the server knows. */
export interface Before extends Pick<Sample, "at" | "server"> {
  readings: [StatementsReading, TablesReading];
}

/**
 * The counters before a change, all that they hold: what `apply` takes right before its first lock. Null where it
 * cannot be taken at all; a source that cannot be read says so by a lack. It never throws, and it changes nothing. On a
 * connection that sends at once it takes two round trips, whatever the number of relations: the place of the extension
 * has to be known before its view can be named. It is outside the transaction that holds the locks.
 */
export async function snapshotBefore(db: Db, relations: readonly QualifiedName[]): Promise<Before | null> {
  try {
    return await inReadOnly(
      db,
      async () => {
        const [{ server, at }, statements, tables] = await sentTogether([
          serverIn(db),
          statementsIn(db, { relations }, null, true),
          tablesIn(db, { relations }, null, true),
        ]);
        return { at, server, readings: [statements, tables] };
      },
      LIMITS,
    );
  } catch {
    return null;
  }
}
