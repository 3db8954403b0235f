import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openServer } from "../../src/db/server.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import type { Catalog } from "../../src/pg/catalog.ts";
import { readMigrations } from "../../src/migration-tools/index.ts";
import { replay } from "../../src/scratch/replay.ts";
import { openScratch } from "../../src/scratch/open.ts";
import { project } from "../support/cli.ts";
import { startServer, type TestServer } from "../support/server.ts";

const USUAL = {
  "supabase/migrations/1_usual.sql": `
    create type kind as enum ('a', 'b');
    create table docs (id uuid primary key default gen_random_uuid(), owner uuid references auth.users, kind kind not null default 'a', tags text[]);
    alter table docs enable row level security;
    create policy own on docs for all to authenticated using (owner = auth.uid()) with check (owner = (select auth.uid()) and kind <> 'b');
    create policy tenant on docs as restrictive for select using (coalesce(current_setting('app.x', true), auth.jwt() ->> 'x') = any (tags));
    create view mine with (security_invoker = true) as select id from docs;
    create policy files on storage.objects for select using ((storage.foldername(name))[1] = auth.uid()::text);
    create policy gone on missing using (true);`,
  "supabase/migrations/2_more.sql":
    "drop policy own on docs; create policy own2 on docs for select to service_role, anon using (id is not null);",
};

const ROOT = resolve(import.meta.dirname, "../..");

describe.each([15, 18] as const)("PostgreSQL %i", (major) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(major);
  });
  afterAll(async () => server.stop());

  /** Databases and roles of ours on the server. */
  async function leftovers(): Promise<string[]> {
    const db = await openServer(server.url);
    const rows = await db.query<{ name: string }>(
      "select datname as name from pg_database where datname like 'rlsmith%' union all select rolname from pg_roles where rolname !~ '^pg_' and rolname <> 'postgres'",
    );
    await db.close();
    return rows.map(({ name }) => name);
  }

  test("scratch databases and the roles created for them are dropped on close", async () => {
    const scratch = await openScratch({ kind: "server", url: server.url });
    const fork = await scratch.fork();
    await fork.db.exec("create table t (id int)");
    expect(await scratch.db.query("select to_regclass('t') as t")).toEqual([{ t: null }]);
    expect(await leftovers()).toContain("authenticated");
    await fork.close();
    await scratch.close();
    await scratch.close();
    expect(await leftovers()).toEqual([]);
  });

  test("roles that migrations create are dropped too, existing ones stay unchanged", async () => {
    const admin = await openServer(server.url);
    await admin.exec("create role keeper connection limit 7");
    const scratch = await openScratch({ kind: "server", url: server.url, superuser: true });
    const report = await replay(
      scratch,
      await readMigrations(
        project({
          "migrations/1.sql": `
            create role app; do $$ begin create role "In Block"; end $$;
            alter role app bypassrls; alter role authenticator set statement_timeout = '15s';
            alter role keeper connection limit 1; drop role keeper;
            alter database postgres set app.x = 'y'; alter system set work_mem = '8MB';
            create table t (id int); grant select on t to keeper, app, "In Block", unmade;`,
        }),
      ),
    );
    expect(report).toMatchObject({ failures: [], rolesMade: ["unmade"] });
    expect(report.notices.map((notice) => notice.code)).toEqual(Array(4).fill("reaches-beyond"));
    const roles =
      "select rolname, rolconnlimit from pg_roles where rolname in ('keeper', 'app', 'In Block', 'unmade', 'anon') order by 1";
    expect((await admin.query(roles)).length).toBe(5);
    const fork = await scratch.fork();
    await scratch.close();
    await fork.close();
    expect(await admin.query(roles)).toEqual([{ rolname: "keeper", rolconnlimit: 7 }]);
    await admin.exec("drop role keeper");
    await admin.close();
  });

  test("statements that change the server itself are not run, and the roles that migrations create are dropped with the database", async () => {
    const admin = await openServer(server.url);
    await admin.exec("create role keeper");
    const scratch = await openScratch({ kind: "server", url: server.url });
    const folder = await readMigrations(
      project({
        "migrations/1.sql":
          "create role fresh; alter system set work_mem = '5MB'; drop role keeper; create database other; create table t (id int);",
      }),
    );
    const report = await replay(scratch, folder);
    expect(report.failures).toEqual([]);
    expect(report.notices.map((notice) => notice.code)).toEqual(["reaches-beyond", "reaches-beyond", "reaches-beyond"]);
    expect(await scratch.db.query("select to_regclass('t')::text as t")).toEqual([{ t: "t" }]);
    await scratch.close();
    expect(await admin.query("select rolname from pg_roles where rolname in ('fresh', 'keeper')")).toEqual([
      { rolname: "keeper" },
    ]);
    expect(await admin.query("select from pg_database where datname = 'other'")).toEqual([]);
    await admin.exec("drop role keeper");
    await admin.close();
  });

  test("a login that is not a superuser: the privileges that it lacks are reported", async () => {
    const admin = await openServer(server.url);
    await admin.exec("create role maker login createdb createrole password 'maker-pw'");
    const url = new URL(server.url);
    [url.username, url.password] = ["maker", "maker-pw"];
    const notices: string[] = [];
    const scratch = await openScratch(
      { kind: "server", url: url.toString() },
      { onNotice: (text) => notices.push(text) },
    );
    const report = await replay(scratch, await readMigrations(project(USUAL)));
    expect(report.failures.map((failure) => failure.unreliable)).toEqual(["policy `gone` on `missing`"]);
    expect(notices).toEqual([expect.stringContaining("`service_role`")]);
    await scratch.close();
    expect(await leftovers()).toEqual(["maker"]);
    await admin.exec("drop role maker");
    await admin.close();
  });

  test("two scratch databases at once do not disturb each other", async () => {
    const both = await Promise.all([1, 2].map(() => openScratch({ kind: "server", url: server.url })));
    await Promise.all(both.map((scratch) => scratch.close()));
    expect((await leftovers()).filter((name) => name.startsWith("rlsmith"))).toEqual([]);
  });

  test("a project comes out as in the embedded database", async () => {
    const folder = await readMigrations(project(USUAL));
    const [native, embedded] = await Promise.all([
      openScratch({ kind: "server", url: server.url, superuser: true }),
      openScratch({ kind: "embedded" }),
    ]);
    const reports = [await replay(native, folder), await replay(embedded, folder)];
    expect(reports[0]).toEqual(reports[1]);
    const [one, other] = [await inspect(native.db), await inspect(embedded.db)];
    // 18 has one more right on tables (MAINTAIN); NOT NULL and types print alike on both
    const shape = ({ policies, functions, triggers, relations }: Catalog): object => ({
      policies,
      triggers,
      functions: functions.map(({ grants: _, ...fn }) => fn),
      relations: relations.map(({ grants: _, ...relation }) => relation),
    });
    expect(shape(one)).toEqual(shape(other));
    await native.close();
    await embedded.close();
  });

  test.each(["SIGINT", "SIGTERM"] as const)("and after %s", async (signal) => {
    const files = Object.fromEntries(
      Array.from({ length: 30 }, (_, n) => [`migrations/${n + 10}.sql`, "select pg_sleep(0.3);"]),
    );
    const child = spawn(
      process.execPath,
      [
        resolve(ROOT, "node_modules/jiti/lib/jiti-cli.mjs"),
        resolve(ROOT, "src/cli/main.ts"),
        "inspect",
        project(files),
        "--scratch",
        server.url,
      ],
      { stdio: "ignore" },
    );
    const ended = new Promise<number | null>((done) => child.on("close", done));
    while ((await leftovers()).every((name) => !name.startsWith("rlsmith")))
      await new Promise((done) => setTimeout(done, 100));
    child.kill(signal);
    expect(await ended).toBe(signal === "SIGINT" ? 130 : 143);
    expect((await leftovers()).filter((name) => name.startsWith("rlsmith"))).toEqual([]);
  });
});
