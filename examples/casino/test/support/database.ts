import { PGlite } from "@electric-sql/pglite";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import pg from "pg";
import { afterAll, beforeAll, inject } from "vitest";
import { embeddedPool, serverPool, type TestPool } from "./pools";
import { setUpFiles } from "./template";

let current: TestPool | undefined;

/** The database of the running test file, as its owner: row-level security does not apply. */
export function owner(): TestPool {
  if (current === undefined) throw new Error("call useCasinoDatabase() at the top of the test file");
  return current;
}

/** Give this test file a casino database of its own, with the migrations and the seed. */
export function useCasinoDatabase(): void {
  let dropped: () => Promise<void> = async () => undefined;
  beforeAll(async () => {
    const server = process.env["CASINO_DATABASE_URL"];
    if (server) ({ pool: current, drop: dropped } = await onServer(server));
    else current = embeddedPool(await PGlite.create({ loadDataDir: new Blob([readFileSync(inject("template"))]) }));
  });
  afterAll(async () => {
    await current?.end();
    current = undefined;
    await dropped();
  });
}

async function onServer(url: string): Promise<{ pool: TestPool; drop: () => Promise<void> }> {
  const name = `casino_test_${randomBytes(6).toString("hex")}`;
  const run = async (sql: string): Promise<void> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  };
  await run(`create database ${name}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  const pool = serverPool(own.href);
  for (const sql of setUpFiles()) await pool.exec(sql);
  return { pool, drop: async () => run(`drop database ${name} with (force)`) };
}
