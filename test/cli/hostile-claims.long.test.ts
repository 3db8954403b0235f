import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { quoteIdent, quoteLiteral } from "../../src/pg/identifier.ts";
import { project, rlsmith } from "../support/cli.ts";
import { expectHarmless, expectJson, expectMarkdown, hostile } from "../support/hostile.ts";

const id = (prefix: string): string => quoteIdent(hostile(prefix));
const text = (prefix: string): string => quoteLiteral(hostile(prefix));
const USER = "'00000000-0000-4000-8000-000000000001'";

/** A sync that misses deletes and changes of the role, and a user whose claims are not in step. */
const SYNC = `
create table ${id("staff")} (${id("id")} uuid default gen_random_uuid(), ${id("org")} uuid not null,
  ${id("user")} uuid unique references auth.users (id), ${id("role")} text not null default ${text("boss")},
  "$rlsmith$ */ -- $$" text not null default 'active', primary key (${id("id")}, "$rlsmith$ */ -- $$"));
alter table ${id("staff")} enable row level security;
create policy ${id("p")} on ${id("staff")} to authenticated
  using (${id("org")} = (auth.jwt() -> 'app_metadata' ->> ${text("org")})::uuid and ${id("role")} = auth.jwt() -> 'app_metadata' ->> ${text("role")});
create function ${id("sync")}() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  update auth.users set raw_app_meta_data = coalesce(raw_app_meta_data, '{}')
    || jsonb_build_object(${text("org")}, new.${id("org")}, ${text("role")}, new.${id("role")}) where id = new.${id("user")};
  return new;
end $$;
create trigger ${id("trig")} after insert or update of ${id("org")} on ${id("staff")} for each row execute function ${id("sync")}();
insert into auth.users (id, email) values (${USER}, ${text("mail")});
insert into ${id("staff")} (${id("org")}, ${id("user")}) values ('00000000-0000-4000-8000-0000000000aa', ${USER});
update auth.users set raw_app_meta_data = jsonb_build_object(${text("org")}, ${text("other")}, ${text("role")}, 'x') where id = ${USER};
`;

const FILES = { "supabase/migrations/20250101000000_staff.sql": SYNC };

test.each(["terminal", "json", "markdown"])("claims as %s", async (format) => {
  const { code, stdout, stderr } = await rlsmith(["claims", project(FILES), "--format", format]);
  expect([code, stderr]).toEqual([1, expect.not.stringContaining("bug")]);
  expectHarmless(stderr);
  expectHarmless(stdout);
  if (format === "json") expectJson(stdout);
  if (format === "markdown") expectMarkdown(stdout);
  expect(stdout).toMatch(/sync-misses-delete/);
});

test("--fix writes a migration that runs, and after which there is nothing to report", async () => {
  const dir = project(FILES);
  const fixed = await rlsmith(["claims", dir, "--fix"]);
  expect([fixed.code, fixed.stderr]).toEqual([1, expect.not.stringContaining("bug")]);
  expectHarmless(fixed.stderr);
  const folder = join(dir, "supabase/migrations");
  const made = readdirSync(folder).filter((name) => name.endsWith("claims_sync.sql"));
  expect(made).toHaveLength(1);
  expectHarmless(readFileSync(join(folder, made[0] ?? ""), "utf8"));
  const again = await rlsmith(["claims", dir, "--strict"]);
  expect([again.code, again.stderr]).toEqual([0, expect.not.stringContaining("error")]);
  expect(again.stdout).toMatch(/No findings/);
  expectHarmless(again.stdout);
});

test.each([
  ["a relation", { relation: `public.${id("none")}`, user: hostile("user"), claims: { a: hostile("org") } }],
  ["a column", { relation: `public.${id("staff")}`, user: hostile("none"), claims: { a: hostile("org") } }],
  ["an expression", { relation: `public.${id("staff")}`, user: hostile("user"), claims: { a: `${hostile("(")} (` } }],
  [
    "active rows",
    { relation: `public.${id("staff")}`, user: hostile("user"), claims: { a: hostile("org") }, active: hostile("x") },
  ],
])("%s of the config that does not fit", async (_, claimsSync) => {
  const dir = project({ ...FILES, "rlsmith.config.ts": `export default ${JSON.stringify({ claimsSync })};` });
  const { code, stdout, stderr } = await rlsmith(["claims", dir]);
  expect([code, stdout]).toEqual([2, ""]);
  expectHarmless(stderr);
});
