import { isEnding, whenEnding } from "./ending.ts";
import type { Db } from "./port.ts";
import type { ServerDb } from "./server.ts";

/** The time in milliseconds that a server has to reply when the process ends. */
const PATIENCE = 2_000;

/**
 * A connection whose transaction is rolled back at once when the process is told to end (Ctrl-C, SIGTERM): the running
 * statement is cancelled, and no other is sent. From then on no call returns, so that the errors which this causes are
 * not reported. Measured on PostgreSQL 15 and 18 with `pg_sleep(30)` running: a CancelRequest ends the statement within
 * 5 ms. A separate connection for pg_cancel_backend would have to wait where a pooler has no free connections. `close`
 * cancels the registration.
 */
export function untilEnding(server: ServerDb): Db {
  let running: Promise<unknown> | null = null;
  const run = async <Result>(statement: () => Promise<Result>): Promise<Result> => {
    if (isEnding()) return new Promise(() => {});
    const answer = statement();
    running = answer;
    try {
      const result = await answer;
      return isEnding() ? await new Promise(() => {}) : result;
    } catch (error) {
      return isEnding() ? new Promise(() => {}) : Promise.reject(error);
    } finally {
      if (running === answer) running = null;
    }
  };
  const end = async (): Promise<void> => {
    if (running) {
      await server.cancel();
      await running.catch(() => {});
    }
    await server.exec("rollback");
    await server.close();
  };
  const forget = whenEnding(async () => {
    const late = new Promise<never>((_, fail) => setTimeout(() => fail(new Error("late")), PATIENCE).unref());
    // If the connection is closed, the server rolls back by itself.
    await Promise.race([end(), late]).catch(() => server.destroy());
  });
  const { copyOut } = server;
  return {
    engine: server.engine,
    version: server.version,
    query: async (sql, params) => run(async () => server.query(sql, params)),
    exec: async (sql) => run(async () => server.exec(sql)),
    copyOut: copyOut === null ? null : async (sql) => run(async () => copyOut(sql)),
    close: async () => {
      forget();
      await server.close();
    },
  };
}
