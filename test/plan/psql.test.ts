import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openServer } from "../../src/db/server.ts";
import type { Db } from "../../src/db/port.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import { renderMigration } from "../../src/plan/migration.ts";
import type { Migration } from "../../src/plan/plan.ts";
import { planFor } from "../support/plan.ts";
import { startServer, type TestServer } from "../support/server.ts";

const MISSING = spawnSync("psql", ["--version"]).error ? " (no psql here)" : "";

const SETTING = "nullif(current_setting('app.org_id', true), '')::uuid";
const START = `
  drop schema if exists shop cascade; create schema shop;
  create table shop.item (id int, org_id uuid);
  alter table shop.item enable row level security;
  create policy item_read on shop.item for select
    using (org_id = coalesce(${SETTING}, (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid));
  create policy "write it" on shop.item for insert
    with check (org_id = coalesce(${SETTING}, (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid));`;

// the one tool that sends each statement by itself and goes on after an error
describe.skipIf(MISSING !== "")(`psql runs the files${MISSING}`, () => {
  let server: TestServer;
  let db: Db;
  beforeAll(async () => {
    server = await startServer(15);
    db = await openServer(server.url);
    await db.exec(
      "create schema auth; create function auth.jwt() returns jsonb language sql stable as $$ select '{}'::jsonb $$",
    );
  });
  afterAll(async () => {
    await db?.close();
    await server?.stop();
  });
  beforeEach(async () => db.exec(START));

  const dir = mkdtempSync(join(tmpdir(), "rlsmith-psql-"));
  const psql = (sql: string, ...flags: string[]): { status: number | null; errors: string } => {
    const file = join(dir, "file.sql");
    writeFileSync(file, sql);
    const ran = spawnSync("psql", ["-X", "-q", ...flags, "-f", file, server.url], { encoding: "utf8" });
    return { status: ran.status, errors: ran.stderr.replaceAll(/^.*file\.sql:/gm, "") };
  };
  const reads = async (): Promise<string> =>
    (await inspect(db)).policies
      .map(({ using, check }) => (`${using} ${check}`.includes("current_setting") ? "setting" : "claim"))
      .join();
  const migration = async (ownTransaction: boolean): Promise<Migration> =>
    renderMigration(
      planFor(await inspect(db), { context: { "app.org_id": { claim: "app_metadata.org_id", type: "uuid" } } }),
      { ownTransaction, rollbackFile: "down.sql" },
    );

  test.each([
    { ownTransaction: true, flags: [] },
    { ownTransaction: true, flags: ["-v", "ON_ERROR_STOP=1"] },
    { ownTransaction: false, flags: ["-1"] },
    { ownTransaction: false, flags: ["-1", "-v", "ON_ERROR_STOP=1"] },
  ])("up and down, twice each: own transaction $ownTransaction, psql $flags", async ({ ownTransaction, flags }) => {
    const { up, down } = await migration(ownTransaction);
    for (const [file, expected] of [
      [up, "claim,claim"],
      [up, "claim,claim"],
      [down, "setting,setting"],
      [down, "setting,setting"],
    ] as const) {
      expect(psql(file, ...flags)).toEqual({ status: 0, errors: "" });
      expect(await reads()).toBe(expected);
    }
  });

  test.each([{ flags: [] }, { flags: ["-v", "ON_ERROR_STOP=1"] }])(
    "a policy that was changed stops all of it: psql $flags",
    async ({ flags }) => {
      const { up } = await migration(true);
      await db.exec(`alter policy "write it" on shop.item with check (org_id = ${SETTING} and id > 3)`);
      expect(psql(up, ...flags).errors).toContain("policy write it on shop.item was changed after the plan was made");
      expect(await reads()).toBe("setting,setting");
    },
  );

  test("without a transaction the first check stops it", async () => {
    const { up } = await migration(false);
    const { status, errors } = psql(up, "-v", "ON_ERROR_STOP=1");
    expect([status, errors]).toEqual([3, expect.stringContaining("this file must run in one transaction")]);
    expect(await reads()).toBe("setting,setting");
  });
});
