import { existsSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { inspect } from "../../src/inspect/inspect.ts";
import { readMigrations } from "../../src/migration-tools/index.ts";
import { openScratch } from "../../src/scratch/open.ts";
import { extensionsNamed } from "../../src/scratch/prepare.ts";
import type { ReplayReport } from "../../src/scratch/replay-report.ts";
import { replay } from "../../src/scratch/replay.ts";
import type { Scratch } from "../../src/scratch/scratch.ts";
import { project } from "../support/cli.ts";
import { forkForTest } from "../support/fork.ts";

let base: Scratch;
beforeAll(async () => {
  base = await openScratch({ kind: "embedded" }, { extensions: ["citext", "pgcrypto", "uuid-ossp", "moddatetime"] });
});
afterAll(async () => base.close());

async function replayed(
  files: Record<string, string>,
  strict = false,
): Promise<{ scratch: Scratch; report: ReplayReport }> {
  const folder = await readMigrations(project(files));
  const scratch = await forkForTest(base);
  return { scratch, report: await replay(scratch, folder, { strict }) };
}

test("a failing statement does not affect the others, and is reported with file, line, SQLSTATE and consequence", async () => {
  const { scratch, report } = await replayed({
    "migrations/1.sql":
      "create table a (id int);\n\ncreate policy p on missing using (true);\nalter table a enable row level security;\ncreate policy q on a using (true);",
    "migrations/2.sql": "create tabel x (id int);\ncreate table b (id int);",
  });
  expect(report.failures).toMatchObject([
    {
      file: "migrations/1.sql",
      line: 3,
      firstLine: "create policy p on missing using (true)",
      sqlstate: "42P01",
      message: 'relation "missing" does not exist',
      unreliable: "policy `p` on `missing`",
    },
    {
      file: "migrations/2.sql",
      line: 1,
      firstLine: "create tabel x (id int)",
      sqlstate: "42601",
      message: expect.stringMatching(/syntax error/),
      unreliable: "the objects that it would have created: it does not parse",
    },
  ]);
  const { policies, relations } = await inspect(scratch.db);
  expect(policies.map((policy) => policy.name)).toEqual(["q"]);
  expect(relations.filter((r) => r.schema === "public").map((r) => r.name)).toEqual(["a", "b"]);
});

test("strict stops at the first failure", async () => {
  await expect(replayed({ "migrations/1.sql": "select 1;\nselect * from nowhere;" }, true)).rejects.toMatchObject({
    code: "REPLAY_FAILED",
    kind: "environment",
    message: expect.stringMatching(/^migrations\/1\.sql:2 42P01 /),
  });
});

test("settings of a file do not apply to the next one", async () => {
  const { scratch, report } = await replayed({
    "migrations/1.sql": "create schema other; set search_path = other; set role authenticated;",
    "migrations/2.sql": "create table here (id int);",
  });
  expect(report.failures).toEqual([]);
  expect((await inspect(scratch.db)).relations.find((r) => r.name === "here")).toMatchObject({
    schema: "public",
    owner: "postgres",
  });
});

test("transactions of a file's own, and statements that want none", async () => {
  const { report } = await replayed({
    "migrations/1.sql":
      "begin;\ncreate table a (id int);\ncommit;\ncreate index concurrently a_id on a (id);\ncreate type e as enum ('x');\nalter type e add value 'y';\ncreate table b (e e default 'y');",
  });
  expect(report.failures).toEqual([]);
});

test("roles that statements name and do not create are created and reported; created ones are not", async () => {
  const { report } = await replayed({
    "migrations/1.sql":
      "create role mine; create table a (id int); grant select on a to mine, \"Some.One\"; alter table a owner to keeper;\ndo $$ begin execute 'create policy p on a to looped using (true)'; end $$;",
  });
  expect(report).toMatchObject({ failures: [], rolesMade: ["Some.One", "keeper", "looped"] });
});

test("extensions: those of contrib are loaded, stubs replace the others, and both are reported", async () => {
  const files = {
    "migrations/1.sql":
      "create extension if not exists citext with schema extensions;\ncreate extension pgcrypto;\ncreate extension vector with schema extensions;\ncreate extension if not exists pg_cron;\ncreate table a (name citext, v vector);\nselect cron.schedule('x', '* * * * *', 'select 1');",
  };
  expect(extensionsNamed(await readMigrations(project(files))).toSorted()).toEqual(["citext", "pgcrypto"]);
  const { report } = await replayed(files);
  expect(report.failures).toEqual([]);
  expect(report.standIns.map(({ extension }) => extension)).toEqual(["vector", "pg_cron"]);
});

test("types of an extension that a stub replaces take their modifiers, and its known functions exist", async () => {
  const { scratch, report } = await replayed({
    "migrations/1.sql": `
      create extension if not exists vector with schema extensions;
      comment on extension vector is 'x';
      create extension vector with schema extensions;
      create extension postgis;
      create extension pgmq;
      create extension pg_jsonschema with schema extensions;
      create extension if not exists unheard_of;
      create table docs (id int, embedding vector(1536), place geometry(Point, 4326), body json check (json_matches_schema('{}', body)));
      create index on docs using hnsw (embedding vector_cosine_ops);
      create function nearest(q extensions.vector) returns setof docs language sql stable as $$ select * from docs order by embedding <=> q limit 1 $$;
      select pgmq.create('jobs');
      alter table pgmq.q_jobs enable row level security;
      drop extension if exists unheard_of;`,
  });
  expect(report.failures).toEqual([]);
  expect(report.standIns.map(({ extension }) => extension)).toEqual([
    "vector",
    "postgis",
    "pgmq",
    "pg_jsonschema",
    "unheard_of",
  ]);
  expect(report.notices.map((notice) => notice.code)).toEqual(["index-left-out"]);
  const columns = (await inspect(scratch.db)).relations.find((r) => r.name === "docs")?.columns ?? [];
  expect(columns.find((column) => column.name === "embedding")?.type).toBe("extensions.vector(1536)");
});

test("functions of a new Supabase project exist, and the report says so", async () => {
  const files = {
    "migrations/1.sql":
      "create table a (id uuid default uuid_generate_v4(), code text default encode(gen_random_bytes(4), 'hex'));",
    "migrations/2.sql": 'create extension "uuid-ossp"; create extension if not exists pgcrypto with schema extensions;',
  };
  const folder = await readMigrations(project(files));
  expect(extensionsNamed(folder).toSorted()).toEqual(["pgcrypto", "uuid-ossp"]);
  const { report } = await replayed(files);
  expect(report.failures).toEqual([]);
  expect(report.notices.map((notice) => notice.message)).toEqual([
    "the files use `uuid-ossp` and `pgcrypto` before they create it: created in schema extensions, as in a new Supabase project",
  ]);
});

test("an extension that the files create before they use it is left to them", async () => {
  const { report } = await replayed({
    "migrations/1.sql":
      "-- for gen_random_bytes()\ncreate extension pgcrypto with schema public; create table a (b bytea default public.gen_random_bytes(4), at timestamptz);\ncreate extension moddatetime; create trigger t before update on a for each row execute function moddatetime(at);",
  });
  expect(report).toMatchObject({ failures: [], notices: [] });
});

test.each([
  ["a comment before the semicolon", "create schema other -- mine\n;\ncreate table here (id int);"],
  ["SET ROLE to a role that nobody made", "set role newcomer; reset role; create table here (id int);"],
  ["a statement that wants no transaction", "create table here (id int); vacuum (verbose) here; cluster;"],
  [
    "an enum value that a block adds",
    "create type e as enum ('x'); do $$ begin alter type e add value 'y'; end $$; create table here (e e default 'y');",
  ],
  [
    "several transactions of its own",
    "begin isolation level serializable; create table here (id int); commit and chain; select 1; end;",
  ],
])("%s", async (_, sql) => {
  const { scratch, report } = await replayed({ "migrations/1.sql": sql });
  expect(report.failures).toEqual([]);
  expect(await scratch.db.query("select 'public.here'::regclass::text as t")).toEqual([{ t: "here" }]);
});

test("objects that a file rolls back itself do not exist", async () => {
  const { scratch, report } = await replayed({
    "migrations/1.sql":
      "create table a (id int);\nbegin;\ncreate table b (id int);\nrollback;\ncreate table c (id int);",
  });
  expect(report.failures).toEqual([]);
  expect((await inspect(scratch.db)).relations.filter((r) => r.schema === "public").map((r) => r.name)).toEqual([
    "a",
    "c",
  ]);
});

test("a role that cannot be made is a failure of its statement", async () => {
  const { report } = await replayed({
    "migrations/1.sql": "create table a (id int); grant select on a to pg_nothing; create table b (id int);",
  });
  expect(report.failures.map(({ sqlstate, unreliable }) => [sqlstate, unreliable])).toEqual([
    ["42704", "the privileges that it grants or revokes"],
  ]);
});

test("a deferred constraint that fails at the end is a failure of the file", async () => {
  const { scratch, report } = await replayed({
    "migrations/1.sql":
      "create table a (id int primary key, up int references a deferrable initially deferred); insert into a values (1, 2);",
    "migrations/2.sql": "create table b (id int);",
  });
  expect(report.failures).toMatchObject([
    { file: "migrations/1.sql", sqlstate: "23503", unreliable: "everything in the file up to here" },
  ]);
  expect(await scratch.db.query("select to_regclass('a') as a, to_regclass('b') as b")).toEqual([{ a: null, b: "b" }]);
});

test("\\ir is followed, other psql commands are reported, a cycle is refused", async () => {
  const { scratch, report } = await replayed({
    "migrations/1.sql": "\\timing on\n\\ir parts/a.sql\n\\ir missing.sql\n",
    "migrations/parts/a.sql": "create table from_part (id int);\n\\ir a.sql\n",
  });
  expect((await inspect(scratch.db)).relations.some((r) => r.name === "from_part")).toBe(true);
  expect(report.notices.map((notice) => notice.code)).toEqual(["psql-command"]);
  expect(report.failures.map(({ file, line, message }) => [file, line, message])).toEqual([
    ["migrations/parts/a.sql", 2, "`migrations/parts/a.sql` includes itself"],
    ["migrations/1.sql", 3, "`migrations/missing.sql` does not exist"],
  ]);
});

describe("the bootstrap", () => {
  test("lets a usual Supabase project replay", async () => {
    const { scratch, report } = await replayed({
      "supabase/migrations/20250101000000_usual.sql": `
        create table profiles (id uuid primary key references auth.users on delete cascade, name text);
        alter table profiles enable row level security;
        create policy own on profiles for all to authenticated using ((select auth.uid()) = id);
        create function handle_new_user() returns trigger language plpgsql security definer set search_path = '' as $$
          begin insert into public.profiles (id, name) values (new.id, new.raw_user_meta_data ->> 'name'); return new; end $$;
        create trigger on_signup after insert on auth.users for each row execute function handle_new_user();
        insert into storage.buckets (id, name, public) values ('avatars', 'avatars', false);
        create policy avatars on storage.objects for select using (bucket_id = 'avatars' and (storage.foldername(name))[1] = auth.uid()::text and storage.extension(name) = 'png');
        alter publication supabase_realtime add table profiles;
        create policy listen on realtime.messages for select to authenticated using (realtime.topic() = 'room');
        grant usage on schema graphql_public to anon;
        insert into auth.users (id, email, raw_user_meta_data) values (gen_random_uuid(), 'a@example.com', '{"name": "A"}');`,
    });
    expect(report.failures).toEqual([]);
    expect(
      await scratch.db.query(
        "select name, storage.filename('a/b.png') as f, storage.foldername('a/b.png') as d from profiles",
      ),
    ).toEqual([{ name: "A", f: "b.png", d: ["a"] }]);
    const grants = (await inspect(scratch.db)).relations.find((r) => r.name === "profiles")?.grants ?? [];
    for (const role of ["anon", "authenticated", "service_role"])
      expect(grants).toContainEqual({ grantee: role, privilege: "SELECT" });
  });

  test("auth functions read the token as Supabase's do", async () => {
    const fork = await forkForTest(base);
    expect(await fork.db.query("select auth.uid(), auth.role(), auth.jwt(), auth.email()")).toEqual([
      { uid: null, role: null, jwt: null, email: null },
    ]);
    const sub = "10000000-0000-4000-8000-000000000001";
    await fork.db.query("select set_config('request.jwt.claims', $1, false)", [
      JSON.stringify({ sub, role: "anon", email: "a@b.c" }),
    ]);
    expect(await fork.db.query("select auth.uid(), auth.role(), auth.email()")).toEqual([
      { uid: sub, role: "anon", email: "a@b.c" },
    ]);
  });

  test("a fork is apart from its original, and no setting was ever set on it", async () => {
    await base.db.exec("select set_config('app.once', 'x', false)");
    const fork = await forkForTest(base);
    await fork.db.exec("create table only_here (id int)");
    expect(await fork.db.query("select current_setting('app.once', true) as v")).toEqual([{ v: null }]);
    expect(await base.db.query("select to_regclass('only_here') as t")).toEqual([{ t: null }]);
  });

  test("comes from the cache the second time, and a damaged cache is no error", async () => {
    const dir = mkdtempSync(join(tmpdir(), "rlsmith-cache-"));
    const before = process.env["RLSMITH_CACHE_DIR"];
    process.env["RLSMITH_CACHE_DIR"] = dir;
    try {
      await (await openScratch({ kind: "embedded" })).close();
      const [file = ""] = readdirSync(dir);
      expect(existsSync(join(dir, file))).toBe(true);
      writeFileSync(join(dir, file), "damaged");
      const scratch = await openScratch({ kind: "embedded" });
      expect(await scratch.db.query("select count(*)::int as n from auth.users")).toEqual([{ n: 0 }]);
      await scratch.close();
      expect(readFileSync(join(dir, file)).length).toBeGreaterThan(1000);
      // nor one that cannot be written: a file stands where the folder would be
      process.env["RLSMITH_CACHE_DIR"] = join(dir, file);
      await (await openScratch({ kind: "embedded" })).close();
    } finally {
      if (before === undefined) delete process.env["RLSMITH_CACHE_DIR"];
      else process.env["RLSMITH_CACHE_DIR"] = before;
    }
  });
});
