import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { rlsmith } from "../../support/cli.ts";
import { startStaging, type Staging } from "./staging.ts";

// The policies' plan and the clean-up are about the same relation, and the clean-up alone is about a default of it. One
// rollback takes both back.

const CLAIM = "((auth.jwt() -> 'app_metadata') ->> 'shop_id')::uuid";
const VARIABLE = "nullif(current_setting('app.shop_id', true), '')::uuid";
const MIGRATION = `
create table public.bill (id uuid primary key, shop_id uuid not null default ${VARIABLE}, note text);
alter table public.bill enable row level security;
grant select, insert, update, delete on public.bill to authenticated;
create policy bill_all on public.bill to authenticated using (shop_id = coalesce(${VARIABLE}, ${CLAIM}));
`;
const config = (more = ""): string => `import { defineConfig } from "rlsmith";
export default defineConfig({
  migrations: { folder: "supabase/migrations", layout: "supabase" },
  context: { "app.shop_id": { claim: "app_metadata.shop_id", type: "uuid" } },
  ${more}
  targets: { staging: { url: { env: "STAGING_URL" } } },
});
`;

let staging: Staging;
beforeAll(async () => {
  staging = await startStaging(MIGRATION, config());
}, 60_000);
afterAll(async () => staging?.stop());

async function run(...args: string[]): Promise<void> {
  const { code, stdout, stderr } = await rlsmith(args, { cwd: staging.dir, env: { STAGING_URL: staging.server.url } });
  expect(code, stdout + stderr).toBe(0);
}

/** The policy and the default, as PostgreSQL prints them. */
const state = async (): Promise<unknown[]> =>
  (
    await staging.client.query(
      `select pg_get_expr(p.polqual, p.polrelid) as policy, pg_get_expr(d.adbin, d.adrelid) as default
       from pg_policy p join pg_attrdef d on d.adrelid = p.polrelid`,
    )
  ).rows;

test("both are taken back by one command, tried first", async () => {
  const before = await state();
  await run("plan", "--no-rehearse");
  await run("apply", "--target", "staging");
  writeFileSync(join(staging.dir, "rlsmith.config.ts"), config('columnDefaults: "rewrite",'));
  await run("cleanup", "--sql", "--no-rehearse");
  await run("apply", "--plan", ".rlsmith/cleanup.json", "--target", "staging");
  const after = await state();
  expect(JSON.stringify(after)).not.toContain("app.shop_id");
  await run("rollback", "--target", "staging", "--to", "0", "--dry-run");
  expect(await state()).toEqual(after);
  await run("rollback", "--target", "staging", "--to", "0");
  expect(await state()).toEqual(before);
}, 300_000);
