import type { PGlite } from "@electric-sql/pglite";
import pg from "pg";
import type { SqlClient, SqlPool } from "@/lib/db/sql";

export interface TestPool extends SqlPool {
  end(): Promise<void>;
}

/** One connection on an embedded database. Who connects waits until the connection was released. */
export function embeddedPool(engine: PGlite): TestPool {
  let last: Promise<void> = Promise.resolve();

  const acquire = async (): Promise<() => void> => {
    let release: () => void = () => undefined;
    const before = last;
    last = new Promise((done) => (release = done));
    await before;
    return release;
  };

  const run: SqlClient["query"] = async <Row extends object>(text: string, values?: unknown[]) => {
    const { rows, affectedRows } = await engine.query<Row>(text, values);
    return { rows, rowCount: affectedRows ?? rows.length };
  };

  const exclusive = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    const release = await acquire();
    try {
      return await work();
    } finally {
      release();
    }
  };

  return {
    connect: async () => ({ query: run, release: await acquire() }),
    query: async <Row extends object>(text: string, values?: unknown[]) => exclusive(() => run<Row>(text, values)),
    end: async () => engine.close(),
  };
}

/** One connection to a database of a server, so that a test knows which connection is reused. */
export function serverPool(connectionString: string): TestPool {
  const pool = new pg.Pool({ connectionString, max: 1 });
  return {
    connect: async () => pool.connect(),
    query: async <Row extends object>(text: string, values?: unknown[]) =>
      pool.query<Row & pg.QueryResultRow>(text, values),
    end: async () => pool.end(),
  };
}
