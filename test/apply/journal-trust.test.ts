import { readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Db } from "../../src/db/port.ts";
import { openServer } from "../../src/db/server.ts";
import { historyOfDatabase, rollbackDatabase } from "../../src/pipeline/apply-database.ts";
import { startServer, type TestServer } from "../support/server.ts";

const MAKE = readFileSync(new URL("../../src/apply/queries/journal.sql", import.meta.url), "utf8");

/** SQL as the field of a journal in which the definition of a function is expected. */
const PLANTED = "grant select on public.secret to low; commit; begin; select 1";

describe.each([15, 18] as const)("PostgreSQL %i", (major) => {
  let server: TestServer;
  let admin: Db;
  beforeAll(async () => {
    server = await startServer(major);
    const root = await openServer(server.url);
    await root.exec(`create role deployer login createrole password 'pw'`);
    await root.close();
    // from version 16 on, the role that creates another is its member
    const deployer = await openServer(as("deployer", "postgres"));
    await deployer.exec("create role low login password 'pw'");
    await deployer.close();
    const grant = await openServer(server.url);
    await grant.exec("grant low to deployer");
    await grant.close();
  });
  afterAll(async () => server.stop());
  beforeEach(async () => {
    const root = await openServer(server.url);
    await root.exec("drop database if exists target with (force)");
    await root.exec("create database target owner deployer");
    await root.close();
    admin = await openServer(as("postgres", "target", "test-pw"));
    await admin.exec(`
      grant create on database target to low; grant usage, create on schema public to deployer; grant usage on schema public to low;
      set role deployer; create table public.secret (line text); insert into public.secret values ('of the deployer'); reset role`);
    await admin.close();
  });

  const as = (login: string, database = "target", password = "pw"): string => {
    const url = new URL(server.url);
    [url.username, url.password, url.pathname] = [login, password, `/${database}`];
    return url.toString();
  };
  const exec = async (login: string, sql: string): Promise<Record<string, unknown>[][]> => {
    const db = await openServer(as(login, "target", login === "postgres" ? "test-pw" : "pw"));
    try {
      return await db.exec(sql);
    } finally {
      await db.close();
    }
  };
  const lowReads = async (): Promise<unknown> =>
    (await exec("postgres", "select has_table_privilege('low', 'public.secret', 'select') as reads"))[0]?.[0];

  test("a journal that another role made is not executed, not even in a dry run", async () => {
    const state = (definition: string | null): string =>
      JSON.stringify({ relations: [], functions: [{ schema: "public", name: "f", arguments: "", definition }], schemas: [] });
    await exec(
      "low",
      `${MAKE};
       insert into rlsmith.history (run, kind, outcome, target, plan_hash, group_name, rlsmith, before, after, hash)
       values (gen_random_uuid(), 'apply', 'done', 't', 'h', 'all', '0', $low$${state(PLANTED)}$low$, $low$${state(null)}$low$, '')`,
    );
    await expect(rollbackDatabase(as("deployer"), undefined, { dryRun: true })).rejects.toMatchObject({
      code: "JOURNAL_NOT_TRUSTED",
    });
    await expect(historyOfDatabase(as("deployer"))).rejects.toMatchObject({ code: "JOURNAL_NOT_TRUSTED" });
    expect(await lowReads()).toEqual({ reads: false });
  });
});
