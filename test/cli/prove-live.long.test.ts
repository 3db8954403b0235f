import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openServer } from "../../src/db/server.ts";
import { exitOfComparison, sideOptions } from "../../src/cli/prove-options.ts";
import { openSide, proveSides, type SideProof } from "../../src/pipeline/side.ts";
import { openScratch } from "../../src/scratch/open.ts";
import { project } from "../support/cli.ts";
import { startServer, type TestServer } from "../support/server.ts";

/** A live database and the files that made it: nothing has changed, whatever the stand-in of a platform has of its own. */
const PROJECTS: Readonly<Record<string, string>> = {
  "plain PostgreSQL with a helper schema": `
    create role ledger_app nologin;
    create schema helper; grant usage on schema helper to ledger_app;
    create function helper.org() returns uuid language sql stable as $$ select nullif(current_setting('app.org', true), '')::uuid $$;
    create table public.ledger (id bigint generated always as identity primary key, org_id uuid not null, kind varchar(10));
    alter table public.ledger enable row level security;
    create policy ledger_org on public.ledger to ledger_app using (org_id = helper.org() and kind in ('a', 'b', 'c'));
    grant select, insert on public.ledger to ledger_app;`,
  "a table that FORCE binds its owner to, as of Rails": `
    create table public.orders (id bigserial primary key, tenant_id bigint not null);
    alter table public.orders enable row level security; alter table public.orders force row level security;
    create policy tenants on public.orders using (tenant_id = current_setting('rls.tenant_id', true)::bigint);
    create view public.order_count with (security_invoker = true) as select count(*) from public.orders;`,
  "PostgREST with roles of its own, and a definer helper": `
    create role api_anon nologin; create role api_user nologin;
    create table public.member (user_id uuid, org_id uuid); alter table public.member enable row level security;
    create function public.my_orgs() returns setof uuid language sql stable security definer set search_path = '' as
      $$ select m.org_id from public.member m where m.user_id = (current_setting('request.jwt.claims', true)::jsonb ->> 'sub')::uuid $$;
    create table public.doc (id int primary key, org_id uuid); alter table public.doc enable row level security;
    create policy own on public.doc to api_user using (org_id in (select public.my_orgs()));
    grant select on public.doc to api_user, api_anon; grant usage on schema public to api_anon, api_user;`,
};

let server: TestServer;

beforeAll(async () => {
  server = await startServer(15);
}, 60_000);
afterAll(async () => server.stop());

async function exec(url: string, sql: string): Promise<void> {
  const db = await openServer(url);
  try {
    await db.exec(sql);
  } finally {
    await db.close();
  }
}

async function compared(before: string, after: string): Promise<SideProof> {
  const [first, second] = [await openSide(before, sideOptions()), await openSide(after, sideOptions())];
  try {
    return await proveSides(first, second, [], {});
  } finally {
    await first.close();
    await second.close();
  }
}

const findings = ({ verdicts, added, objects }: SideProof): unknown[] => [
  ...verdicts.filter(({ decision }) => decision !== "equivalent" && decision !== "no-privilege"),
  ...added,
  ...objects,
];

describe("a live database against the files that made it", () => {
  let count = 0;
  for (const [title, sql] of Object.entries(PROJECTS))
    test(`${title}`, async () => {
      count += 1;
      await exec(server.url, `create database live_${count}`);
      const url = server.url.replace(/postgres$/, `live_${count}`);
      await exec(url, sql);
      // what an administrator set by hand, and no file knows
      await exec(url, `alter database live_${count} set search_path = public, pg_catalog`);
      const folder = project({ "migrations/001_init.sql": sql });
      const [there, back] = [await compared(url, folder), await compared(folder, url)];
      expect([findings(there), exitOfComparison(there)]).toEqual([[], 0]);
      expect([findings(back), exitOfComparison(back)]).toEqual([[], 0]);
      // and a change is seen
      const opened = project({ "migrations/001_init.sql": `${sql} create role late login bypassrls;` });
      expect(exitOfComparison(await compared(url, opened))).toBe(1);
    }, 120_000);

  test("a database on Supabase", async () => {
    const sql = `create table public.note (id uuid primary key, org_id uuid); alter table public.note enable row level security;
      create policy own on public.note to authenticated using (org_id = (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid);
      create policy files on storage.objects for select to authenticated using (owner = auth.uid());`;
    const live = await openScratch({ kind: "server", url: server.url, superuser: true });
    try {
      await live.db.exec(sql);
      const [row] = await live.db.query<{ name: string }>("select current_database() as name");
      const url = server.url.replace(/postgres$/, row?.name ?? "");
      const folder = project({ "supabase/migrations/20240101000000_init.sql": sql });
      const there = await compared(url, folder);
      expect([findings(there), exitOfComparison(there)]).toEqual([[], 0]);
    } finally {
      await live.close();
    }
  }, 120_000);
});
