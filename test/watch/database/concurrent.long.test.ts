import { expect, test } from "vitest";
import { openServer } from "../../../src/db/server.ts";
import { readStatements } from "../../../src/watch/database/index.ts";
import { COUNTED, inDatabase, onServers, SCOPE, TABLES } from "./statistics.ts";

const SESSIONS = 3;
const MILLISECONDS = 3000;

interface Load {
  /** executions that the sessions have been answered */
  executed: number;
  stop(): Promise<void>;
}

/** Sessions that execute one statement again and again until they are stopped. */
async function load(url: string): Promise<Load> {
  const result = { executed: 0, going: true };
  const sessions = Array.from({ length: SESSIONS }, async () => {
    const db = await openServer(url);
    await db.exec("set role clerk");
    for (; result.going; result.executed += 1) await db.query("select * from visit where id = $1", [2]);
    await db.close();
  });
  return {
    get executed() {
      return result.executed;
    },
    stop: async () => {
      result.going = false;
      await Promise.all(sessions);
    },
  };
}

onServers(COUNTED, (opened) => {
  const underLoad = async (
    between: (n: number, exec: (sql: string) => Promise<unknown>, url: string) => Promise<void>,
  ) => {
    const sums = { calls: 0, executed: 0, samples: 0, lacking: 0, smallest: 0 };
    await inDatabase(opened().cluster, `create extension pg_stat_statements; ${TABLES}`, async (db, name) => {
      let { cursor } = await readStatements(db, SCOPE, null);
      const running = await load(opened().cluster.url(name));
      const until = performance.now() + MILLISECONDS;
      const sample = async (): Promise<void> => {
        const reading = await readStatements(db, SCOPE, cursor);
        cursor = reading.cursor;
        sums.samples += 1;
        sums.lacking += reading.lacks.length > 0 ? 1 : 0;
        for (const { calls, rows } of reading.statements) {
          sums.calls += calls;
          sums.smallest = Math.min(sums.smallest, calls, rows);
        }
      };
      while (performance.now() < until) {
        await sample();
        await between(sums.samples, async (sql) => db.exec(sql), opened().cluster.url(name));
      }
      await running.stop();
      await sample();
      sums.executed = running.executed;
    });
    return sums;
  };

  test("samples during a load count each execution once", async () => {
    const { calls, executed, samples, lacking, smallest } = await underLoad(async () => {});
    expect(calls).toBe(executed);
    expect(executed).toBeGreaterThan(100);
    expect(samples).toBeGreaterThan(10);
    expect({ lacking, smallest }).toEqual({ lacking: 0, smallest: 0 });
  });

  test("samples during a load with resets count none twice, and each reset is a lack of one sample", async () => {
    let resets = 0;
    const { calls, executed, lacking, smallest } = await underLoad(async (n, exec) => {
      if (n % 5 !== 0) return;
      resets += 1;
      await exec("select pg_stat_statements_reset()");
    });
    expect(calls).toBeLessThanOrEqual(executed);
    expect(calls).toBeGreaterThan(0);
    expect(resets).toBeGreaterThan(1);
    expect({ lacking, smallest }).toEqual({ lacking: resets, smallest: 0 });
  });

  test("resets at any moment, also in the middle of a reading, count none twice", async () => {
    let resetting: Promise<void> = Promise.resolve();
    const { calls, executed, lacking, smallest } = await underLoad(async (_, __, url) => {
      await resetting;
      // it is not waited for: the next reading begins meanwhile
      resetting = resetSoon(url).catch(() => {});
    });
    await resetting;
    expect(calls).toBeLessThanOrEqual(executed);
    expect(calls).toBeGreaterThan(0);
    expect(lacking).toBeGreaterThan(5);
    expect(smallest).toBe(0);
  });
});

async function resetSoon(url: string): Promise<void> {
  const db = await openServer(url);
  await db.exec("select pg_sleep(random() * 0.02); select pg_stat_statements_reset()");
  await db.close();
}
