import { expect, test } from "vitest";
import type { Db } from "../../../src/db/port.ts";
import { openServer } from "../../../src/db/server.ts";
import { readServer, readStatements, readTables, snapshotBefore } from "../../../src/watch/database/index.ts";
import type { StatementsReading, TablesReading } from "../../../src/watch/sample.ts";
import { countTrips } from "../../support/trips.ts";
import { COUNTED, GUEST, inDatabase, onServers, runAs, SCOPE, shown, TABLES, VISIT } from "./statistics.ts";

const flush = async (db: Db): Promise<unknown> => db.query("select pg_stat_force_next_flush()");

async function betweenTables(db: Db, work: () => Promise<unknown>): Promise<TablesReading> {
  await flush(db);
  const { cursor } = await readTables(db, SCOPE, null);
  await work();
  await flush(db);
  return readTables(db, SCOPE, cursor);
}

onServers({ ...COUNTED, autovacuum: "off" }, (opened) => {
  const withTables = async (work: Parameters<typeof inDatabase>[2], sql = TABLES): Promise<void> =>
    inDatabase(opened().cluster, `create extension pg_stat_statements; ${sql}`, work);

  test("the counters of relations, of denied writes none", async () => {
    await withTables(async (db) => {
      const reading = await betweenTables(db, async () => {
        await runAs(db, "clerk", "insert into visit values ((select max(id) + 1 from public.guest) + 100)", 1);
        await runAs(db, "clerk", "update visit set note = 'a' where id <= 3", 2);
        await runAs(db, "nurse", "update visit set note = 'a'", 4);
        await runAs(db, "clerk", "delete from visit where id = 5", 1);
        await runAs(db, "clerk", "select from guest", 7);
      });
      expect(reading.lacks).toEqual([]);
      expect(reading.tables.find(({ relation }) => relation === VISIT)).toMatchObject({
        inserted: 1,
        // three rows twice, and nothing of the nurse's
        updated: 6,
        deleted: 1,
      });
      const guest = reading.tables.find(({ relation }) => relation === GUEST);
      // max(id) may read the index
      expect((guest?.sequentialScans ?? 0) + (guest?.indexScans ?? 0)).toBe(8);
      expect(guest).toMatchObject({ inserted: 0, updated: 0, deleted: 0 });
    });
  });

  test("partitions count for their relation, and one that was attached brings no old counters", async () => {
    const partitioned = `create table log (id int) partition by range (id);
      create table log_a partition of log for values from (0) to (10);
      create table log_b (id int); insert into log_b values (10), (11);`;
    await withTables(async (db) => {
      const scope = { relations: [{ schema: "public", name: "log" }] };
      await flush(db);
      const { cursor } = await readTables(db, scope, null);
      await db.exec(
        "insert into log values (1), (2); alter table log attach partition log_b for values from (10) to (20)",
      );
      await flush(db);
      const reading = await readTables(db, scope, cursor);
      expect(reading.tables).toMatchObject([{ inserted: 2 }]);
      expect(reading.lacks).toEqual([{ lack: "nothing before", what: "pg_stat_user_tables" }]);
      await db.exec("insert into log values (3), (12)");
      await flush(db);
      const next = await readTables(db, scope, reading.cursor);
      expect(next).toMatchObject({ tables: [{ inserted: 2 }], lacks: [] });
    }, TABLES + partitioned);
  });

  test("a reset, and a relation that was dropped and made again, are lacks", async () => {
    await withTables(async (db) => {
      const update = async (): Promise<void> => runAs(db, "clerk", "update visit set note = 'a' where id = 1", 1);
      await update();
      const reset = await betweenTables(db, async () => {
        await update();
        await flush(db);
        await db.exec("select pg_stat_reset()");
        await update();
      });
      expect(reset.lacks).toContainEqual({ lack: "counters lost", what: "pg_stat_user_tables" });
      expect(reset.tables.find(({ relation }) => relation === VISIT)?.updated).toBe(1);
      const made = await betweenTables(db, async () => {
        await db.exec("drop table guest; create table guest (id int); insert into guest values (1)");
      });
      expect(made.tables.map(({ relation }) => relation)).toEqual([VISIT]);
      expect(made.lacks).toEqual([
        { lack: "counters lost", what: "pg_stat_user_tables" },
        { lack: "nothing before", what: "pg_stat_user_tables" },
      ]);
    });
  });

  test("track_counts = off is a lack", async () => {
    await withTables(async (db) => {
      await db.exec("set track_counts = off");
      expect((await readTables(db, SCOPE, null)).lacks).toContainEqual({ lack: "setting", what: "track_counts" });
    });
  });

  test("what the server is, as a superuser and as a login without privileges", async () => {
    const { cluster, major } = opened();
    await withTables(async (db, name) => {
      await db.exec("alter role blind password 'x'");
      const { server, at } = await readServer(db);
      const [{ system } = {}] = await db.query("select system_identifier::text as system from pg_control_system()");
      expect(server).toMatchObject({ standby: false, privileged: true, system });
      expect(Math.floor(server.version / 10_000)).toBe(major);
      expect(Date.parse(server.startedAt)).toBeLessThan(Date.parse(at));
      const blind = await openServer(cluster.url(name, "blind", "x"));
      expect((await readServer(blind)).server).toMatchObject({ privileged: false, system });
      await db.exec("revoke execute on function pg_control_system() from public");
      expect((await readServer(blind)).server).toMatchObject({ privileged: false, system: null });
      await db.exec("alter role blind bypassrls");
      expect((await readServer(blind)).server.privileged).toBe(true);
      await blind.close();
    });
  });

  test("the snapshot before a change holds all that was counted, and the next sample begins there", async () => {
    await withTables(async (db) => {
      // those of CREATE TABLE are not among them
      await flush(db);
      await db.exec("select pg_stat_statements_reset(), pg_stat_reset()");
      await runAs(db, "clerk", "select * from visit", 7);
      await flush(db);
      const before = await snapshotBefore(db, SCOPE.relations);
      const [statements, tables] = (before?.readings ?? []) as [StatementsReading, TablesReading];
      expect(shown(statements)).toEqual(["clerk SELECT public.visit: 7, 35 rows"]);
      expect(statements.lacks).toEqual([]);
      expect(tables.tables.find(({ relation }) => relation === VISIT)?.sequentialScans).toBe(7);
      await runAs(db, "clerk", "select * from visit", 2);
      await flush(db);
      expect(shown(await readStatements(db, SCOPE, statements.cursor))).toEqual([
        "clerk SELECT public.visit: 2, 10 rows",
      ]);
      const after = await readTables(db, SCOPE, tables.cursor);
      expect(after.tables.find(({ relation }) => relation === VISIT)?.sequentialScans).toBe(2);
    });
  });

  test("it takes two round trips, whatever the number of relations", async () => {
    await withTables(async (_, name) => {
      const url = opened().cluster.url(name);
      const proxy = await countTrips(url);
      try {
        const db = await openServer(proxy.through(url), { pipeline: true });
        const trips = (): number => proxy.connections.reduce((all, one) => all + one.length, 0);
        const connected = trips();
        expect(await snapshotBefore(db, SCOPE.relations)).not.toBeNull();
        expect(trips() - connected).toBe(2);
        await db.close();
      } finally {
        await proxy.stop();
      }
    });
  });

  test("it changes nothing, and a relation that is locked does not hold it up", async () => {
    const { cluster } = opened();
    await withTables(async (db, name) => {
      const other = await openServer(cluster.url(name));
      await other.exec("begin; lock table visit in access exclusive mode");
      const from = performance.now();
      const before = await snapshotBefore(db, SCOPE.relations);
      expect(before?.readings.map(({ source }) => source)).toEqual(["statements", "tables"]);
      expect(performance.now() - from).toBeLessThan(5000);
      await other.close();
      // the connection is usable, and outside a transaction
      expect(await db.query("select 1 as one")).toEqual([{ one: 1 }]);
      expect((db as Awaited<ReturnType<typeof openServer>>).transactionStatus()).toBe("I");
    });
  });

  test("a connection that is gone is no error of the snapshot", async () => {
    await withTables(async (_, name) => {
      const db = await openServer(opened().cluster.url(name));
      db.destroy();
      expect(await snapshotBefore(db, SCOPE.relations)).toBeNull();
    });
  });
});
