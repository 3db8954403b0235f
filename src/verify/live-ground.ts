import type { Db } from "../db/port.ts";
import { generateRows } from "../fixtures/generate.ts";
import { insertRecorded } from "../fixtures/recorded-rows.ts";
import { sampleRows } from "../fixtures/sample.ts";
import type { Ground } from "./ground.ts";
import type { Known } from "./scratch-ground.ts";
import { protectSequences } from "./sequences.ts";
import { readSurface } from "./surface.ts";
import { targetsOf } from "./target.ts";

/** Limits of every transaction on a live database. SET LOCAL: nothing is left on a connection that a pooler hands on. */
const LIMITS = [
  "set local statement_timeout = '5s'",
  "set local lock_timeout = '1s'",
  "set local idle_in_transaction_session_timeout = '60s'",
].join("; ");

/** Others may wait for a sequence while a transaction that writes is open: it is ended after so many milliseconds. */
const LONGEST = 1000;

/**
 * A live database. Read-only: rows of two tenants are chosen among those that are there. With `writes`: rows of two invented tenants are put
 * in, attacked, and rolled back with all that the attack did; the rows that are there are never named, though a hole may reach them.
 */
export async function liveGround(db: Db, known: Known, writes: boolean): Promise<Ground> {
  const begin = `begin transaction${writes ? "" : " read only"}; ${LIMITS}`;
  const unprotected = new Set<string>();
  const prepare = async (): Promise<void> => {
    await db.exec(begin);
    if (writes) for (const name of await protectSequences(db)) unprotected.add(name);
  };
  await prepare();
  const fixtures = writes
    ? await generateRows(db, known.catalog, known.context, {
        columns: known.columns,
        spares: true,
        inTransaction: true,
      })
    : await sampleRows(db, known.catalog, known.context, known.columns);
  const surface = await readSurface(db);
  const targets = await targetsOf(db, known.catalog, surface, fixtures, !writes);
  await db.exec("rollback");
  const recorded = writes ? insertRecorded(fixtures, known.catalog).join(";\n") : "";

  let openedAt: number | null = null;
  const finish = async (): Promise<void> => {
    if (openedAt === null) return;
    openedAt = null;
    await db.exec("rollback");
  };
  return {
    ...known,
    kind: writes ? "live, writes rolled back" : "live, read-only",
    db,
    tenantSetting: fixtures.tenantSetting,
    surface,
    fixtures,
    targets: new Map(targets.map((target) => [target.name, target])),
    writes,
    sampled: true,
    unprotected,
    finish,
    transaction: async (work) => {
      if (openedAt !== null && performance.now() - openedAt > LONGEST) await finish();
      if (openedAt === null) {
        openedAt = performance.now();
        await prepare();
        if (recorded !== "") await db.exec(recorded);
      }
      await db.exec("savepoint rlsmith_work");
      try {
        return await work();
      } catch (error) {
        // the transaction may be gone with its connection; the first error is the one worth telling
        await finish().catch(() => {});
        throw error;
      } finally {
        if (openedAt !== null) await db.exec("rollback to savepoint rlsmith_work");
      }
    },
  };
}
