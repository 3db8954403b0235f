import { pgErrorOf, type Db } from "../../../db/port.ts";
import { generateRows, putRecorded, sampleRows } from "../../../fixtures/index.ts";
import { nameKey, type NameKey } from "../../../pg/name.ts";
import type { TestEnvironment } from "../test-environment.ts";
import type { Known } from "../scratch-environment.ts";
import { actorsFor } from "../../personas/index.ts";
import { capabilities } from "./capabilities.ts";
import { feeding, positions } from "./drawn.ts";
import { clearLeft, settingsToClear } from "./left-settings.ts";
import { protectSequences } from "./sequences.ts";
import { readSurface } from "../surface.ts";
import { targetsByName, targetsOf } from "../target.ts";
import { withViews } from "../view-settings.ts";

/**
 * Limits of every transaction on a live database. SET LOCAL, so no setting stays on a connection that a pooler hands
 * on. With the check interval, a server notices within a second that a client was killed, not only at the end of the
 * statement; version 14 and later, on systems that support it.
 */
const LIMITS = [
  "set local statement_timeout = '5s'",
  "set local lock_timeout = '1s'",
  "set local idle_in_transaction_session_timeout = '60s'",
].join("; ");

/**
 * Others may wait for a sequence while a transaction that writes is open: it is rolled back after so many milliseconds.
 */
const LONGEST = 1000;
const AHEAD = 100_000;
const CHECK = "set local client_connection_check_interval = '1s'";

/**
 * A live database. Read-only: rows of two tenants are chosen among the existing ones. With `writes`: rows of two
 * invented tenants are inserted, attacked, and rolled back with all effects of the attack; existing rows are never
 * named, though a breach may reach them.
 */
export async function liveEnvironment(db: Db, known: Known, writes: boolean): Promise<TestEnvironment> {
  const begin = `begin transaction${writes ? "" : " read only"}; ${LIMITS}`;
  const check = (await runs(db, CHECK)) ? CHECK : "";
  // all sequences that could not be protected, and of those the ones that were drawn from
  const loose = new Map<NameKey, string>();
  const unprotected = new Map<NameKey, string>();
  const settings = settingsToClear(known);
  const cameWith = new Map<string, string>();
  // what rlsmith leaves behind itself is no earlier client's; and to see if it is believed, it must stay
  let settingsAre: "an earlier client's" | "kept" | "rlsmith's own" = "an earlier client's";
  const prepare = async (ahead: number): Promise<void> => {
    await db.exec(check === "" ? begin : `${begin}; ${check}`);
    if (settingsAre !== "kept")
      for (const [name, value] of await clearLeft(db, settings))
        if (settingsAre === "an earlier client's") cameWith.set(name, value);
    if (!writes) return;
    for (const { sequence, why } of (await protectSequences(db, { ahead })).mayAdvance) loose.set(sequence, why);
  };
  // recorded rows hold numbers, and a sequence that was rolled back hands them out again: so it is moved ahead, and
  // further ahead when the rows are inserted again
  await prepare(AHEAD);
  const surface = await readSurface(db);
  const stood = await positions(
    db,
    surface.sequences.filter((sequence) => loose.has(nameKey(sequence))),
  );
  const fixtures = writes
    ? await generateRows(db, known.catalog, known.context, {
        columns: known.columns,
        trees: known.trees,
        spares: true,
        inTransaction: true,
      })
    : await sampleRows(db, known.catalog, known.context, known.columns, known.trees);
  const targets = await targetsOf(db, known.catalog, surface, fixtures, !writes);
  const missing = await capabilities(
    db,
    [...new Set(actorsFor(known.catalog, known.context, fixtures).map(({ role }) => role))],
    known.catalog,
  );
  await db.exec("rollback");
  const fed = feeding(surface, fixtures);
  /**
   * Record the unprotected sequences of tables into which rows were inserted, and those that have advanced: a trigger
   * may have drawn from them.
   */
  const findDrawn = async (): Promise<void> => {
    for (const [name, why] of loose) if (fed.has(name)) unprotected.set(name, why);
    const others = surface.sequences.filter((sequence) => {
      const full = nameKey(sequence);
      return loose.has(full) && stood.has(full) && !unprotected.has(full);
    });
    if (others.length === 0) return;
    await db.exec(begin);
    const stand = await positions(db, others);
    await db.exec("rollback");
    for (const [name, value] of stand) if (stood.get(name) !== value) unprotected.set(name, loose.get(name) ?? "");
  };
  await findDrawn();

  let openedAt: number | null = null;
  const finish = async (): Promise<void> => {
    if (openedAt === null) return;
    openedAt = null;
    await db.exec("rollback");
    await findDrawn();
  };
  return {
    ...known,
    ...withViews(known, surface),
    kind: writes ? "live, writes rolled back" : "live, read-only",
    db,
    tenantSetting: fixtures.tenantSetting,
    surface,
    fixtures,
    targets: targetsByName(targets),
    writes,
    sampled: true,
    unprotected,
    missing: missing.missing,
    cameWith,
    finish,
    withLeftSettings: async (work) => {
      await finish();
      settingsAre = "kept";
      try {
        return await work();
      } finally {
        await finish();
        settingsAre = "rlsmith's own";
      }
    },
    transaction: async (work) => {
      if (openedAt !== null && performance.now() - openedAt > LONGEST) await finish();
      if (openedAt === null) {
        openedAt = performance.now();
        await prepare(2 * AHEAD);
        if (writes) await putRecorded(db, fixtures, known.catalog);
      }
      await db.exec("savepoint rlsmith_work");
      try {
        return await work();
      } catch (error) {
        // the transaction may be lost with its connection; the first error is the one to report
        await finish().catch(() => {});
        throw error;
      } finally {
        if (openedAt !== null) await db.exec("rollback to savepoint rlsmith_work");
      }
    },
  };
}

/** True if a statement runs here at all; in a transaction that is rolled back. */
async function runs(db: Db, statement: string): Promise<boolean> {
  try {
    await db.exec(`begin read only; ${statement}`);
    return true;
  } catch (error) {
    if (!pgErrorOf(error)) throw error;
    return false;
  } finally {
    await db.exec("rollback").catch(() => {});
  }
}
