import { resolve } from "node:path";
import pc from "picocolors";
import { expect, test } from "vitest";
import { claimChoices, type ClaimChoice, type ClaimChoices } from "../../src/pipeline/claim-choices.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import { inspectCatalog } from "../../src/pipeline/inspection.ts";
import { countLookUps } from "../../src/pipeline/look-ups.ts";
import { planCatalog } from "../../src/pipeline/plan.ts";
import { openSource } from "../../src/pipeline/source.ts";
import { parseConfig } from "../../src/config.ts";
import { silent } from "../../src/progress.ts";
import { wrapProse } from "../../src/cli/wrap.ts";
import { choiceLines } from "../../src/report/claim-choices.ts";
import { project } from "../support/cli.ts";
import { withFork } from "../support/fork.ts";
import { plainScratch } from "../support/plain.ts";

const colours = pc.createColors(false);

/** The text of each of the two columns on one line, after that of all lines: a cell has several. */
const textOf = (lines: readonly string[]): string =>
  [lines, lines.map((line) => line.slice(18, 66)), lines.map((line) => line.slice(66))]
    .map((part) => part.join(" "))
    .join("\n")
    .replaceAll(/ +/g, " ");

/** The choices of a project with these files, and their text. */
async function choicesOf(files: Record<string, string>): Promise<{ choices: ClaimChoices; text: string }> {
  const projectDir = project(files);
  const options = {
    projectDir: resolve(projectDir),
    scratch: { kind: "embedded" as const },
    strict: true,
    config: null,
  };
  const source = await openSource({ ...options, progress: silent });
  try {
    const answers = { variables: {}, decisions: {} };
    const inspection = inspectCatalog(source.catalog);
    const choices = await claimChoices(source, inspection, answers, { projectDir, progress: silent });
    return { choices, text: textOf(choiceLines(choices, { width: null, colours })) };
  } finally {
    await source.close();
  }
}

const onlyOf = ({ rights: [only, ...more] }: ClaimChoices): ClaimChoice => {
  if (!only || more.length > 0) throw new Error("not one claim decides rights");
  return only;
};

const claim = (name: string): string => `(auth.jwt() -> 'app_metadata' ->> '${name}')`;
const hybrid = (name: string): string => `coalesce(nullif(current_setting('app.${name}', true), ''), ${claim(name)})`;
const ORG = `org_id = ${hybrid("org_id")}::uuid`;

/** Supabase, with a trigger that copies the tenant and the role of the one row of a user. */
const SUPABASE = `
create table public.staff (id uuid primary key, user_id uuid unique references auth.users, org_id uuid not null,
  role text not null, status text not null default 'active' check (status in ('active', 'left')));
create table public.slip (id uuid primary key, org_id uuid not null, paid boolean);
alter table public.slip enable row level security;
create function public.sync() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  if new.status = 'active' then
    update auth.users set raw_app_meta_data = coalesce(raw_app_meta_data, '{}') || jsonb_build_object('org_id', new.org_id, 'staff_role', new.role)
    where id = new.user_id;
  end if;
  return new;
end $$;
create trigger sync after insert or update on public.staff for each row execute function public.sync();
create policy slip_read on public.slip for select to authenticated using (${ORG});
create policy slip_write on public.slip for update to authenticated
  using (${ORG} and ${hybrid("staff_role")} in ('boss', 'cashier')) with check (${ORG} and ${hybrid("staff_role")} = 'boss');
`;
const A = "supabase/migrations/20250101000000_a.sql";

test("Supabase: the column from which the trigger writes the claim, with the age by config.toml", async () => {
  const { choices, text } = await choicesOf({ [A]: SUPABASE, "supabase/config.toml": "[auth]\njwt_expiry = 900\n" });
  expect(choices.age).toEqual({ kind: "config.toml", seconds: 900 });
  // the tenant is compared with org_id alone
  expect(choices.rows).toEqual([["app_metadata", "org_id"]]);
  const choice = onlyOf(choices);
  expect(choice).toMatchObject({
    path: ["app_metadata", "staff_role"],
    decides: "rights",
    constants: ["boss", "cashier"],
    policies: ["public.slip.slip_write"],
    row: { kind: "row", relation: "public.staff", user: "user_id", column: "role", obstacle: null },
    lookUp: {
      entry: {
        setting: "app.staff_role",
        relation: "public.staff",
        userColumn: "user_id",
        roleColumn: "role",
        active: "status = 'active'",
      },
      policies: 1,
      stays: [],
      refused: null,
      // USING once and WITH CHECK once
      lookUps: { kind: "measured", most: 2, relations: ["public.slip"] },
    },
  });
  expect(text).toContain("up to 900 s by jwt_expiry in supabase/config.toml");
  expect(text).toContain("at most 900 s");
  expect(text).toContain(
    `liveRole: { setting: "app.staff_role", relation: "public.staff", userColumn: "user_id", roleColumn: "role", active: "status = 'active'" }`,
  );
  // a narrow terminal has no room for two columns; nothing is lost, and only the entry, which is copied, is wider
  for (const width of [60, 100]) {
    const narrow = wrapProse(choiceLines(choices, { width, colours }).join("\n"), width).split("\n");
    expect(narrow.filter((line) => line.length > width && !line.startsWith("    liveRole: {"))).toEqual([]);
    expect(narrow.join(" ").replaceAll(/ +/g, " ")).toContain("token: up to 900 s by jwt_expiry");
    expect(narrow.join(" ").replaceAll(/ +/g, " ")).toContain("live row: none: the row as the statement sees it");
  }
  // the printed entry is one that the config takes
  expect(parseConfig({ rules: { liveRole: choice.lookUp?.entry } }).rules.liveRole).toEqual(choice.lookUp?.entry);
});

test.each([
  ["no config.toml", {}, { kind: "default", seconds: 3600 }],
  [
    "a config.toml that does not say",
    { "supabase/config.toml": "[auth]\nenabled = true\n" },
    { kind: "default", seconds: 3600 },
  ],
  ["the name of a variable", { "supabase/config.toml": '[auth]\njwt_expiry = "env(EXPIRY)"\n' }, { kind: "not read" }],
])("Supabase: the age of a token by %s", async (_, files, age) => {
  const { choices } = await choicesOf({ [A]: SUPABASE, ...(files as Record<string, string>) });
  expect(choices.age).toMatchObject(age);
});

test.each([
  [
    // a user with two rows has two roles, of which LIMIT 1 takes any
    "several rows of one user: no look-up is offered",
    SUPABASE.replace("user_id uuid unique", "user_id uuid"),
    { row: { obstacle: "several rows" }, lookUp: null },
    "a look-up takes one of several rows",
  ],
  [
    "a claim that the trigger computes: a column is another value",
    SUPABASE.replace("'staff_role', new.role", "'staff_role', upper(new.role)"),
    { row: { kind: "none", because: "computed" }, lookUp: null },
    "a look-up returns one column as it is",
  ],
  [
    "a trigger that an update of the role does not fire",
    SUPABASE.replace("after insert or update on", "after insert or update of org_id on"),
    { row: { kind: "row", from: { kind: "trigger", fires: false } } },
    "keeps the right, also in new tokens",
  ],
  [
    // the rule changes policies, and functions stay
    "a policy that reads the claim in a function keeps the token",
    `${SUPABASE} create function public.is_boss() returns boolean language sql stable as $$ select ${claim("staff_role")} = 'boss' $$;
     create policy slip_delete on public.slip for delete to authenticated using (public.is_boss());`,
    { lookUp: { policies: 1, stays: ["public.slip.slip_delete", "public.is_boss()"] } },
    "except where 2 policies and functions would still read the token",
  ],
  [
    "no table of that name: what would be needed",
    `create table public.slip (id uuid primary key, org_id uuid not null); alter table public.slip enable row level security;
     create policy p on public.slip for select to authenticated using (${claim("rank")} = 'boss');`,
    { row: { kind: "none", because: "nothing has its name" }, reachable: 1, lookUp: null },
    "needed: a table with one row for each user",
  ],
])("Supabase: %s", async (_, sql, wanted, words) => {
  const { choices, text } = await choicesOf({ [A]: sql });
  expect(onlyOf(choices)).toMatchObject(wanted);
  expect(text).toContain(words);
});

const token = (key: string): string => `(nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> '${key}')`;
const or = (key: string): string => `coalesce(nullif(current_setting('app.${key}', true), ''), ${token(key)})`;

/** PostgreSQL alone, with a role of its own and ids that are numbers. */
const PLAIN = `
create schema app;
create table app.member (user_id bigint primary key, org_id bigint not null, rank text not null);
create table app.invoice (id bigint primary key, org_id bigint not null, total numeric);
alter table app.invoice enable row level security;
grant usage on schema app to app_user;
grant select, insert, update, delete on app.invoice to app_user;
create policy invoice_read on app.invoice for select to app_user using (org_id = ${or("org_id")}::bigint);
create policy invoice_write on app.invoice for all to app_user
  using (org_id = ${or("org_id")}::bigint and ${or("rank")} in ('owner', 'clerk'));
`;

test("plain PostgreSQL: a column of the same name is a candidate, and nothing else is said about it", async () => {
  const { choices, text } = await choicesOf({ "migrations/001_a.sql": `create role app_user; ${PLAIN}` });
  expect(choices.age).toEqual({ kind: "issuer" });
  expect(onlyOf(choices)).toMatchObject({
    path: ["rank"],
    constants: ["clerk", "owner"],
    row: { relation: "app.member", user: "user_id", column: "rank", from: { kind: "name" }, activeKnown: false },
    lookUp: { entry: { setting: "app.rank", relation: "app.member" }, stays: [], refused: null },
  });
  expect(text).toContain("not known: as long as your issuer makes tokens valid");
  expect(text).toContain("if the claim comes from this column, which nothing shows");
  expect(text).not.toContain("3600");
  expect(text).not.toContain("auth.users");
});

test("PostgREST without Supabase: claims that no table holds, and one that a look-up cannot replace", async () => {
  const { choices, text } = await choicesOf({
    "migrations/001_a.sql": `
      create role web_user nologin;
      create schema api;
      create table api.note (id uuid primary key, owner uuid not null, body text);
      alter table api.note enable row level security;
      create function api.is_editor() returns boolean language sql stable as
        $$ select (current_setting('request.jwt.claims', true)::jsonb -> 'perms') ? 'edit' $$;
      create policy note_read on api.note for select to web_user
        using (owner = ${token("sub")}::uuid or ${token("tier")} = 'gold');
      create policy note_write on api.note for update to web_user using (api.is_editor());`,
  });
  expect(choices.age).toEqual({ kind: "issuer" });
  expect(choices.rights.map(({ path, reachable, lookUp }) => [path, reachable, lookUp])).toEqual([
    [["tier"], 1, null],
    [["perms"], 0, null],
  ]);
  expect(text).toContain('liveRole: { setting: "tier", relation: "schema.table", userColumn: "…", roleColumn: "…" }');
  expect(text).not.toContain('setting: "perms"');
});

test("a project whose plan is refused is compared with nothing, and init goes on", async () => {
  // the claim `sub` is written as auth.uid() where auth.jwt() is the source, and this project has no auth.uid()
  const { choices, text } = await choicesOf({
    "migrations/001_a.sql": `
      create role web_user nologin;
      create schema auth;
      create function auth.jwt() returns jsonb language sql stable as $$ select current_setting('request.jwt.claims', true)::jsonb $$;
      create table public.note (id uuid primary key, owner uuid not null);
      alter table public.note enable row level security;
      create policy p on public.note for select to web_user
        using (owner = coalesce(nullif(current_setting('app.user_id', true), '')::uuid, (auth.jwt() ->> 'sub')::uuid)
          and auth.jwt() ->> 'tier' = 'gold');`,
  });
  expect(choices).toMatchObject({ rights: [], rows: [] });
  expect(text).toContain("were not compared: claims: there is no function `auth.uid()` in the database");
});

test("a project whose claims choose rows alone is offered nothing", async () => {
  const { choices, text } = await choicesOf({
    [A]: `create table public.slip (id uuid primary key, org_id uuid not null); alter table public.slip enable row level security;
          create policy p on public.slip for select to authenticated using (${ORG});`,
  });
  expect(choices).toMatchObject({ rights: [], rows: [["app_metadata", "org_id"]] });
  expect(text).toContain("app_metadata.org_id chooses rows and no rights");
});

const LIVE = parseConfig({
  claims: "request.jwt.claims",
  requests: { claims: "sent", reason: "the gateway sets them" },
  context: { "app.org_id": { claim: "org_id", type: "bigint" }, "app.rank": { claim: "rank", type: "text" } },
  rules: { liveRole: { setting: "app.rank", relation: "app.member", userColumn: "user_id", roleColumn: "rank" } },
});
const CLAIMS = `select set_config('request.jwt.claims', '{"sub": "7", "org_id": "1", "rank": "owner"}', true)`;

test("without Supabase, as executed: the look-up sees a demotion in the next statement, and the token does not", async () => {
  const plain = await plainScratch();
  try {
    const rowsChanged = async (rules: object): Promise<number[]> =>
      withFork(
        `create role app_user; ${PLAIN} insert into app.member values (7, 1, 'owner'); insert into app.invoice values (1, 1, 0);`,
        async (db) => {
          const config = parseConfig({ ...LIVE, rules });
          await db.exec(planCatalog(await inspect(db), config).migration.up);
          const change = async (): Promise<number> => {
            await db.exec("set local role app_user");
            const rows = await db.query("update app.invoice set total = total + 1 returning id");
            await db.exec("reset role");
            return rows.length;
          };
          await db.exec(`begin; ${CLAIMS}`);
          const before = await change();
          await db.exec("update app.member set rank = 'guest' where user_id = 7");
          const after = await change();
          await db.exec("rollback; reset role; drop owned by app_user; drop role app_user");
          return [before, after];
        },
        plain,
      );
    expect(await rowsChanged(LIVE.rules)).toEqual([1, 0]);
    expect(await rowsChanged({})).toEqual([1, 1]);
  } finally {
    await plain.close();
  }
});

test("as executed: the InitPlans that EXPLAIN shows are the calls that are made", async () => {
  const plain = await plainScratch();
  try {
    await withFork(
      `create role app_user; ${PLAIN} insert into app.member values (7, 1, 'owner');
       insert into app.invoice select n, 1, 0 from generate_series(1, 50) n;`,
      async (db) => {
        const catalog = await inspect(db);
        const { migration, plan } = planCatalog(catalog, LIVE, { ownTransaction: false });
        const policies = plan.policies
          .flatMap(({ after }) => after)
          .filter(({ using }) => using?.includes("live_role"));
        const called = { schema: "rlsmith_private", name: "live_role" };
        const counted = await countLookUps(db, migration.up, { catalog, policies, called });
        await db.exec(migration.up);
        const calls = async (statement: string): Promise<number> => {
          const made = async (): Promise<number> =>
            (
              await db.query<{ calls: number }>(
                "select pg_stat_get_xact_function_calls(oid)::int as calls from pg_proc where proname = 'live_role'",
              )
            )[0]?.calls ?? 0;
          await db.exec(`begin; set local track_functions = 'all'; ${CLAIMS}; set local role app_user`);
          const before = await made();
          await db.query(statement);
          await db.exec("reset role");
          const after = await made();
          await db.exec("rollback");
          return after - before;
        };
        const most = Math.max(
          await calls("select * from app.invoice"),
          await calls("update app.invoice set id = id returning *"),
          await calls("insert into app.invoice values (99, 1, 0) returning *"),
          await calls("insert into app.invoice values (1, 1, 0) on conflict (id) do update set total = 1 returning *"),
          await calls("delete from app.invoice returning *"),
        );
        expect(most).toBeGreaterThan(0);
        expect(counted).toEqual({ kind: "measured", most, relations: ["app.invoice"], statements: 5, refused: 0 });
        await db.exec("drop owned by app_user; drop role app_user");
      },
      plain,
    );
  } finally {
    await plain.close();
  }
});
