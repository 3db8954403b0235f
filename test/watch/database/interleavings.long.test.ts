import fc from "fast-check";
import { expect, test } from "vitest";
import type { Db } from "../../../src/db/port.ts";
import { openServer } from "../../../src/db/server.ts";
import { readStatements, readTables } from "../../../src/watch/database/index.ts";
import { COUNTED, inDatabase, killSession, onServers, patiently, runAs, SCOPE, TABLES, VISIT } from "./statistics.ts";

const STATEMENTS = [
  { role: "clerk", text: "select * from visit", rows: 5 },
  { role: "nurse", text: "select * from visit", rows: 0 },
  { role: "clerk", text: "update visit set note = 'a' where id = 1", rows: 1 },
] as const;

type Step =
  | { do: "run"; statement: 0 | 1 | 2; times: number }
  | { do: "sample" | "reset" | "reset one" | "reset tables" | "evict" | "restart" | "immediate" | "kill" };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant("run" as const),
      statement: fc.constantFrom(0 as const, 1 as const, 2 as const),
      times: fc.integer({ min: 1, max: 6 }),
    }),
  },
  { weight: 8, arbitrary: fc.constant({ do: "sample" as const }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom("reset" as const, "reset one" as const, "reset tables" as const) }),
  },
  { weight: 2, arbitrary: fc.constant({ do: "evict" as const }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom("restart" as const, "immediate" as const, "kill" as const) }),
  },
);

/** What was executed since the last sample. */
interface Executed {
  calls: number[];
  updates: number;
}

const RUNS = Number(process.env["RLSMITH_INTERLEAVINGS"] ?? 15);

onServers({ ...COUNTED, "pg_stat_statements.max": "100", autovacuum: "off" }, (opened) => {
  test("differences are never larger than what was executed, and equal to it where nothing is lacking", async () => {
    const { cluster, major } = opened();
    const seen = { exact: 0, lacking: 0, exactTables: 0 };
    const run = async (steps: readonly Step[]): Promise<void> =>
      inDatabase(cluster, `create extension pg_stat_statements; ${TABLES}`, async (first, name) => {
        let db: Db = first;
        const reopen = async (): Promise<void> => {
          db = await patiently(() => openServer(cluster.url(name)));
        };
        let statements: unknown = null;
        let tables: unknown = null;
        let executed: Executed = { calls: [0, 0, 0], updates: 0 };
        const sample = async (): Promise<void> => {
          // a session adds its counts of tables to the shared ones with a delay, and this one at once
          await db.query("select pg_stat_force_next_flush()");
          const [counted, changed] = [await readStatements(db, SCOPE, statements), await readTables(db, SCOPE, tables)];
          const isFirst = statements === null;
          [statements, tables] = [counted.cursor, changed.cursor];
          const was = executed;
          executed = { calls: [0, 0, 0], updates: 0 };
          if (isFirst) return;
          STATEMENTS.forEach(({ role, text, rows }, index) => {
            const command = text.startsWith("select") ? "SELECT" : "UPDATE";
            const found = counted.statements.filter((one) => one.role === role && one.command === command);
            const sum = (key: "calls" | "rows" | "time" | "blocks"): number =>
              found.reduce((all, one) => all + one[key], 0);
            const calls = was.calls[index] ?? 0;
            for (const key of ["calls", "rows", "time", "blocks"] as const) expect(sum(key)).toBeGreaterThanOrEqual(0);
            expect(sum("calls")).toBeLessThanOrEqual(calls);
            expect(sum("rows")).toBeLessThanOrEqual(calls * rows);
            const least = counted.lacks.length === 0 ? [calls, calls * rows] : [0, 0];
            expect(sum("calls")).toBeGreaterThanOrEqual(least[0] ?? 0);
            expect(sum("rows")).toBeGreaterThanOrEqual(least[1] ?? 0);
          });
          seen[counted.lacks.length === 0 ? "exact" : "lacking"] += 1;
          const updated = changed.tables.find(({ relation }) => relation === VISIT)?.updated ?? 0;
          expect(updated).toBeGreaterThanOrEqual(changed.lacks.length === 0 ? was.updates : 0);
          expect(updated).toBeLessThanOrEqual(was.updates);
          seen.exactTables += changed.lacks.length === 0 ? 1 : 0;
        };
        for (const one of [...steps, { do: "sample" } as const]) {
          if (one.do === "run") {
            const { role, text } = STATEMENTS[one.statement];
            await runAs(db, role, text, one.times);
            executed.calls[one.statement] = (executed.calls[one.statement] ?? 0) + one.times;
            if (one.statement === 2) executed.updates += one.times;
            // so that a kill loses what is shared, as it would on a server that has some traffic
            await db.query("select pg_stat_force_next_flush()");
          } else if (one.do === "sample") await sample();
          else if (one.do === "reset") await db.exec("select pg_stat_statements_reset()");
          else if (one.do === "reset tables")
            await db.exec("select pg_stat_reset_single_table_counters('visit'::regclass)");
          else if (one.do === "reset one") {
            // see `differences`: no trace is left of an entry that no reading has seen, and before 17 of none that has
            // grown beyond its old counters
            await sample();
            if (major >= 17)
              await db.exec(
                "select pg_stat_statements_reset(userid, dbid, queryid) from pg_stat_statements where query like 'select * from visit%' and calls > 0",
              );
          } else if (one.do === "evict") await evict(db);
          else {
            if (one.do === "kill") await killSession(cluster.url(name));
            await db.close().catch(() => {});
            if (one.do === "restart") await cluster.restart();
            if (one.do === "immediate") await cluster.crash();
            await reopen();
          }
        }
        await db.close();
      });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 18 }), async (steps) =>
        run([{ do: "sample" }, ...steps]),
      ),
      { numRuns: RUNS, endOnFailure: true },
    );
    // both kinds of samples were there
    expect(seen.exact).toBeGreaterThan(0);
    expect(seen.lacking).toBeGreaterThan(0);
    expect(seen.exactTables).toBeGreaterThan(0);
    if (process.env["RLSMITH_INTERLEAVINGS"] !== undefined) console.log(`${major}: ${JSON.stringify(seen)}`);
  });
});

/** More statements than there are places, so that those which were executed least lose theirs. */
async function evict(db: Db): Promise<void> {
  const texts = Array.from({ length: 130 }, (_, n) => `select ${Array.from({ length: n + 1 }, () => "1").join(", ")}`);
  await db.exec(texts.join("; "));
}
