import { describe, expect, test } from "vitest";
import { readMigrations } from "../../src/migration-tools/index.ts";
import { parseConfigToml } from "../../src/pipeline/config-toml.ts";
import { platformLine, withPlatform } from "../../src/report/platform.ts";
import { extensionsNamed, openScratch, platformOf, replay, type Platform } from "../../src/scratch/index.ts";
import { dayOf } from "../../src/scratch/platform/migration-date.ts";
import { project } from "../support/cli.ts";

const configOf = (toml: string | null) => (toml === null ? null : parseConfigToml(toml, "supabase/config.toml"));

const NOVEMBER = new Date("2026-11-28T00:00:00Z");

const platformIn = async (
  files: Record<string, string>,
  toml: string | null = null,
  today = NOVEMBER,
): Promise<Platform> => platformOf(await readMigrations(project(files)), configOf(toml), today);

const POLICY = "create policy p on t to authenticated using (owner = auth.uid());";

describe("a project of Supabase", () => {
  const cases: Record<string, Record<string, string>> = {
    "a folder supabase/": { "supabase/migrations/20250101000000_a.sql": "create table t (id int);" },
    "auth.uid() in a policy": { "migrations/1.sql": "create policy p on t using (owner = auth.uid());" },
    "quoted, as Drizzle writes it": {
      "migrations/1.sql": `create policy "p" on "t" to "authenticated" using ("owner" = (select "auth"."uid"()));`,
    },
    "a foreign key to auth.users": {
      "migrations/1.sql": "create table profile (id uuid primary key references auth.users (id));",
    },
    "a role of the Data API, and no function": {
      "migrations/1.sql": "create table t (id int); grant select on t to app_user, anon;",
    },
    "a function body that calls auth.jwt()": {
      "migrations/1.sql": "create function org() returns text language sql as $$ select auth.jwt() ->> 'org' $$;",
    },
    "its own schema auth beside Supabase's functions": {
      "migrations/1.sql": `create schema if not exists auth; ${POLICY}`,
    },
  };
  test.each(Object.entries(cases))("%s", async (_, files) => {
    expect((await platformIn(files)).kind).toBe("supabase");
  });
});

describe("no project of Supabase", () => {
  const cases: Record<string, string> = {
    "its own role": "create role app_user; create policy p on t to app_user using (true);",
    "a role that the server has": "grant select on t to app_user;",
    "PostgREST with its own roles":
      "create role authenticator noinherit login; create role anon nologin; grant anon to authenticator; grant select on t to anon;",
    "roles that a DO block creates":
      "do $$ begin if not exists (select from pg_roles where rolname = 'anon') then create role anon; end if; end $$; grant select on t to anon;",
    "roles that EXECUTE creates":
      "do $$ begin execute 'create role authenticated nologin'; end $$; grant select on t to authenticated;",
    "its own schema auth with auth.uid() and its own roles": `create schema auth; create or replace function auth.uid() returns uuid language sql as $$ select null::uuid $$; create role authenticated; ${POLICY}`,
    "its own auth.users":
      "create schema auth; create table auth.users (id int); create table t (u int references auth.users);",
    "a column that bears the name of a role": "create table session (id int, authenticated boolean, anon text);",
    "a comment": "-- like auth.uid() of Supabase, to authenticated\ncreate table t (id int);",
    "a string": "comment on table t is 'grant select on t to anon by hand, see auth.uid()';",
  };
  test.each(Object.entries(cases))("%s", async (_, sql) => {
    expect(await platformIn({ "migrations/1.sql": sql })).toEqual({ kind: "plain" });
  });
});

describe("the default grants of a Supabase project", () => {
  const of = async (names: readonly string[], toml: string | null = null, today = NOVEMBER) => {
    const platform = await platformIn(
      Object.fromEntries(names.map((name) => [`supabase/migrations/${name}`, "create table t (id int);"])),
      toml,
      today,
    );
    return platform.kind === "supabase" ? { grants: platform.defaultGrants, graphql: platform.pgGraphql } : null;
  };

  test("before all dates: granted, with pg_graphql", async () => {
    expect(await of(["20250101000000_a.sql"])).toEqual({
      grants: { state: "granted", source: "dates" },
      graphql: { installed: true, source: "dates" },
    });
  });
  test("a project from 2026-05-18 on has no pg_graphql, one from 2026-05-30 on no grants either", async () => {
    expect(await of(["20260518000000_a.sql"])).toEqual({
      grants: { state: "granted", source: "dates" },
      graphql: { installed: false, source: "dates" },
    });
    expect(await of(["20260530000000_a.sql", "20261101000000_b.sql"])).toEqual({
      grants: { state: "not granted", source: "dates" },
      graphql: { installed: false, source: "dates" },
    });
  });
  test("an older project keeps them up to 2026-10-30", async () => {
    expect((await of(["20260529000000_a.sql", "20261029235959_b.sql"]))?.grants.state).toBe("granted");
    expect((await of(["20260101000000_a.sql", "20261030000000_b.sql", "20261101000000_c.sql"]))?.grants).toEqual({
      state: "until",
      file: "supabase/migrations/20261030000000_b.sql",
      source: "dates",
    });
  });
  test("files without a date that come first may be of any day up to the first date", async () => {
    const undated = "0001_a.sql";
    expect((await of([undated]))?.grants).toEqual({ state: "granted", source: "no grants in the files" });
    expect((await of([undated, "20261130000000_b.sql"]))?.grants).toEqual({
      state: "until",
      file: "supabase/migrations/20261130000000_b.sql",
      source: "dates",
    });
    expect((await of([undated, "20240101000000_b.sql"]))?.grants).toEqual({ state: "granted", source: "dates" });
  });
  test("config.toml decides where it says so", async () => {
    const on = "[api]\nauto_expose_new_tables = true # for now\n";
    const off = "[api]\nport = 1\nauto_expose_new_tables = false\n";
    expect((await of(["20261101000000_a.sql"], on))?.grants).toEqual({ state: "granted", source: "config.toml" });
    expect((await of(["20250101000000_a.sql"], off))?.grants).toEqual({ state: "not granted", source: "config.toml" });
    expect((await of(["20250101000000_a.sql"], "[api]\nport = 1\n"))?.grants.source).toBe("dates");
  });
  test("without dates: the present default if the files grant tables themselves, else the grants that they rely on", async () => {
    const granting = {
      "supabase/migrations/1_a.sql": `create table t (owner uuid); grant select on t to authenticated; ${POLICY}`,
    };
    const at = async (files: Record<string, string>, day: string) => {
      const platform = await platformIn(files, null, new Date(day));
      return platform.kind === "supabase" ? platform.defaultGrants : null;
    };
    expect(await at(granting, "2026-11-28")).toEqual({ state: "not granted", source: "today" });
    expect(await at(granting, "2026-10-29")).toEqual({ state: "granted", source: "today" });
    expect((await of(["1_a.sql"]))?.grants).toEqual({ state: "granted", source: "no grants in the files" });
    const schemaOnly = { "supabase/migrations/1_a.sql": "grant usage on schema public to anon; create table t ();" };
    expect(await at(schemaOnly, "2026-11-28")).toEqual({ state: "granted", source: "no grants in the files" });
  });
});

test("the day of a migration is read from its name", () => {
  const days = {
    "supabase/migrations/20260530101500_init.sql": "2026-05-30",
    "prisma/migrations/20260101000000_init/migration.sql": "2026-01-01",
    "db/V20260530__init.sql": "2026-05-30",
    "db/2026-05-30-init.sql": "2026-05-30",
    "db/202605301015_init.sql": "2026-05-30",
    "db/0001_init.sql": null,
    "db/20261399_init.sql": null,
    "db/20260231000000_init.sql": null,
    "db/1780000000_init.sql": null,
  };
  expect(Object.fromEntries(Object.keys(days).map((path) => [path, dayOf(path)]))).toEqual(days);
});

/** The grantees of a table, in a project that was replayed on its platform. */
async function granteesIn(files: Record<string, string>, toml: string | null, relation: string): Promise<string[]> {
  const folder = await readMigrations(project(files));
  const platform = platformOf(folder, configOf(toml), NOVEMBER);
  const scratch = await openScratch({ kind: "embedded" }, { platform, extensions: extensionsNamed(folder) });
  try {
    const report = await replay(scratch, folder, { platform });
    expect(report.failures).toEqual([]);
    const rows = await scratch.db.query<{ grantee: string }>(
      "select distinct a.grantee::regrole::text as grantee from pg_class c, aclexplode(c.relacl) a where c.oid = $1::regclass and a.grantee <> c.relowner and a.grantee <> 0 order by 1",
      [relation],
    );
    return rows.map(({ grantee }) => grantee);
  } finally {
    await scratch.close();
  }
}

const API = ["anon", "authenticated", "service_role"];

test("tables keep the grants of their day; those of supabase_admin get them after it", async () => {
  const files = {
    "supabase/migrations/20260101000000_a.sql":
      "create table early (id int); grant create on schema public to supabase_admin;",
    "supabase/migrations/20261101000000_b.sql":
      "create table late (id int); set role supabase_admin; create table theirs (id int); reset role;",
  };
  // Default privileges are those of the role that creates the object (manual, ALTER DEFAULT PRIVILEGES).
  expect(await granteesIn(files, null, "public.early")).toEqual(API);
  expect(await granteesIn(files, null, "public.late")).toEqual([]);
  expect(await granteesIn(files, null, "public.theirs")).toEqual(API);
  expect(await granteesIn(files, "[api]\nauto_expose_new_tables = true", "public.late")).toEqual(API);
  expect(await granteesIn(files, "[api]\nauto_expose_new_tables = false", "public.early")).toEqual([]);
});

test("without Supabase there is no schema, role or extension of it", async () => {
  const scratch = await openScratch({ kind: "embedded" }, { platform: { kind: "plain" } });
  try {
    const [row] = await scratch.db.query(
      "select (select array_agg(nspname::text order by 1) from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema') as schemas, (select array_agg(rolname::text) from pg_roles where rolname !~ '^pg_') as roles, (select count(*)::int from pg_default_acl) as defaults",
    );
    expect(row).toEqual({ schemas: ["public"], roles: ["postgres"], defaults: 0 });
  } finally {
    await scratch.close();
  }
});

test("PostgREST without Supabase replays with its own roles and its own auth schema", async () => {
  const sql = `create role authenticator noinherit login; create role anon nologin; create role member nologin;
    grant anon, member to authenticator;
    create schema auth; grant usage on schema auth to anon, member;
    create function auth.org() returns uuid language sql stable as $$ select (current_setting('request.jwt.claims', true)::json ->> 'org')::uuid $$;
    create table public.note (id int, org uuid); alter table public.note enable row level security;
    grant select on public.note to member; create policy note_org on public.note to member using (org = auth.org());`;
  expect(await granteesIn({ "migrations/1.sql": sql }, null, "public.note")).toEqual(["member"]);
});

test("a report says what was assumed", () => {
  expect(platformLine(null)).toContain("live database");
  expect(platformLine({ kind: "plain" })).toContain("PostgreSQL without Supabase");
  const until: Platform = {
    kind: "supabase",
    recognisedBy: "folder",
    defaultGrants: { state: "until", file: "supabase/migrations/20261101000000_b.sql", source: "dates" },
    pgGraphql: { installed: true, source: "dates" },
  };
  expect(platformLine(until)).toBe(
    "platform: Supabase; default grants on new objects in public to anon, authenticated and service_role before `supabase/migrations/20261101000000_b.sql`, none from it on, by the dates of the migrations; with pg_graphql",
  );
  expect(withPlatform("# Isolation\n\ntext\n", { kind: "plain" })).toMatch(
    /^# Isolation\n\nplatform: [^\n]+\n\ntext\n$/,
  );
});
