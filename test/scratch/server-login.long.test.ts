import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openServer } from "../../src/db/server.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import { readMigrations } from "../../src/migration-tools/index.ts";
import { openScratch, replay, type Platform, type ReplayReport, type Scratch } from "../../src/scratch/index.ts";
import { project } from "../support/cli.ts";
import { startServer, type TestServer } from "../support/server.ts";

const PLAIN: Platform = { kind: "plain" };
const ROOT = resolve(import.meta.dirname, "../..");

describe.each([15, 18] as const)("PostgreSQL %i, the URL of a superuser", (major) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(major);
  });
  afterAll(async () => server.stop());

  /** The databases and roles on the server besides those of initdb. */
  async function leftovers(): Promise<string[]> {
    const db = await openServer(server.url);
    const rows = await db.query<{ name: string }>(
      "select datname as name from pg_database where datname not in ('postgres', 'template0', 'template1') union all select rolname from pg_roles where rolname !~ '^pg_' and rolname <> 'postgres'",
    );
    await db.close();
    return rows.map(({ name }) => name);
  }

  async function replayed<Result>(
    sql: string,
    work: (scratch: Scratch, report: ReplayReport) => Promise<Result>,
    platform?: Platform,
  ): Promise<Result> {
    const scratch = await openScratch({ kind: "server", url: server.url }, platform ? { platform } : {});
    try {
      const folder = await readMigrations(project({ "migrations/1.sql": sql }));
      return await work(scratch, await replay(scratch, folder, platform ? { platform } : {}));
    } finally {
      await scratch.close();
    }
  }

  test("migrations run no program, read and write no file, and reach no other database", async () => {
    const mark = join(mkdtempSync(join(tmpdir(), "rlsmith-test-")), "ran");
    await replayed(
      `copy (select 1) to program 'touch ${mark}';
       copy (select 1) to '${mark}';
       do $$ begin execute 'copy (select 1) to program ''touch ${mark}'''; end $$;
       reset role; set role none; reset session authorization; set session authorization postgres;
       select pg_read_file('PG_VERSION'); select lo_import('/etc/hostname');
       create extension dblink; create extension postgres_fdw; create extension file_fdw;
       create function leak() returns int leakproof language sql as 'select 1';
       create event trigger e on ddl_command_end execute function f();
       create role evil superuser; grant pg_execute_server_program to current_user;
       copy (select 2) to program 'touch ${mark}';`,
      async (scratch, { failures }) => {
        expect(() => readFileSync(mark)).toThrow("ENOENT");
        expect(failures.filter(({ sqlstate }) => sqlstate !== "42501")).toEqual([]);
        expect(failures.length).toBeGreaterThanOrEqual(8);
        expect(failures.every(({ message }) => message.includes("--scratch-superuser"))).toBe(true);
        expect(
          await scratch.db.query(
            "select rolsuper, pg_has_role('pg_execute_server_program', 'member') as programs from pg_roles where rolname = session_user",
          ),
        ).toEqual([{ rolsuper: false, programs: false }]);
      },
      PLAIN,
    );
    expect(await leftovers()).toEqual([]);
  });

  test("objects go to roles, roles act, and what goes to the superuser stays with the owner", async () => {
    await replayed(
      `create role keeper; create schema s authorization keeper; create role reader;
       create table s.t (id int); alter table s.t owner to keeper; alter table s.t enable row level security;
       create policy p on s.t to reader using (id = 1); grant usage on schema s to reader; grant select on s.t to reader;
       create table u (id int); alter table u owner to postgres;
       create extension pgcrypto; comment on extension plpgsql is 'x';
       insert into s.t values (1), (2);`,
      async ({ db }, report) => {
        expect(report.failures).toEqual([]);
        expect(report.notices.map(({ code }) => code)).toEqual(["superuser-stood-in-for"]);
        await db.exec("begin; set local role reader");
        expect(await db.query("select id from s.t")).toEqual([{ id: 1 }]);
        await db.exec("rollback");
        const { relations } = await inspect(db);
        expect(relations.map(({ name, owner }) => ({ name, owner }))).toEqual([
          { name: "u", owner: "rlsmith_owner" },
          { name: "t", owner: "keeper" },
        ]);
      },
      PLAIN,
    );
    expect(await leftovers()).toEqual([]);
  });

  test("a Supabase project: BYPASSRLS of the platform's roles, triggers on auth.users, policies on storage", async () => {
    await replayed(
      `create table docs (id int, owner uuid references auth.users); alter table docs enable row level security;
       create policy own on docs to authenticated using (owner = auth.uid());
       create policy files on storage.objects for select using (owner = auth.uid());
       create function f() returns trigger language plpgsql security definer as $$ begin insert into public.docs values (1, new.id); return new; end $$;
       create trigger t after insert on auth.users for each row execute function f();
       alter default privileges for role postgres in schema public grant select on tables to anon;
       grant usage on schema public to supabase_auth_admin; alter function f() owner to supabase_admin;`,
      async ({ db }, { failures }) => {
        // Where postgres is the superuser of the server, its default privileges are not the migrations' to change.
        expect(failures.map(({ firstLine }) => firstLine)).toEqual([
          "alter default privileges for role postgres in schema public grant select on tables to anon",
        ]);
        expect(
          await db.query(
            "select rolname::text as name from pg_roles where rolbypassrls and not rolsuper and rolname !~ '^rlsmith' order by 1",
          ),
        ).toEqual(["service_role", "supabase_admin", "supabase_read_only_user"].map((name) => ({ name })));
        await db.exec("insert into auth.users (id) values (gen_random_uuid())");
        expect(await db.query("select count(*)::int as n from docs")).toEqual([{ n: 1 }]);
        await db.exec("begin; set local role authenticated");
        expect(await db.query("select count(*)::int as n from docs")).toEqual([{ n: 0 }]);
        await db.exec("rollback");
      },
    );
    expect(await leftovers()).toEqual([]);
  });

  test("the last of two that overlap drops the roles of both", async () => {
    const first = await openScratch({ kind: "server", url: server.url });
    const second = await openScratch({ kind: "server", url: server.url });
    await first.close();
    expect(await leftovers()).toContain("authenticated");
    await second.close();
    expect(await leftovers()).toEqual([]);
  });

  test("a role of the server with rights beyond a database is not handed to the migrations", async () => {
    const admin = await openServer(server.url);
    await admin.exec(
      "create role runner; grant pg_execute_server_program to runner; create role nested; grant runner to nested; create role boss superuser",
    );
    await replayed(
      "select 1",
      async ({ db }) => {
        const roles = await db.query<{ name: string }>(
          "select rolname::text as name from pg_roles where rolname in ('runner', 'nested', 'boss', 'postgres') and pg_has_role(rolname, 'member')",
        );
        expect(roles).toEqual([]);
      },
      PLAIN,
    );
    await admin.exec("drop role nested, runner, boss");
    await admin.close();
    expect(await leftovers()).toEqual([]);
  });

  test.each(["SIGINT", "EPIPE"] as const)("nothing is left after %s", async (how) => {
    const files = Object.fromEntries(
      Array.from({ length: 20 }, (_, n) => [
        `supabase/migrations/${n + 10}_a.sql`,
        how === "SIGINT" ? "select pg_sleep(0.3);" : "select 1;",
      ]),
    );
    const args = [resolve(ROOT, "node_modules/jiti/lib/jiti-cli.mjs"), resolve(ROOT, "src/cli/main.ts"), "inspect"];
    const child = spawn(process.execPath, [...args, project(files), "--format", "json", "--scratch", server.url], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    child.stderr.on("data", (chunk) => (said += String(chunk)));
    const ended = new Promise<number | null>((done) => child.on("close", done));
    if (how === "EPIPE") child.stdout.destroy();
    else {
      while ((await leftovers()).every((name) => !name.startsWith("rlsmith_scratch")))
        await new Promise((done) => setTimeout(done, 50));
      child.kill(how);
    }
    expect(await ended).toBe(how === "SIGINT" ? 130 : 141);
    expect(said).not.toContain("bug");
    expect(said).not.toMatch(/password|SCRAM/);
    expect(await leftovers()).toEqual([]);
  });
});
