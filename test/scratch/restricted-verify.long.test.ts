import { afterAll, beforeAll, expect, test } from "vitest";
import { inspect } from "../../src/inspect/inspect.ts";
import { verifyScratch } from "../../src/pipeline/verify.ts";
import { silent } from "../../src/progress.ts";
import { openScratch } from "../../src/scratch/open.ts";
import { startServer, type TestServer } from "../support/server.ts";

// doors of each kind: a table that takes foreign rows, a variable, a function, a trigger with its owner's rights
const PROJECT = `
  create table public.note (id uuid primary key default gen_random_uuid(), org_id uuid not null, body text not null default '');
  alter table public.note enable row level security;
  create policy own on public.note to authenticated
    using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid)) with check (true);
  create table public.task (id uuid primary key default gen_random_uuid(), org_id uuid not null, body text not null default '');
  alter table public.task enable row level security;
  create policy own on public.task to authenticated
    using (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
  create function public.tasks(org uuid) returns setof public.task language sql security definer as 'select * from public.task where org_id = org';
  create table public.tick (id uuid primary key default gen_random_uuid(), org_id uuid not null);
  alter table public.tick enable row level security;
  create policy own on public.tick to authenticated
    using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
  create function public.touch() returns trigger language plpgsql security definer
    as 'begin update public.task set body = ''x''; return new; end';
  create trigger touch after insert on public.tick for each row execute function public.touch();
  grant select, insert, update, delete on public.note, public.task, public.tick to authenticated;
`;

let server: TestServer;
beforeAll(async () => {
  server = await startServer(15);
});
afterAll(async () => server.stop());

test("a scratch login without a superuser's rights finds what a superuser finds", async () => {
  const found = async (superuser: boolean): Promise<{ cells: number; held: number; breaches: string[] }> => {
    const scratch = await openScratch({ kind: "server", url: server.url, superuser });
    try {
      await scratch.db.exec(PROJECT);
      await scratch.grantRoles();
      const { cells, held, breaches } = await verifyScratch(
        scratch.db,
        await inspect(scratch.db),
        null,
        () => {},
        silent,
      );
      return { cells, held, breaches: breaches.map(({ door, object }) => `${door} ${object.name}`).toSorted() };
    } finally {
      await scratch.close();
    }
  };
  const restricted = await found(false);
  expect(restricted).toEqual(await found(true));
  expect(restricted.breaches).toEqual(
    expect.arrayContaining(["function public.tasks(uuid)", "policy public.note", "session-variable public.task"]),
  );
});
