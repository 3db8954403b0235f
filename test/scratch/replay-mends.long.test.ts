import { describe, expect, test } from "vitest";
import { readMigrations } from "../../src/migration-tools/index.ts";
import { extensionsNamed, openScratch, platformOf, replay, type ReplayReport } from "../../src/scratch/index.ts";
import type { Db } from "../../src/db/port.ts";
import { project } from "../support/cli.ts";

/** Replay one file into an embedded database of the project's platform, and ask it something. */
async function replayed<Row extends object>(
  sql: string,
  ask: string,
  place = "migrations/1.sql",
): Promise<{ report: ReplayReport; rows: Row[] }> {
  const folder = await readMigrations(project({ [place]: sql }));
  const platform = platformOf(folder, null, new Date("2026-11-28"));
  const scratch = await openScratch({ kind: "embedded" }, { platform, extensions: extensionsNamed(folder) });
  try {
    const report = await replay(scratch, folder, { platform });
    return { report, rows: await (scratch.db as Db).query<Row>(ask) };
  } finally {
    await scratch.close();
  }
}

const OWNERS =
  "select relname::text as name, relowner::regrole::text as owner from pg_class where relname in ('a', 'b', 'c', 'd') and relkind = 'r' order by 1";

describe("SET ROLE in a migration", () => {
  test("a role that nobody made is made by the login, and the set role goes on", async () => {
    const { report, rows } = await replayed(
      `create schema s authorization owner_one; set role owner_one; create table s.a (id int);
       grant select on s.a to reader_one; create policy p on s.a to reader_two using (true);
       create table s.b (id int); reset role; create table c (id int);`,
      OWNERS,
    );
    expect(report).toMatchObject({ failures: [], rolesMade: ["owner_one", "reader_one", "reader_two"] });
    expect(rows).toEqual([
      { name: "a", owner: "owner_one" },
      { name: "b", owner: "owner_one" },
      { name: "c", owner: "postgres" },
    ]);
  });
  test("SET LOCAL ROLE ends with the transaction", async () => {
    const { report, rows } = await replayed(
      `create schema s authorization owner_one; begin; set local role owner_one; create table s.a (id int);
       grant select on s.a to reader_one; create table s.b (id int); commit; create table c (id int);`,
      OWNERS,
    );
    expect(report).toMatchObject({ failures: [], rolesMade: ["owner_one", "reader_one"] });
    expect(rows.map((row) => (row as { owner: string }).owner)).toEqual(["owner_one", "owner_one", "postgres"]);
  });
  test("SET SESSION AUTHORIZATION stays in force too", async () => {
    const { report, rows } = await replayed(
      `create role owner_one; create schema s authorization owner_one; set session authorization owner_one;
       create table s.a (id int); grant select on s.a to reader_one; create table s.b (id int);
       reset session authorization; create table c (id int);`,
      OWNERS,
    );
    expect(report).toMatchObject({ failures: [], rolesMade: ["reader_one"] });
    expect(rows.map((row) => (row as { owner: string }).owner)).toEqual(["owner_one", "owner_one", "postgres"]);
  });
  test("the next file starts as the login", async () => {
    const folder = await readMigrations(
      project({
        "migrations/1.sql": "set role owner_one; grant usage on schema public to reader_one;",
        "migrations/2.sql": "create table c (id int);",
      }),
    );
    const scratch = await openScratch({ kind: "embedded" }, { platform: { kind: "plain" } });
    try {
      await replay(scratch, folder, { platform: { kind: "plain" } });
      expect(await scratch.db.query(OWNERS)).toEqual([{ name: "c", owner: "postgres" }]);
    } finally {
      await scratch.close();
    }
  });
});

describe("an extension that no file creates", () => {
  const SCHEMAS =
    "select e.extname::text as name, n.nspname::text as schema from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname <> 'plpgsql' order by 1";
  const at = "supabase/migrations/20250101000000_a.sql";

  test("a qualified call in a body, in Supabase's schema", async () => {
    const { report, rows } = await replayed(
      `create function public.token() returns text language plpgsql set search_path = '' as
       $$ begin return encode(extensions.gen_random_bytes(8), 'hex'); end $$;
       do $$ begin if length(public.token()) <> 16 then raise exception 'no'; end if; end $$;`,
      SCHEMAS,
      at,
    );
    expect(report).toMatchObject({ failures: [], notices: [{ code: "extension-implied" }] });
    expect(rows).toEqual([{ name: "pgcrypto", schema: "extensions" }]);
  });
  test("a type, an operator class and a function, quoted or not", async () => {
    const { report, rows } = await replayed(
      `create table t (mail extensions.citext, "name" "extensions"."hstore", body text);
       create index on t using gin (body extensions.gin_trgm_ops);
       create view v as select "extensions"."unaccent"(body) as b from t;`,
      SCHEMAS,
      at,
    );
    expect(report.failures).toEqual([]);
    expect(rows).toEqual(["citext", "hstore", "pg_trgm", "unaccent"].map((name) => ({ name, schema: "extensions" })));
  });
  test("without Supabase: in the schema that the statement names, otherwise in public", async () => {
    const { report, rows } = await replayed(
      `create schema ext; create table t (id uuid default ext.uuid_generate_v4(), mark text default gen_salt('bf'));
       create view v as select ext.unaccent(mark) from t;`,
      SCHEMAS,
    );
    expect(report.failures).toEqual([]);
    expect(rows).toEqual([
      { name: "pgcrypto", schema: "public" },
      { name: "unaccent", schema: "ext" },
      { name: "uuid-ossp", schema: "ext" },
    ]);
  });
  test("a function of the project's own that bears the same name is no use of an extension", async () => {
    const { report, rows } = await replayed(
      "create function digest(text, text) returns text language sql as $$ select $1 $$; create view v as select digest('a', 'b');",
      SCHEMAS,
    );
    expect(report).toMatchObject({ failures: [], notices: [] });
    expect(rows).toEqual([]);
  });
});

describe("names and literals with escape characters", () => {
  const NAMES =
    "select relname::text as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1";

  test("an identifier with a control character", async () => {
    const { report, rows } = await replayed(
      'create table "a\u001B[2Jb" (id int); alter table "a\u001B[2Jb" enable row level security;\ncreate table "c\u0001d\u007F" (id int);\ncreate table "e\u000B\u000Cf" (id int);',
      NAMES,
    );
    expect(report.failures).toEqual([]);
    expect(rows).toEqual(["a\u001B[2Jb", "c\u0001d\u007F", "e\u000B\u000Cf"].map((name) => ({ name })));
  });
  test("U&, with its own escape character too, as relation, policy and role", async () => {
    const { report, rows } = await replayed(
      String.raw`create table U&"d\0061ta;" (id int, x text default U&'\0441;\043B');
       create policy U&"p!003B" UESCAPE '!' on U&"d\0061ta;" to U&"re\0061der" using (x <> U&'a!003Bb' UESCAPE '!');`,
      "select (select relname::text from pg_class where oid = polrelid) as name, polname::text as policy, polroles::regrole[]::text as roles, (select pg_get_expr(adbin, adrelid) from pg_attrdef) as x from pg_policy",
    );
    expect(report).toMatchObject({ failures: [], rolesMade: ["reader"] });
    expect(rows).toEqual([{ name: "data;", policy: "p;", roles: "{reader}", x: "'с;л'::text" }]);
  });
  test("E'' with an escaped quote and a semicolon, in a default, a body and a comment", async () => {
    const { report, rows } = await replayed(
      String.raw`create table t (a text default E'it\'s; \\ ok');
       create function f() returns text language sql as E'select \'a;b\'::text';
       comment on table t is E'\x1b]0;x\x07 -- no comment';`,
      "select f() as f, pg_get_expr(adbin, adrelid) as a, obj_description(adrelid) as c from pg_attrdef",
    );
    expect(report.failures).toEqual([]);
    expect(rows).toEqual([{ f: "a;b", a: String.raw`'it''s; \ ok'::text`, c: "\u001B]0;x\u0007 -- no comment" }]);
  });
  test("a line of psql between quotes is no command", async () => {
    const { report } = await replayed('create table "a\n\\ir x\u001Bb" (id int);\n\\echo done\n', NAMES);
    expect(report).toMatchObject({ failures: [], notices: [{ code: "psql-command" }] });
  });
});
