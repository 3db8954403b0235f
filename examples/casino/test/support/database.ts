import { PGlite } from "@electric-sql/pglite";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, inject } from "vitest";
import { embeddedPool, serverPool, type TestPool } from "./pools";
import { databaseUrl, onServer } from "./server";

let current: TestPool | undefined;

/** The database of the running test file, as its owner: row-level security does not apply. */
export function owner(): TestPool {
  if (current === undefined) throw new Error("call useCasinoDatabase() at the top of the test file");
  return current;
}

/** Give this test file a casino database of its own, with the migrations and the seed. */
export function useCasinoDatabase(): void {
  const server = process.env["CASINO_DATABASE_URL"];
  const name = `casino_test_${randomBytes(6).toString("hex")}`;

  beforeAll(async () => {
    if (server) {
      await onServer(server, [`create database ${name} template ${inject("template")}`]);
      current = serverPool(databaseUrl(server, name));
    } else {
      current = embeddedPool(await PGlite.create({ loadDataDir: new Blob([readFileSync(inject("template"))]) }));
    }
  });

  afterAll(async () => {
    await current?.end();
    current = undefined;
    if (server) await onServer(server, [`drop database if exists ${name} with (force)`]);
  });
}
