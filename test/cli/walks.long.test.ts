import { mkdtempSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import pg from "pg";
import { afterEach, expect, test } from "vitest";
import { BOOTSTRAP } from "../../src/scratch/bootstrap.ts";
import { rlsmith, type CliResult } from "../support/cli.ts";
import { startPgBouncer } from "../support/pgbouncer.ts";
import { startServer } from "../support/server.ts";

// From `init` to `apply` on a real server, with an application that works before and after, by what the output says.

const TENANTS = ["0a000000-0000-4000-8000-00000000000a", "0b000000-0000-4000-8000-00000000000b"] as const;
const NOTES = `insert into notes (tenant_id, body) values ('${TENANTS[0]}', 'a'), ('${TENANTS[1]}', 'b'), ('${TENANTS[1]}', 'c');`;

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** A server with a database of the migrations, which the login `owner` ran, and rows of two tenants. */
async function serverWith(setup: string, migration: string): Promise<{ admin: string; owner: string }> {
  const server = await startServer(15);
  closing.push(async () => server.stop());
  await run(server.url, setup);
  const owner = urlAs(server.url, "owner");
  await run(owner, migration);
  await run(server.url, NOTES);
  return { admin: server.url, owner };
}

function urlAs(admin: string, login: string): string {
  const url = new URL(admin);
  [url.username, url.password] = [login, "pw"];
  return url.toString();
}

async function run(url: string, sql: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(sql).finally(async () => client.end());
}

function folderWith(files: Record<string, string>): string {
  const dir = mkdtempSync(join(tmpdir(), "rlsmith-walk-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
  return dir;
}

/** What a person does who answers a question of the config. */
function answer(dir: string, from: string | RegExp, to: string): void {
  const file = join(dir, "rlsmith.config.ts");
  const text = readFileSync(file, "utf8");
  expect(text).toMatch(from);
  writeFileSync(file, text.replace(from, to));
}

const claim = '"app.tenant_id": { claim: "tenant_id", type: "uuid" }';
const decided = 'decision: "claim", reason: "every request carries the claim"';
const targets = '  targets: { production: { url: { env: "PRODUCTION_URL" } } },\n});\n';

async function applied(dir: string, url: string): Promise<CliResult> {
  answer(dir, /\}\);\s*$/, targets);
  return rlsmith(["apply"], { cwd: dir, env: { PRODUCTION_URL: url } });
}

/** The bodies that one request sees, in a transaction of its own. */
async function seen(client: pg.Client, before: readonly (readonly [string, readonly string[]])[]): Promise<string[]> {
  await client.query("begin");
  for (const [sql, values] of before) await client.query(sql, [...values]);
  const { rows } = await client.query<{ body: string }>("select body from notes order by body");
  await client.query("commit");
  return rows.map(({ body }) => body);
}

/** The application's connection. Not a pool: its `end()` comes back before its connections have ended. */
async function applicationAt(url: string): Promise<pg.Client> {
  const client = new pg.Client(url);
  await client.connect();
  closing.push(async () => client.end());
  return client;
}

/** The statement that the plan says every request has to make first, and the claims that it shows, with a tenant in it. */
function toldStatement(stdout: string, tenant: string): readonly [string, readonly string[]] {
  const told = /^ {2}(select set_config\('request\.jwt\.claims', \$1, true\);) {2}-- \$1: (\{.*\})$/m.exec(stdout);
  const [, statement = "", example = ""] = told ?? [];
  return [statement, [example.replace("…", tenant)]];
}

const variable = (tenant: string): readonly [string, readonly string[]] => [
  "select set_config('app.tenant_id', $1, true)",
  [tenant],
];

const USING = "using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)";

/** Init, questions answered, the plan that stops for want of claims, and the one that is written. */
async function untilWritten(dir: string): Promise<string> {
  const init = await rlsmith(["init", "--yes"], { cwd: dir });
  expect([init.code, init.stderr]).toEqual([0, expect.stringMatching(/^next /m)]);
  answer(dir, /"app\.tenant_id": "open"/, claim);
  answer(dir, /decision: "open"/, decided);
  const stopped = await rlsmith(["plan"], { cwd: dir });
  expect([stopped.code, stopped.stderr]).toEqual([3, expect.stringContaining("CLAIMS_NOT_SENT")]);
  answer(dir, /requests: \{ claims: "none" \}/, 'requests: { claims: "sent", reason: "the API sets them" }');
  const written = await rlsmith(["plan"], { cwd: dir });
  expect([written.code, written.stderr]).toEqual([0, expect.stringMatching(/^next .*apply/m)]);
  return stopped.stdout;
}

test("node-postgres behind PgBouncer in transaction mode", async (context) => {
  const migration = `
    create table notes (id uuid primary key default gen_random_uuid(), tenant_id uuid not null, body text);
    grant select, insert, update, delete on notes to app_user;
    alter table notes enable row level security;
    create policy notes_all on notes to app_user ${USING};`;
  const login = (name: string): string => `create role ${name} login password 'pw';`;
  const { admin, owner } = await serverWith(
    `${login("owner")} ${login("app_user")} grant create on schema public to owner; grant create on database postgres to owner;`,
    migration,
  );
  const bouncer = await startPgBouncer(urlAs(admin, "app_user"));
  if (bouncer === null) return context.skip("no PgBouncer");
  closing.push(async () => bouncer.stop());
  const application = await applicationAt(bouncer.url);
  expect(await seen(application, [variable(TENANTS[0])])).toEqual(["a"]);

  const dir = folderWith({ "drizzle/0000_init.sql": migration, "drizzle/meta/_journal.json": JOURNAL });
  const stdout = await untilWritten(dir);
  // the application sends both for a while
  const both = (tenant: string) => [variable(tenant), toldStatement(stdout, tenant)];
  expect(await seen(application, both(TENANTS[1]))).toEqual(["b", "c"]);
  expect(await applied(dir, owner)).toMatchObject({ code: 0 });
  expect(await seen(application, both(TENANTS[0]))).toEqual(["a"]);
  expect(await seen(application, [toldStatement(stdout, TENANTS[1])])).toEqual(["b", "c"]);
  expect(await seen(application, [variable(TENANTS[1])])).toEqual([]);
  expect(await seen(application, [variable(TENANTS[1]), toldStatement(stdout, TENANTS[0])])).toEqual(["a"]);
});

const JOURNAL = JSON.stringify({
  version: "7",
  dialect: "postgresql",
  entries: [{ idx: 0, version: "7", when: 1700000000000, tag: "0000_init", breakpoints: true }],
});

test("Rails-style SET, by the login that owns the tables and is bound by FORCE", async () => {
  const migration = `
    create table notes (id uuid primary key default gen_random_uuid(), tenant_id uuid not null, body text);
    alter table notes enable row level security;
    alter table notes force row level security;
    create policy notes_all on notes ${USING};`;
  const { owner } = await serverWith(
    "create role owner login password 'pw'; grant create on schema public to owner; grant create on database postgres to owner;",
    migration,
  );
  const application = await applicationAt(owner);
  const set = (tenant: string): readonly [string, readonly string[]] => [`set app.tenant_id = '${tenant}'`, []];
  expect(await seen(application, [set(TENANTS[0])])).toEqual(["a"]);

  const dir = folderWith({ "migrations/0001_init.sql": migration });
  const stdout = await untilWritten(dir);
  expect(await applied(dir, owner)).toMatchObject({ code: 0 });
  expect(await seen(application, [set(TENANTS[1]), toldStatement(stdout, TENANTS[0])])).toEqual(["a"]);
  // the variable of the session is still set, and gives nothing
  expect(await seen(application, [])).toEqual([]);
});

test("Supabase: a policy that pairs the variable with its claim", async () => {
  const tenant = "(auth.jwt() -> 'app_metadata' ->> 'tenant_id')";
  const migration = `
    create table public.notes (id uuid primary key default gen_random_uuid(), tenant_id uuid not null, body text);
    grant select, insert, update, delete on public.notes to authenticated;
    alter table public.notes enable row level security;
    create policy notes_all on public.notes to authenticated
      using (tenant_id = coalesce(nullif(current_setting('app.tenant_id', true), ''), ${tenant})::uuid);`;
  const { admin, owner } = await serverWith(
    `${BOOTSTRAP} create role owner login bypassrls password 'pw'; grant create, usage on schema public to owner; grant create on database postgres to owner;
     grant usage on schema auth to owner; grant authenticated, anon to owner;
     create role gateway login noinherit password 'pw'; grant authenticated, anon to gateway;`,
    migration,
  );
  const application = await applicationAt(urlAs(admin, "gateway"));
  const request = (of: string): readonly (readonly [string, readonly string[]])[] => [
    ["set local role authenticated", []],
    [
      "select set_config('request.jwt.claims', $1, true)",
      [JSON.stringify({ role: "authenticated", app_metadata: { tenant_id: of } })],
    ],
  ];
  expect(await seen(application, request(TENANTS[1]))).toEqual(["b", "c"]);
  // the hole that the move closes
  expect(await seen(application, [...request(TENANTS[1]), variable(TENANTS[0])])).toEqual(["a"]);

  const dir = folderWith({ "supabase/config.toml": "", "supabase/migrations/20250101000000_init.sql": migration });
  const init = await rlsmith(["init", "--yes"], { cwd: dir });
  expect([init.code, init.stderr]).toEqual([0, expect.stringMatching(/^next .*rlsmith plan/m)]);
  const written = await rlsmith(["plan"], { cwd: dir });
  expect([written.code, written.stderr]).toEqual([0, expect.stringMatching(/^next .*apply/m)]);
  expect(await applied(dir, owner)).toMatchObject({ code: 0 });
  expect(await seen(application, request(TENANTS[1]))).toEqual(["b", "c"]);
  expect(await seen(application, [...request(TENANTS[1]), variable(TENANTS[0])])).toEqual(["b", "c"]);
});
