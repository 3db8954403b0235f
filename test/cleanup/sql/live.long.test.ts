import { afterAll, beforeAll, expect, test } from "vitest";
import { rlsmith } from "../../support/cli.ts";
import { startStaging, type Staging } from "./staging.ts";

// A setter with grants, a comment and an owner is dropped on a live database, and comes back with all of them.

const MIGRATION = `
create table public.note (id uuid primary key, org_id uuid not null, body text);
alter table public.note enable row level security;
create policy note_all on public.note to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create function public.set_org(p_org uuid, p_note text default 'it''s') returns void language plpgsql security definer
  set search_path = '' as $$ begin perform set_config('app.org_id', p_org::text, true); end $$;
comment on function public.set_org(uuid, text) is 'sets app.org_id; it''s old';
revoke all on function public.set_org(uuid, text) from public, anon;
grant execute on function public.set_org(uuid, text) to authenticated;
create procedure public.begin_org(in p_org uuid) language plpgsql as $$ begin perform public.set_org(p_org); end $$;
create function public.add_note(p_org uuid, p_body text) returns uuid language plpgsql as $$
declare
  v_id uuid := gen_random_uuid();
begin
  perform set_org(p_org);
  insert into public.note values (v_id, p_org, p_body);
  return v_id;
end $$;
revoke all on function public.add_note(uuid, text) from public, anon;
`;
const CONFIG = `import { defineConfig } from "rlsmith";
export default defineConfig({
  migrations: { folder: "supabase/migrations", layout: "supabase" },
  context: { "app.org_id": { claim: "app_metadata.org_id", type: "uuid" } },
  targets: { staging: { url: { env: "STAGING_URL" } } },
});
`;

let staging: Staging;
beforeAll(async () => {
  staging = await startStaging(MIGRATION, CONFIG);
}, 60_000);
afterAll(async () => staging?.stop());

const functions = async (): Promise<unknown[]> =>
  (
    await staging.client.query(
      `select p.oid::regprocedure::text as name, pg_get_functiondef(p.oid) as definition, pg_get_userbyid(p.proowner) as owner,
         array(select a::text from unnest(coalesce(p.proacl, acldefault('f', p.proowner))) a order by 1) as acl,
         obj_description(p.oid, 'pg_proc') as comment
       from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prokind in ('f', 'p') order by 1`,
    )
  ).rows;

const run = async (...args: string[]) => rlsmith(args, { cwd: staging.dir, env: { STAGING_URL: staging.server.url } });

test("a setter that is dropped comes back by rollback as it was", async () => {
  const before = await functions();
  const cleaned = await run("cleanup", "--sql");
  expect(cleaned.stdout).toContain(
    "Dropped, last: public.set_org(p_org uuid, p_note text), public.begin_org(IN p_org uuid)",
  );
  expect(cleaned.stdout).toMatch(/✓ tried on the scratch database and rolled back \(.*\): 0 new errors/);
  expect(cleaned.stdout).toContain("missing: plpgsql_check, which the scratch database does not have");
  expect(cleaned).toMatchObject({ code: 0 });
  const applied = await run("apply", "--plan", ".rlsmith/cleanup.json", "--target", "staging");
  expect(applied.stderr).not.toContain("error");
  expect(applied).toMatchObject({ code: 0 });
  expect((await functions()).map((one) => (one as { name: string }).name)).toEqual(["add_note(uuid,text)"]);
  const back = await run("rollback", "--target", "staging");
  expect(back.stderr).not.toContain("error");
  expect(back).toMatchObject({ code: 0 });
  expect(await functions()).toEqual(before);
}, 300_000);
