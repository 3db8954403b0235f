import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { rlsmith, type CliResult } from "../../support/cli.ts";

// Where nothing was looked for, or no call came into the function, the exit code is 3.

const TABLE = `
create table public.note (id uuid primary key, org_id uuid not null);
alter table public.note enable row level security;
create policy note_all on public.note to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
`;
const NIGHTLY = `${TABLE}
create function public.nightly() returns uuid language plpgsql as $$
begin
  return nullif(current_setting('app.org_id', true), '')::uuid;
end $$;
revoke execute on function public.nightly() from public, anon, authenticated;
`;
const CONTEXT = `context: { "app.org_id": { claim: "app_metadata.org_id", type: "uuid" } },`;
const DECIDED = `cleanup: { functions: { "public.nightly": { decision: "claim", reason: "it gets a token" } } },`;

async function cleanup(migration: string, config: string): Promise<CliResult> {
  const dir = mkdtempSync(join(tmpdir(), "rlsmith-nothing-"));
  mkdirSync(join(dir, "supabase/migrations"), { recursive: true });
  writeFileSync(join(dir, "supabase/migrations/20250101000000_all.sql"), migration);
  const text = `import { defineConfig } from "rlsmith";
export default defineConfig({ migrations: { folder: "supabase/migrations", layout: "supabase" }, ${config} });\n`;
  writeFileSync(join(dir, "rlsmith.config.ts"), text);
  return rlsmith(["cleanup", "--sql", "--dry-run"], { cwd: dir });
}

test("a config that maps no variable", async () => {
  const run = await cleanup(TABLE, "");
  expect(run.stderr).toContain("NOTHING_MAPPED");
  expect(run.code).toBe(3);
});

test("a variable that the config leaves open", async () => {
  const run = await cleanup(TABLE, `context: { "app.org_id": "open" },`);
  expect(run.stderr).toContain("OPEN_DECISIONS");
  expect(run.code).toBe(3);
});

test("an edited function that no persona may call, and the answer of the config", async () => {
  const run = await cleanup(NIGHTLY, CONTEXT + DECIDED);
  expect(run.stdout).toContain("✗ no call came into public.nightly");
  expect(run.code).toBe(3);
  const answered = await cleanup(NIGHTLY, `${CONTEXT}${DECIDED} unrehearsed: { "public.nightly": "a job calls it" },`);
  expect(answered.stdout).toContain("public.nightly was not compared: a job calls it");
  expect(answered.code).toBe(0);
});
