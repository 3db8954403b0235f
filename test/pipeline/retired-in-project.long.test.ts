import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import pg from "pg";
import { afterEach, describe, expect, test } from "vitest";
import { cleanUpCode } from "../../src/pipeline/cleanup-code.ts";
import { readWorkTree } from "../../src/pipeline/code-files.ts";
import { configOf } from "../../src/pipeline/ready.ts";
import { retiredInProject } from "../../src/pipeline/retired-in-project.ts";
import { openSource } from "../../src/pipeline/source.ts";
import { silent } from "../../src/progress.ts";
import { sharedServer } from "../support/fork.ts";
import { inThisProcess } from "../support/in-process.ts";

// A setter that the database does not have any more. PostgreSQL says what it has: the migrations run on a server. A call
// of a function that it does not have fails (42883), so a clean-up that leaves one in the application is not complete.

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const BASE = `
create table public.note (id uuid primary key, org_id uuid not null, body text);
alter table public.note enable row level security;
create policy note_all on public.note to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
`;
/** It sets the mapped variable, and does nothing else. */
const SETTER = `
create function public.set_org(p_org uuid) returns void language plpgsql as
  $$ begin perform set_config('app.org_id', p_org::text, true); end $$;
`;
/** Deletes nothing but the call: `note` is read by the next request. */
const CALLS = `export async function list(supabase: any) {
  await supabase.rpc("set_org", { p_org: "a" });
  return supabase.from("note").select("id");
}
`;
const WITHOUT_CALL = `export async function list(supabase: any) {
  return supabase.from("note").select("id");
}
`;

type Files = Readonly<Record<string, string>>;

/** A project: migrations in their order, code by path, and what the config says about calls. */
function project(migrations: readonly string[], code: Files, calls = "{}"): string {
  const dir = mkdtempSync(join(tmpdir(), "rlsmith-retired-"));
  folders.push(dir);
  const files: Files = {
    "rlsmith.config.ts": `import { defineConfig } from "rlsmith";
export default defineConfig({
  migrations: { folder: "supabase/migrations", layout: "supabase" },
  context: { "app.org_id": { claim: "app_metadata.org_id", type: "uuid" } },
  cleanup: { calls: ${calls} },
});
`,
    ...Object.fromEntries(
      [BASE, ...migrations].map((sql, index) => [`supabase/migrations/2025010100000${index}_m.sql`, sql]),
    ),
    ...code,
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  return dir;
}

interface Found {
  functions: string[];
  mixed: string[];
  /** `path:line reason what` */
  listed: string[];
  texts: Files;
}

/** `db`: the database that is live, in the place of the migrations. */
async function cleaned(projectDir: string, db?: string): Promise<Found> {
  const scratch = { kind: "server", url: (await sharedServer()).url, superuser: true } as const;
  const source = await openSource({ projectDir, scratch, db, strict: false, progress: silent });
  try {
    const retired = await retiredInProject(source, configOf(source), await readWorkTree(projectDir), projectDir);
    const result = await cleanUpCode(retired, {
      projectDir,
      write: false,
      allowDirty: false,
      check: "true",
      progress: silent,
    });
    return {
      functions: [...retired.functions],
      mixed: [...retired.mixed],
      listed: result.decisions.map(({ path, line, reason, what }) => `${path}:${line} ${reason} ${what}`),
      texts: Object.fromEntries(result.files.map(({ path, after }) => [path, after ?? ""])),
    };
  } finally {
    await source.close();
  }
}

const found = async (...args: Parameters<typeof project>): Promise<Found> => cleaned(project(...args));

describe("a definition that the folder holds says what a function was that is gone", () => {
  test.each([
    ["dropped by hand", ["drop function set_org(uuid);"]],
    ["dropped without its arguments", ["drop function if exists public.set_org;"]],
    [
      "dropped with others in one statement",
      [
        `create function public.other(n int) returns int language sql as 'select 1';`,
        `drop routine public.other(int), "public"."set_org"(uuid) cascade;`,
      ],
    ],
    ["dropped in a block, which is not read", [`do $$ begin execute 'drop function public.set_org(uuid)'; end $$;`]],
    [
      "dropped with its schema",
      ["create schema old; alter function public.set_org(uuid) set schema old; drop schema old cascade;"],
    ],
    ["dropped, made again and dropped", ["drop function set_org(uuid);", `${SETTER} drop function set_org(uuid);`]],
    ["renamed", ["alter function public.set_org(uuid) rename to enter_org;"]],
    ["renamed, and dropped under the other name", ["alter function set_org(uuid) rename to b; drop function b(uuid);"]],
  ])("%s: its calls are deleted", async (_name, migrations) => {
    const { functions, listed, texts } = await found([SETTER, ...migrations], { "list.ts": CALLS });
    expect(functions).toContain("set_org");
    expect(texts["list.ts"]).toBe(WITHOUT_CALL);
    expect(listed).toEqual([]);
  });

  test("made and dropped by one file, under a quoted name", async () => {
    const made = SETTER.replace("public.set_org", 'public."Set Org"');
    const code = { "list.ts": CALLS.replace("set_org", "Set Org") };
    const { texts } = await found([`${made} drop function "Set Org"(uuid);`], code);
    expect(texts["list.ts"]).toBe(WITHOUT_CALL);
  });

  test("a procedure", async () => {
    const made = `create procedure enter_org(p_org uuid) language plpgsql as $$ begin perform set_config('app.org_id', p_org::text, true); end $$;`;
    const code = { "list.ts": `export const enter = (client: any) => client.query("call enter_org($1)", ["a"]);\n` };
    const { functions, listed } = await found([made, "drop procedure enter_org;"], code);
    expect(functions).toEqual(["enter_org"]);
    expect(listed).toEqual(["list.ts:1 driver-calls-setter call enter_org($1)"]);
  });

  test("one that calls another setter, which is gone too", async () => {
    const wrapper = "create function enter(o uuid) returns void language plpgsql as 'begin perform set_org(o); end';";
    const { functions } = await found([SETTER, wrapper, "drop function enter(uuid); drop function set_org(uuid);"], {});
    expect(functions.toSorted()).toEqual(["enter", "set_org"]);
  });

  test("one that also looked something up is for a person", async () => {
    const checks = `create function set_org(p_org uuid) returns void language plpgsql as
      $$ begin perform 1 from note where org_id = p_org; perform set_config('app.org_id', p_org::text, true); end $$;`;
    const { mixed, listed, texts } = await found([checks, "drop function set_org(uuid);"], { "list.ts": CALLS });
    expect(mixed).toEqual(["set_org"]);
    expect(listed).toEqual(["list.ts:2 setter-checks set_org"]);
    expect(texts).toEqual({});
  });

  test("one whose body is made at run time cannot be judged, and is for a person", async () => {
    const hidden = `create function set_org(p_org uuid) returns void language plpgsql as
      $$ declare q text := current_setting('x.q', true); begin execute q using p_org; end $$;`;
    const { mixed, listed } = await found([hidden, "drop function set_org(uuid);"], { "list.ts": CALLS });
    expect(mixed).toEqual(["set_org"]);
    expect(listed).toEqual(["list.ts:2 setter-checks set_org"]);
  });

  test("one that calls a function which nobody defined cannot be judged", async () => {
    const made =
      "create function set_org(p_org uuid) returns void language plpgsql as 'begin perform hidden(p_org); end';";
    const { listed } = await found([made, "drop function set_org(uuid);"], { "list.ts": CALLS });
    expect(listed).toEqual(["list.ts:2 setter-checks set_org"]);
  });

  test("one that set no mapped variable is none of ours: a call of it fails, but nothing of the move is left there", async () => {
    const other =
      "create function set_org(p_org uuid) returns void language sql as $$ select set_config('app.locale', 'de', true) $$;";
    expect(await found([other, "drop function set_org(uuid);"], { "list.ts": CALLS })).toEqual({
      functions: [],
      mixed: [],
      listed: [],
      texts: {},
    });
  });

  test("one that did work of its own too is missing", async () => {
    const works = `create function set_org(p_org uuid) returns uuid language plpgsql as
      $$ begin perform set_config('app.org_id', p_org::text, true); insert into note values (p_org, p_org); return p_org; end $$;`;
    const { functions, listed } = await found([works, "drop function set_org(uuid);"], { "list.ts": CALLS });
    expect(functions).toEqual([]);
    expect(listed).toEqual(["list.ts:2 missing-function set_org"]);
  });
});

describe("a function of the name is there", () => {
  test("made again, and it sets the variable: its calls are deleted", async () => {
    const { texts } = await found([SETTER, `drop function set_org(uuid); ${SETTER}`], { "list.ts": CALLS });
    expect(texts["list.ts"]).toBe(WITHOUT_CALL);
  });

  test("made again with the same arguments, and it does something else: its calls stay", async () => {
    const other = `drop function set_org(uuid);
      create function set_org(p_org uuid) returns void language sql as 'insert into note values (p_org, p_org)';`;
    expect(await found([SETTER, other], { "list.ts": CALLS })).toMatchObject({ functions: [], mixed: [], listed: [] });
  });

  test("an overload that does something else: a call may mean the one that is gone", async () => {
    const other = `drop function set_org(uuid);
      create function set_org(p_org uuid, p_body text) returns void language sql as 'insert into note values (p_org, p_org, p_body)';`;
    const { listed, texts } = await found([SETTER, other], { "list.ts": CALLS });
    expect(listed).toEqual(["list.ts:2 setter-checks set_org"]);
    expect(texts).toEqual({});
  });

  test("an overload, and no file defines the one that is dropped: it was there, for there is no IF EXISTS", async () => {
    const other = `create function set_org(p_org uuid, p_body text) returns void language sql as 'insert into note values (p_org, p_org, p_body)';`;
    const dropped = await found([other, "drop function set_org(uuid, integer);"], { "list.ts": CALLS });
    expect(dropped.listed).toEqual(["list.ts:2 setter-checks set_org"]);
    const perhaps = await found([other, "drop function if exists set_org(uuid, integer);"], { "list.ts": CALLS });
    expect(perhaps.listed).toEqual([]);
  });

  test("both overloads are there, and one does something else: a call is for a person", async () => {
    const other = `create function set_org(p_org uuid, p_body text) returns void language sql as 'insert into note values (p_org, p_org, p_body)';`;
    const { mixed, listed } = await found([SETTER, other], { "list.ts": CALLS });
    expect(mixed).toEqual(["set_org"]);
    expect(listed).toEqual(["list.ts:2 setter-checks set_org"]);
  });
});

describe("no file defines it", () => {
  test("each call by name is listed", async () => {
    const code: Files = {
      "list.ts": CALLS,
      "pg.ts": `export const enter = async (client: any, run: any, org: string) => {
  await client.query("select app.set_org($1), now()", [org]);
  await client.query("select * from public.enter_org(" + org + ")");
  await run("select leave_org('" + org + "')");
  await run(\`with o as (select close_org(\${org})) select 1 from o\`);
  await client.query(\`do $$ begin perform begin_org(1); end $$\`);
};
`,
      "drizzle.ts": `import { sql } from "drizzle-orm";
export const enter = (tx: any, org: string) => tx.execute(sql\`select set_org(\${org}::uuid)\`);
export const here = (tx: any, org: string) => tx.select({ org: sql\`enter_org(\${org})\` });
`,
      "knex.ts": `export const enter = (trx: any, org: string) => trx.raw("select set_org(?), :org", [org]);\n`,
      "rest.ts": `export const enter = (url: string) => fetch(\`\${url}/rest/v1/rpc/set_org\`, { method: "POST" });\n`,
      "page.vue": `<script setup lang="ts">\nawait supabase.rpc("set_org", {});\n</script>\n`,
    };
    const { listed, texts } = await found([], code);
    expect(listed.toSorted()).toEqual([
      "drizzle.ts:2 missing-function set_org",
      "drizzle.ts:3 missing-function enter_org",
      "knex.ts:1 missing-function set_org",
      "list.ts:2 missing-function set_org",
      "page.vue:2 missing-function set_org",
      "pg.ts:2 missing-function set_org",
      "pg.ts:3 missing-function enter_org",
      "pg.ts:4 missing-function leave_org",
      "pg.ts:5 missing-function close_org",
      "pg.ts:6 missing-function begin_org",
      "rest.ts:1 missing-function set_org",
    ]);
    expect(texts).toEqual({});
  });

  test("the name is followed to the constants that it may be", async () => {
    const code: Files = {
      "names.ts": `export const SET_ORG = "set_org";
export const NAMES = { enter: "enter_org" } as const;
export enum Name { Begin = "begin_org" }
`,
      "a.ts": `import { Name, NAMES, SET_ORG } from "./names";
export const a = (supabase: any) => supabase.rpc(SET_ORG);
export const b = (supabase: any) => supabase.rpc(NAMES.enter);
export const c = (supabase: any) => supabase.rpc(Name.Begin);
export const d = (supabase: any, old: boolean) => supabase.rpc(old ? "old_org" : "new_org");
export const e = (supabase: any, name: "one_org" | "two_org") => supabase.rpc(name);
`,
      "wrapper.ts": `export const run = (supabase: any, name: string, args: object) => supabase.rpc(name, args);\n`,
      "uses.ts": `import { run } from "./wrapper";
export const f = (supabase: any) => run(supabase, "set_org", {});
`,
      "client.ts": `export class Client {
  constructor(private readonly inner: any) {}
  rpc(name: string) { return this.inner.rpc(name); }
}
`,
      "open.ts": `export const g = (supabase: any, request: any) => supabase.rpc(request.name);\n`,
    };
    const { listed } = await found([], code);
    expect(listed.toSorted()).toEqual([
      "a.ts:2 missing-function set_org",
      "a.ts:3 missing-function enter_org",
      "a.ts:4 missing-function begin_org",
      "a.ts:5 missing-function old_org, new_org",
      "a.ts:6 missing-function one_org, two_org",
      "open.ts:1 function-name-at-run-time supabase.rpc(request.name)",
      "wrapper.ts:1 missing-function set_org",
    ]);
  });

  test("made and dropped in blocks, which are not read", async () => {
    const block = `do $$ begin execute 'create function set_org(o uuid) returns void language sql as $f$ select $f$';
      execute 'drop function set_org(uuid)'; end $$;`;
    expect((await found([block], { "list.ts": CALLS })).listed).toEqual(["list.ts:2 missing-function set_org"]);
  });

  test("the config says that its calls go", async () => {
    const calls = `{ "public.set_org": { decision: "delete", reason: "set app.org_id, made by hand" } }`;
    const { functions, listed, texts } = await found([], { "list.ts": CALLS }, calls);
    expect(functions).toEqual(["set_org"]);
    expect(texts["list.ts"]).toBe(WITHOUT_CALL);
    expect(listed).toEqual([]);
  });

  test("the config says that its calls stay", async () => {
    const calls = `{ "public.set_*": { decision: "keep", reason: "of the other database" } }`;
    expect(await found([], { "list.ts": CALLS }, calls)).toMatchObject({ functions: [], listed: [], texts: {} });
  });
});

test("what is no call of a function of the project is not listed", async () => {
  const code: Files = {
    "extensions.ts": `import { sql } from "drizzle-orm";
export const a = (db: any) => db.execute(sql\`select st_distance(a.at, b.at), similarity('a', 'b'), uuid_generate_v4() from a, b\`);
export const b = (client: any) => client.query("select net.http_post('https://example.com'), cron.schedule('a', 'b', 'c')");
`,
    "builtin.ts": `export const a = (client: any) => client.query("select count(*), coalesce(max(id::text), 'x'), date('2025-01-01'), extract(day from now()), own(1) from note");
export const b = (client: any) => client.query("insert into note (id, body) values ($1, $2) on conflict (id) do nothing", []);
export const c = (client: any, list: string) => client.query(\`with n (id) as (select 1) select lower(body) from note where id in (\${list})\`);
export const d = (knex: any) => knex.raw("select lower(?) from ?? where id = :id", []);
`,
    "words.tsx": `export const Menu = ({ t }: any) => <b title="Call setOrg() before the query (see there)">{t("Select (optional)")}</b>;
export const message = "call useDatabase() at the top of the file";
export const buttons = ["Select file(s)", "Delete file(s)", "update row(s), then go on", "with url() in it"];
const fn = (f: any) => f;
export const mocked = fn(() => fn("text"));
`,
    "schema.graphql.ts": "declare const gql: any;\nexport const q = gql`query { item(id: 1) { name(lang: de) } }`;\n",
    "own.test.ts": `declare const client: any;
await client.query("create function twice(n int) returns int language sql as 'select n * 2'");
await client.query("select twice(1)");
`,
  };
  const own = "create function public.own(n int) returns int language sql as 'select n';";
  expect((await found([own], code)).listed).toEqual([]);
});

test("files that do not parse, and commands of psql, are passed over", async () => {
  const odd = `\\set owner me
create function {{schema}}.set_org(uuid) returns void language sql as 'select';
drop function {{schema}}.set_org(uuid);
`;
  const { functions, listed } = await found([odd, SETTER, "drop function set_org(uuid);"], { "list.ts": CALLS });
  expect(functions).toEqual(["set_org"]);
  expect(listed).toEqual([]);
});

test("the exit code is 3 while the application calls a function that is not there, and 0 without it", async () => {
  const run = async (migrations: readonly string[], code: Files) =>
    inThisProcess(["cleanup", "--code", project(migrations, code), "--check", "true"]);
  expect((await run([], { "list.ts": CALLS })).code).toBe(3);
  expect((await run([SETTER, "drop function set_org(uuid);"], { "list.ts": WITHOUT_CALL })).code).toBe(0);
});

test("the functions of a migration's own session are none", async () => {
  const check = `create function pg_temp.set_org(uuid) returns void language plpgsql as 'begin execute current_setting(''x.q''); end';
    select pg_temp.set_org(null) where false; drop function pg_temp.set_org(uuid);`;
  expect(await found([check], {})).toMatchObject({ functions: [], mixed: [] });
});

test("a live database, and the files of SQL say what is gone from it", async () => {
  const { url } = await sharedServer();
  const admin = new pg.Client(url);
  await admin.connect();
  await admin.query("create database retired_live");
  const live = new URL(url);
  live.pathname = "/retired_live";
  const db = new pg.Client(live.href);
  await db.connect();
  try {
    await db.query("create table note (id int); create function here() returns void language sql as 'select'");
    const code: Files = {
      "list.ts": CALLS,
      "more.ts": `export const a = (client: any) => client.query("select here(), gone()");\n`,
    };
    const { functions, listed, texts } = await cleaned(project([SETTER], code), live.href);
    expect(functions).toEqual(["set_org"]);
    expect(texts["list.ts"]).toBe(WITHOUT_CALL);
    expect(listed).toEqual(["more.ts:1 missing-function gone"]);
  } finally {
    await db.end();
    await admin.query("drop database retired_live");
    await admin.end();
  }
});

describe("the other clean-ups", () => {
  const TEST = `declare const client: any;
test("notes", async () => {
  await client.rpc("set_org", { p_org: "a" });
  expect(await client.from("note").select("id")).toEqual([]);
});
`;

  test("--tests lists a test that calls it", async () => {
    const { code, stderr } = await inThisProcess(["cleanup", "--tests", project([], { "list.test.ts": TEST })]);
    expect(code).toBe(3);
    expect(stderr).toContain("calls functions that the database does not have");
    expect(stderr).toContain("list.test.ts:3 set_org");
  });

  test("--tests finds the path of a setter that was dropped by hand", async () => {
    const dir = project([SETTER, "drop function set_org(uuid);"], { "list.test.ts": TEST });
    const { code, stderr } = await inThisProcess(["cleanup", "--tests", dir]);
    expect(code).toBe(3);
    expect(stderr).toContain("retired: app.org_id, set_org");
    expect(stderr).toContain("stays, for a person to decide (1)");
  });

  // without the call the script is about a name that nobody knows
  test.each([
    ["dropped by hand", [SETTER, "drop function set_org(uuid);"], {}, "retired: app.org_id, set_org"],
    ["called by the code", [], { "list.ts": CALLS }, "for a person to decide (1)"],
  ])("--guards knows a setter that is gone: %s", async (_name, migrations, code: Files, expected) => {
    const dir = project(migrations, { ...code, "scripts/check.sh": "#!/bin/sh\ngrep -rq 'set_org' lib || exit 1\n" });
    const { stdout, stderr } = await inThisProcess(["cleanup", "--guards", dir]);
    expect(stderr).toContain(expected);
    expect(stdout.includes("grep -rq")).toBe(migrations.length > 0);
  });
});
