import { resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openServer } from "../../src/db/server.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import type { Catalog } from "../../src/pg/catalog.ts";
import { sameCatalog } from "../../src/rehearse/identical.ts";
import { copySchema } from "../../src/scratch/copy-schema.ts";
import { readMigrations } from "../../src/migration-tools/index.ts";
import { openScratch } from "../../src/scratch/open.ts";
import { replay } from "../../src/scratch/replay.ts";
import { startServer, type TestServer } from "../support/server.ts";

const ODD = `
  create schema "My Schema"; create role "x$r$; create role taken; --'\\";
  create type "My Schema"."Kind" as enum ('a', 'b''c');
  create domain positive as int check (value > 0) not null;
  create type pair as (a int, b text);
  create sequence numbers;
  create table "My Schema"."Docs" (
    "Id" bigint generated always as identity primary key, kind "My Schema"."Kind" not null default 'a', n positive, p pair, parent bigint references "My Schema"."Docs",
    total int generated always as (n * 2) stored, no int default nextval('numbers'), tags text[] not null default '{}', unique (kind, n)
  );
  create unique index docs_lower on "My Schema"."Docs" (lower(tags[1])) where n > 1;
  create table x (id uuid primary key, y uuid); create table y (id uuid primary key, x uuid references x); alter table x add foreign key (y) references y;
  create table events (id uuid, at date not null) partition by range (at);
  create table events_2025 partition of events for values from ('2025-01-01') to ('2026-01-01');
  create function first_doc() returns bigint language sql stable begin atomic select min("Id") from "My Schema"."Docs"; end;
  create function secret() returns uuid language plpgsql stable security definer set search_path = '' as $$ begin return auth.uid(); end $$;
  comment on function secret() is 'it''s here'; revoke all on function secret() from public; grant execute on function secret() to authenticated;
  create view seen with (security_invoker = true) as select "Id", first_doc() as first from "My Schema"."Docs";
  create function touch() returns trigger language plpgsql as $$ begin return new; end $$;
  create trigger touch before update on "My Schema"."Docs" for each row execute function touch();
  alter table "My Schema"."Docs" enable row level security; alter table "My Schema"."Docs" force row level security; alter table events enable row level security;
  create policy "read it" on "My Schema"."Docs" for select to authenticated using (secret() is not null and "Id" = first_doc());
  comment on policy "read it" on "My Schema"."Docs" is 'kept';
  create policy p on events using (id = auth.uid()); create policy q on storage.objects for select using (owner = auth.uid());
`;

let server: TestServer;
beforeAll(async () => {
  server = await startServer(15);
});
afterAll(async () => server.stop());

/** What a plan looks at; roles differ from server to server. */
const parts = ({ policies, functions, triggers, relations }: Catalog): object => ({
  policies,
  triggers,
  functions: functions.map(({ grants: _, ...fn }) => fn),
  relations: relations.map(({ grants: _, ...relation }) => relation),
});

test.each([
  ["casino", null],
  ["a schema with everything odd", ODD],
])("%s: from PostgreSQL 15 into the embedded database", async (_, sql) => {
  const from = await openScratch({ kind: "server", url: server.url, superuser: true });
  const to = await openScratch({ kind: "embedded" });
  try {
    if (sql === null)
      await replay(from, await readMigrations(resolve(import.meta.dirname, "../../examples/casino")), { strict: true });
    else await from.db.exec(sql);
    const live = await inspect(from.db);
    const report = await copySchema(from.db, to.db, live.policies);
    expect(report.failed).toEqual([]);
    expect(await to.db.query("select rolname as name from pg_roles where rolname ~ '^(x[$]|taken$)'")).toEqual(
      sql === null ? [] : [{ name: "x$r$; create role taken; --'\\" }],
    );
    const copied = await inspect(to.db);
    expect(
      sameCatalog({ ...live, roles: [] }, { ...copied, roles: [] }).differences.filter(
        (line) => !line.includes(": grants: "),
      ),
    ).toEqual([]);
    expect(parts(copied)).toEqual(parts(live));
  } finally {
    await from.close();
    await to.close();
  }
});

test("the live database is only read", async () => {
  const live = await openServer(server.url);
  const to = await openScratch({ kind: "embedded" });
  await live.exec("set default_transaction_read_only = on");
  // a write would raise 25006
  await expect(copySchema(live, to.db, [])).resolves.toBeDefined();
  await live.close();
  await to.close();
});
