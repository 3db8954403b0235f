import { expect, test } from "vitest";
import type { Db } from "../../../src/db/port.ts";
import { openServer } from "../../../src/db/server.ts";
import { readStatements } from "../../../src/watch/database/index.ts";
import {
  between,
  COUNTED,
  inDatabase,
  killSession,
  onServers,
  patiently,
  runAs,
  SCOPE,
  shown,
  TABLES,
  VISIT,
} from "./statistics.ts";

const EXTENSION = "create extension pg_stat_statements;";

onServers(COUNTED, (opened) => {
  const withTables = async (work: Parameters<typeof inDatabase>[2], sql = EXTENSION + TABLES): Promise<void> =>
    inDatabase(opened().cluster, sql, work);

  test("the first reading has no numbers, and says so", async () => {
    await withTables(async (db) => {
      const first = await readStatements(db, SCOPE, null);
      expect(first.statements).toEqual([]);
      expect(first.lacks).toEqual([{ lack: "nothing before", what: "pg_stat_statements" }]);
    });
  });

  test("a statement that a role executes 7 times has 7 calls, with its rows and blocks, and another role its own", async () => {
    await withTables(async (db) => {
      await runAs(db, "clerk", "select * from visit", 3);
      const reading = await between(db, async () => {
        await runAs(db, "clerk", "select * from visit", 7);
        // none of the five rows is the nurse's
        await runAs(db, "nurse", "select * from visit", 2);
        await runAs(db, "nurse", "select 1", 9);
      });
      expect(reading.lacks).toEqual([]);
      expect(shown(reading)).toEqual(["clerk SELECT public.visit: 7, 35 rows", "nurse SELECT public.visit: 2, 0 rows"]);
      const [clerk] = reading.statements.filter(({ role }) => role === "clerk");
      // one page, which each execution finds in memory
      expect(clerk).toMatchObject({ rowsAreReal: true, blocks: 7 });
      expect(clerk?.time).toBeGreaterThan(0);
      expect(new Set(reading.statements.map(({ queryId }) => queryId)).size).toBe(1);
    });
  });

  test("roles with the privileges of the owner of a relation whose row security is not forced, as the server treats them", async () => {
    await withTables(async (db) => {
      await db.exec("grant clerk to nurse; alter table visit owner to clerk; alter role blind bypassrls");
      const seen = async (role: string): Promise<number> => {
        await db.exec(`set role ${role}`);
        const [row] = await db.query<{ n: number }>("select count(*)::int as n from visit");
        await db.exec("reset role");
        return row?.n ?? 0;
      };
      await db.exec("update visit set owner = 'nobody'");
      expect([await seen("clerk"), await seen("nurse")]).toEqual([5, 5]);
      const { owners } = await readStatements(db, SCOPE, null);
      expect(owners).toEqual([{ relation: VISIT, roles: ["clerk", "nurse"] }]);
      await db.exec("alter table visit force row level security");
      expect([await seen("clerk"), await seen("nurse")]).toEqual([0, 0]);
      expect((await readStatements(db, SCOPE, null)).owners).toEqual([]);
    });
  });

  test("an UPDATE that touches no row differs from one that does by its rows alone", async () => {
    await withTables(async (db) => {
      const reading = await between(db, async () => {
        await runAs(db, "clerk", "update visit set note = 'a' where id = 2", 4);
        await runAs(db, "nurse", "update visit set note = 'a' where id = 2", 4);
      });
      expect(shown(reading)).toEqual(["clerk UPDATE public.visit: 4, 4 rows", "nurse UPDATE public.visit: 4, 0 rows"]);
      expect(reading.lacks).toEqual([]);
    });
  });

  test("a wrapper returns one row for no row, and says that its rows are not real", async () => {
    await withTables(async (db) => {
      const update =
        "WITH pgrst_source AS (UPDATE public.visit SET note = 'b' WHERE id = 2 RETURNING 1) SELECT count(*) FROM (SELECT * FROM pgrst_source) _postgrest_t";
      const reading = await between(db, async () => runAs(db, "nurse", update, 3));
      expect(shown(reading)).toEqual(["nurse UPDATE public.visit: 3, 3 rows"]);
      expect(reading.statements[0]?.rowsAreReal).toBe(false);
    });
  });

  test("ten statements inside views, and those of functions", async () => {
    const objects = `
      create schema api; create view api.visits with (security_invoker) as select * from public.visit;
      create view api.both with (security_invoker) as select v.id, g.id as guest from public.guest g join api.visits v using (id);
      create materialized view api.kept as select * from public.guest;
      grant usage on schema api to clerk; grant select on all tables in schema api to clerk;
      create function api.count_guests() returns bigint language plpgsql as 'begin return (select count(*) from public.guest); end';`;
    await withTables(async (db) => {
      const reading = await between(db, async () => {
        await runAs(db, "clerk", "select * from api.visits", 10);
        await runAs(db, "clerk", "select * from api.both", 1);
        // it reads what was stored at the last REFRESH, and no relation below
        await runAs(db, "clerk", "select * from api.kept", 1);
        await runAs(db, "clerk", "select api.count_guests()", 6);
      });
      expect(shown(reading)).toEqual([
        // visits 1 to 5 are the clerk's, guests are 1 to 3
        "clerk SELECT public.guest public.visit: 1, 3 rows",
        "clerk SELECT public.guest: 6, 6 rows",
        "clerk SELECT public.visit: 10, 50 rows",
      ]);
      expect(reading.lacks).toEqual([]);
    }, `${EXTENSION}${TABLES}${objects}`);
  });

  test("a failed statement is not counted", async () => {
    await withTables(async (db) => {
      const reading = await between(db, async () => {
        await db.exec("set role nurse");
        await expect(db.query("insert into visit values (9, 'clerk')")).rejects.toThrow("row-level security");
        await db.exec("reset role");
      });
      expect(reading).toMatchObject({ statements: [], lacks: [] });
    });
  });

  test("after a reset all is counted from zero", async () => {
    await withTables(async (db) => {
      await runAs(db, "clerk", "select * from visit", 5);
      const reading = await between(db, async () => {
        await runAs(db, "clerk", "select * from visit", 4);
        await db.exec("select pg_stat_statements_reset()");
        // more than before the reset: the counter has grown
        await runAs(db, "clerk", "select * from visit", 8);
      });
      expect(shown(reading)).toEqual(["clerk SELECT public.visit: 8, 40 rows"]);
      expect(reading.lacks).toEqual([{ lack: "counters lost", what: "pg_stat_statements" }]);
    });
  });

  test("a reset in the middle of a reading counts nothing twice", async () => {
    await withTables(async (db, name) => {
      await runAs(db, "clerk", "select * from visit", 5);
      const first = await readStatements(db, SCOPE, null);
      const other = await openServer(opened().cluster.url(name));
      // once, after the counters of the extension and before the entries
      const interrupted = before(db, "like any", async () => {
        await other.exec("select pg_stat_statements_reset()");
        await runAs(other, "clerk", "select * from visit", 3);
      });
      const second = await readStatements(interrupted, SCOPE, first.cursor);
      const third = await readStatements(db, SCOPE, second.cursor);
      expect(shown(second)).toEqual(["clerk SELECT public.visit: 3, 15 rows"]);
      expect(second.lacks).toEqual([{ lack: "counters lost", what: "pg_stat_statements" }]);
      expect(third).toMatchObject({ statements: [], lacks: [] });
      await other.close();
    });
  });

  test("an entry that was reset by itself counts from zero where that is certain", async () => {
    await withTables(async (db) => {
      const resetOne =
        "select pg_stat_statements_reset(userid, dbid, queryid) from pg_stat_statements where query like 'select * from visit%'";
      await runAs(db, "clerk", "select * from visit", 5);
      const fewer = await between(db, async () => {
        await db.exec(resetOne);
        await runAs(db, "clerk", "select * from visit", 3);
      });
      expect(shown(fewer)).toEqual(["clerk SELECT public.visit: 3, 15 rows"]);
      expect(fewer.lacks).toEqual([{ lack: "counters lost", what: "pg_stat_statements" }]);
      const gone = await between(db, async () => void (await db.exec(resetOne)));
      expect(gone).toMatchObject({ statements: [], lacks: [{ lack: "counters lost" }] });
      await runAs(db, "clerk", "select * from visit", 2);
      const more = await between(db, async () => {
        await db.exec(resetOne);
        await runAs(db, "clerk", "select * from visit", 6);
      });
      // before 17 nothing tells this from four more calls of the same entry, if their times fit
      const calls = more.statements[0]?.calls ?? 0;
      expect(db.version >= 170000 ? [6] : [4, 6]).toContain(calls);
    });
  });

  test("counters survive a restart and an immediate stop, not the crash of a backend", async () => {
    const { cluster } = opened();
    await withTables(async (db, name) => {
      await runAs(db, "clerk", "select * from visit", 5);
      const { cursor } = await readStatements(db, SCOPE, null);
      await runAs(db, "clerk", "select * from visit", 2);
      await db.close();
      await cluster.restart();
      const second = await openServer(cluster.url(name));
      const kept = await readStatements(second, SCOPE, cursor);
      expect(shown(kept)).toEqual(["clerk SELECT public.visit: 2, 10 rows"]);
      expect(kept.lacks).toEqual([]);
      await runAs(second, "clerk", "select * from visit", 3);
      await second.close();
      await cluster.crash();
      const third = await openServer(cluster.url(name));
      const still = await readStatements(third, SCOPE, kept.cursor);
      // the extension writes its file at an immediate stop too (measured on 15 and 18)
      expect(shown(still)).toEqual(["clerk SELECT public.visit: 3, 15 rows"]);
      await runAs(third, "clerk", "select * from visit", 3);
      await killSession(cluster.url(name));
      await third.close().catch(() => {});
      const fourth = await patiently(() => openServer(cluster.url(name)));
      await runAs(fourth, "clerk", "select * from visit", 20);
      const after = await readStatements(fourth, SCOPE, still.cursor);
      expect(shown(after)).toEqual(["clerk SELECT public.visit: 20, 100 rows"]);
      expect(after.lacks).toEqual([{ lack: "counters lost", what: "pg_stat_statements" }]);
      await fourth.close();
    });
  });

  test("no extension; and an extension in another schema", async () => {
    await withTables(async (db) => {
      const none = await between(db, async () => runAs(db, "clerk", "select * from visit", 7));
      expect(none).toMatchObject({ statements: [], lacks: [{ lack: "not installed", what: "pg_stat_statements" }] });
      await db.exec('create schema "Ext ensions"; create extension pg_stat_statements schema "Ext ensions"');
      const there = await between(db, async () => runAs(db, "clerk", "select * from visit", 7));
      expect(shown(there)).toEqual(["clerk SELECT public.visit: 7, 35 rows"]);
      expect(there.lacks).toEqual([]);
    }, TABLES);
  });

  test("without pg_read_all_stats the own statements are seen, and with it nothing old is taken for new", async () => {
    const { cluster } = opened();
    await withTables(async (db, name) => {
      await db.exec("alter role blind password 'x'");
      await runAs(db, "clerk", "select * from visit", 7);
      const blind = await openServer(cluster.url(name, "blind", "x"));
      const hidden = await readStatements(blind, SCOPE, null);
      expect(hidden.statements).toEqual([]);
      expect(hidden.lacks).toContainEqual({ lack: "privilege", what: "pg_stat_statements" });
      await runAs(db, "clerk", "select * from visit", 1);
      await db.exec("grant pg_read_all_stats to blind");
      const first = await readStatements(blind, SCOPE, hidden.cursor);
      // the seven calls were made before the first reading, which did not see them
      expect(first.statements).toEqual([]);
      expect(first.lacks).toEqual([{ lack: "nothing before", what: "pg_stat_statements" }]);
      await runAs(db, "clerk", "select * from visit", 2);
      const second = await readStatements(blind, SCOPE, first.cursor);
      expect(shown(second)).toEqual(["clerk SELECT public.visit: 2, 10 rows"]);
      expect(second.lacks).toEqual([]);
      await db.exec("revoke select on pg_stat_statements from public");
      const refused = await readStatements(blind, SCOPE, second.cursor);
      expect(refused).toMatchObject({ statements: [], lacks: [{ lack: "privilege", what: "pg_stat_statements" }] });
      // what could not be read is compared with the reading before that
      await runAs(db, "clerk", "select * from visit", 2);
      await db.exec("grant select on pg_stat_statements to public");
      expect(shown(await readStatements(blind, SCOPE, refused.cursor))).toEqual([
        "clerk SELECT public.visit: 2, 10 rows",
      ]);
      await blind.close();
    });
  });

  test.each(["none", "top"])("track = %s is a lack", async (track) => {
    await withTables(async (db) => {
      await db.exec(`set pg_stat_statements.track = ${track}`);
      const reading = await between(db, async () => runAs(db, "clerk", "select * from visit", 3));
      expect(reading.lacks).toEqual([{ lack: "setting", what: "pg_stat_statements.track" }]);
      expect(shown(reading)).toEqual(track === "none" ? [] : ["clerk SELECT public.visit: 3, 15 rows"]);
    });
  });

  test("so is the value of a role that its sessions use, and compute_query_id = off", async () => {
    await withTables(async (db) => {
      await db.exec("alter role clerk set pg_stat_statements.track = 'none'");
      expect((await between(db, async () => {})).lacks).toEqual([
        { lack: "setting", what: "pg_stat_statements.track" },
      ]);
      await db.exec("alter role clerk set pg_stat_statements.track = 'top'");
      expect((await between(db, async () => {})).lacks).toEqual([
        { lack: "setting", what: "pg_stat_statements.track" },
      ]);
      // the session of watch alone counts everything, and those of others may not
      await db.exec("alter role clerk reset all; set pg_stat_statements.track = 'all'");
      expect((await between(db, async () => {})).lacks).toEqual([
        { lack: "setting", what: "pg_stat_statements.track" },
      ]);
      await db.exec("reset pg_stat_statements.track; alter role nurse set compute_query_id = off");
      expect((await between(db, async () => {})).lacks).toEqual([{ lack: "setting", what: "compute_query_id" }]);
      await db.exec("alter role nurse reset all; set compute_query_id = off");
      expect((await between(db, async () => {})).lacks).toEqual([{ lack: "setting", what: "compute_query_id" }]);
    });
  });

  test("a name without a schema that several schemas have is not attributed", async () => {
    await withTables(async (db) => {
      await db.exec("create schema other; create table other.visit (id int)");
      const reading = await between(db, async () => {
        await runAs(db, "clerk", "select * from visit", 3);
        await runAs(db, "clerk", "select * from public.visit where id = 1", 2);
      });
      expect(shown(reading)).toEqual(["clerk SELECT public.visit: 2, 2 rows"]);
      expect(reading.lacks).toEqual([{ lack: "setting", what: "search_path" }]);
    });
  });

  test("no value of a statement is in a reading", async () => {
    await withTables(async (db) => {
      const reading = await between(db, async () => {
        await runAs(db, "clerk", "select * from visit where note = 'k9 secret'", 2);
        await db.exec("copy (select * from visit where note = 'k9 secret') to stdout");
      });
      expect(reading.statements.length).toBeGreaterThan(0);
      expect(JSON.stringify(reading)).not.toMatch(/k9|secret/);
      expect(reading.statements[0]?.relations).toEqual([VISIT]);
    });
  });
});

onServers({ ...COUNTED, "pg_stat_statements.max": "100" }, (opened) => {
  test("an eviction is a lack, and what is left is never more than was executed", async () => {
    await inDatabase(opened().cluster, EXTENSION + TABLES, async (db) => {
      await runAs(db, "clerk", "select * from visit", 2);
      const reading = await between(db, async () => {
        // other statements, each executed more often than ours, take all places
        for (let n = 0; n < 300; n += 1) {
          const other = `select ${Array.from({ length: (n % 100) + 1 }, () => "1").join(", ")}, ${n < 100 ? "1" : n < 200 ? "true" : "null::int"}`;
          for (let again = 0; again < 4; again += 1) await db.query(other);
        }
        await runAs(db, "clerk", "select * from visit", 5);
      });
      expect(reading.lacks).toContainEqual({ lack: "counters lost", what: "pg_stat_statements" });
      const calls = reading.statements.find(({ role }) => role === "clerk")?.calls ?? 0;
      expect(calls).toBeLessThanOrEqual(5);
      // the entry itself says that it was made after the reading before
      expect(calls).toBeGreaterThanOrEqual(db.version >= 170000 ? 5 : 0);
    });
  });
});

onServers({}, (opened) => {
  test("an extension whose library is not loaded", async () => {
    await inDatabase(opened().cluster, EXTENSION + TABLES, async (db) => {
      const reading = await readStatements(db, SCOPE, null);
      expect(reading).toMatchObject({ statements: [], cursor: null });
      expect(reading.lacks).toContainEqual({ lack: "setting", what: "shared_preload_libraries" });
    });
  });
});

/** The same connection, on which work is done once before a statement that holds the text. */
function before(db: Db, text: string, work: () => Promise<void>): Db {
  let isDone = false;
  let last: Promise<unknown> = Promise.resolve();
  return {
    ...db,
    exec: async (sql) => {
      const sent = last.then(async () => {
        if (!isDone && sql.includes(text)) {
          isDone = true;
          await work();
        }
        return db.exec(sql);
      });
      last = sent.catch(() => {});
      return sent;
    },
  };
}
