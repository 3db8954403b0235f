import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openServer } from "../../src/db/server.ts";
import type { Db } from "../../src/db/port.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import { checkClaims, planClaimsFix } from "../../src/pipeline/claims.ts";
import { openSource, type Source } from "../../src/pipeline/source.ts";
import type { ClaimsReport } from "../../src/claims/report.ts";
import { silent } from "../../src/progress.ts";
import { BOOTSTRAP } from "../../src/scratch/bootstrap.ts";
import { project, rlsmith } from "../support/cli.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { ALL, look, syncFunction, TABLE, trigger } from "./support.ts";

let server: TestServer;
let admin: Db;
let count = 0;
const open: Db[] = [];

const urlOf = (database: string, login = "postgres:test-pw"): string => {
  const url = new URL(server.url);
  url.pathname = database;
  [url.username = "", url.password = ""] = login.split(":");
  return url.toString();
};

beforeAll(async () => {
  server = await startServer(15);
  admin = await openServer(server.url);
  await admin.exec("create database base");
  const db = await openServer(urlOf("base"));
  await db.exec(`${BOOTSTRAP}; ${TABLE} ${syncFunction(ALL)} ${trigger("insert or delete or update")}
    create function id(n int) returns uuid language sql immutable as $$ select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid $$;
    create function member(n int, role text, status public.member_status, claims jsonb) returns void language sql as $$
      insert into auth.users (id, raw_app_meta_data, raw_user_meta_data) values (public.id(n), claims, '{}');
      insert into public.staff (id, casino_id, user_id, role, status) select public.id(1000 + n), public.id(0), public.id(n), role, status where role is not null;
      update auth.users set raw_app_meta_data = claims where id = public.id(n);
    $$;
    create role viewer login password 'viewer-pw';`);
  await db.close();
});
afterAll(async () => {
  for (const db of open) await db.close();
  await admin.close();
  await server.stop();
});

async function fresh(sql: string): Promise<{ db: Db; database: string }> {
  count += 1;
  const database = `t${count}`;
  await admin.exec(`create database ${database} template base`);
  const db = await openServer(urlOf(database));
  open.push(db);
  await db.exec(sql);
  return { db, database };
}

const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
/** What member n's row gives, as member() makes it. */
const claims = (role: string): string => `'{"provider": "email", "casino_id": "${id(0)}", "role": "${role}"}'`;

async function report(
  database: string,
  dir = project({}),
  login?: string,
): Promise<{ report: ClaimsReport; source: Source; dir: string }> {
  const source = await openSource({
    projectDir: dir,
    db: urlOf(database, login),
    scratch: { kind: "embedded" },
    strict: false,
    progress: silent,
  });
  const tokens = { expirySeconds: 3600, since: null, now: null };
  return { report: await checkClaims(source, tokens, silent), source, dir };
}
const codesOf = ({ findings }: ClaimsReport): string[] => findings.map(({ code, severity }) => `${severity} ${code}`);

describe("members", () => {
  test("users in step, stale, missing and orphaned, and users without a row or claims", async () => {
    const { db } = await fresh(`
      select member(1, 'boss', 'active', ${claims("boss")}), member(2, 'dealer', 'active', ${claims("dealer")});
      select member(3, 'boss', 'active', ${claims("boss")});
      -- stale: another role; a part only
      select member(4, 'boss', 'active', ${claims("dealer")}), member(5, 'boss', 'active', '{"role": "boss"}');
      -- missing: no such key, no object at all
      select member(6, 'boss', 'active', '{"provider": "email"}'), member(7, 'boss', 'active', null);
      -- orphaned: suspended, and no row
      select member(8, 'boss', 'suspended', ${claims("boss")}), member(9, null, null, '{"casino_id": "x"}');
      -- nobody's business: suspended without claims, a stranger, a key that is null, a row without a login
      select member(10, 'boss', 'suspended', '{}'), member(11, null, null, '{"provider": "email"}'), member(12, null, null, '{"role": null}');
      insert into staff (casino_id, role) values (id(0), 'dealer');`);
    const { facts, codes } = await look(db);
    expect(facts.members).toEqual({
      kind: "known",
      value: {
        synced: { total: 3, ids: [id(1), id(2), id(3)] },
        stale: { total: 2, ids: [id(4), id(5)] },
        missing: { total: 2, ids: [id(6), id(7)] },
        orphaned: { total: 2, ids: [id(8), id(9)] },
        ambiguous: { total: 0, ids: [] },
        "no-user": { total: 0, ids: [] },
      },
    });
    expect(codes).toEqual(["error claims-stale", "error claims-missing", "error claims-orphaned"]);
  });

  test("25 are counted, 20 are named", async () => {
    const { db } = await fresh("select member(n, 'boss', 'active', '{}') from generate_series(1, 25) n;");
    const { facts } = await look(db);
    if (facts.members?.kind !== "known") throw new Error("unknown");
    expect(facts.members.value.missing.total).toBe(25);
    expect(facts.members.value.missing.ids).toEqual(Array.from({ length: 20 }, (_, index) => id(index + 1)));
  });

  test("two active rows that differ, one of which is in the token", async () => {
    const { db } = await fresh(`alter table staff drop constraint staff_user_id_key;
      select member(1, 'boss', 'active', ${claims("boss")});
      insert into staff (casino_id, user_id, role) values (id(0), id(1), 'dealer');`);
    const { facts, codes } = await look(db);
    // the sync's last write was that of the second row, which is an active row of hers too; it would clear for one row what the other gives
    expect(facts.members).toMatchObject({ value: { synced: { total: 1 }, ambiguous: { total: 1 } } });
    expect(codes).toEqual(["error sync-takes-other-row", "warning claims-ambiguous"]);
  });

  test("keys of synced claims in the metadata that users write", async () => {
    const { db } =
      await fresh(`select member(1, 'boss', 'active', ${claims("boss")}), member(2, 'boss', 'active', ${claims("boss")});
      update auth.users set raw_user_meta_data = '{"role": "admin"}' where id = id(2);`);
    const { facts, codes, findings } = await look(db);
    expect(facts.ownMetadata).toEqual({ kind: "known", value: { total: 1, ids: [id(2)] } });
    // nothing reads it
    expect(codes).toEqual(["info claims-in-user-metadata"]);
    expect(JSON.stringify(findings)).not.toMatch(/admin/);
  });
});

describe("tokens", () => {
  // issued: 1 at 11:00:00 sharp, 2 a microsecond later, 3 at its refresh at 11:30 UTC, 4 at 11:59:59
  const SESSIONS = `
    alter database current_db set timezone = 'Asia/Tokyo';
    select member(n, 'boss', 'active', ${claims("boss")}) from generate_series(1, 4) n;
    update staff set updated_at = '2026-01-01T08:00:00Z';
    insert into auth.sessions (id, user_id, created_at, refreshed_at) values
      (id(1), id(1), '2026-01-01T11:00:00Z', null),
      (id(2), id(2), '2026-01-01T11:00:00.000001Z', null),
      (id(3), id(3), '2026-01-01T08:00:00Z', '2026-01-01 11:30:00'),
      (id(4), id(4), '2026-01-01T11:59:59Z', null);`;
  const now = "2026-01-01T12:00:00Z";
  let db: Db;
  beforeAll(async () => {
    const made = await fresh("select 1");
    await made.db.exec(SESSIONS.replace("current_db", made.database));
    db = await openServer(urlOf(made.database));
    open.push(db);
  });

  test("a token that expires now is expired; one that expires a microsecond later is valid", async () => {
    expect(await db.query("select current_setting('timezone') as zone")).toEqual([{ zone: "Asia/Tokyo" }]);
    const { facts } = await look(db, { tokens: { now } });
    expect(facts.tokens).toEqual({
      kind: "known",
      value: { sessions: 4, alive: 3, users: 3, oldest: "2026-01-01T11:00:00Z", windowEnds: "2026-01-01T12:59:59Z" },
    });
  });

  test("with a shorter lifetime fewer tokens are valid", async () => {
    // 11:30 + 1800 s is now
    const { facts } = await look(db, { tokens: { now, expirySeconds: 1800 } });
    expect(facts.tokens).toMatchObject({
      value: { alive: 1, oldest: "2026-01-01T11:59:59Z", windowEnds: "2026-01-01T12:29:59Z" },
    });
  });

  test("a token issued at the change has it; one from before has not", async () => {
    const at = await look(db, { tokens: { now, since: "2026-01-01T11:30:00Z" } });
    expect(at.facts.staleTokens).toMatchObject({
      value: { total: 1, sessions: 1, ids: [id(2)], until: "2026-01-01T12:00:00Z" },
    });
    expect(at.codes).toEqual(["warning stale-tokens"]);
    // the same in another zone, a microsecond on
    const after = await look(db, { tokens: { now, since: "2026-01-01T12:30:00.000001+01:00" } });
    expect(after.facts.staleTokens).toMatchObject({
      value: { total: 2, ids: [id(2), id(3)], until: "2026-01-01T12:30:00Z" },
    });
  });

  test("without --since the time in each row applies, and a member's later change is a note", async () => {
    expect((await look(db, { tokens: { now } })).facts.staleTokens).toMatchObject({ value: { total: 0, ids: [] } });
    await db.exec("update staff set updated_at = '2026-01-01T11:45:00Z' where user_id in (id(1), id(3))");
    const { facts, codes } = await look(db, { tokens: { now } });
    // 1's token is over, 2 and 4 did not change
    expect(facts.staleTokens).toMatchObject({
      value: { total: 1, ids: [id(3)], changed: { kind: "column", column: "updated_at" } },
    });
    expect(codes).toEqual(["info stale-tokens"]);
  });
});

describe("hooks", () => {
  const hook = (body: string): string => `
    create function token_hook(event jsonb) returns jsonb language plpgsql set search_path = '' as $$ begin ${body} end $$;
    revoke all on function token_hook from public, anon, authenticated, service_role;
    grant execute on function token_hook to supabase_auth_admin;
    select member(1, 'boss', 'active', ${claims("boss")}), member(2, 'boss', 'active', ${claims("boss")}), member(3, 'boss', 'suspended', '{}');`;
  const set = (role: string): string => `return jsonb_set(event, '{claims,app_metadata,role}', to_jsonb(${role}));`;

  test("a hook that agrees is shown and called for active members", async () => {
    const { db } = await fresh(hook(set("'boss'::text")));
    const { facts, codes } = await look(db);
    expect(codes).toEqual(["info custom-access-token-hook"]);
    expect(facts.hooks[0]?.trial).toMatchObject({
      kind: "called",
      members: 2,
      differ: { total: 0 },
      raised: { total: 0 },
    });
  });

  test("a hook that does not agree", async () => {
    const { db } = await fresh(hook(set(`case event ->> 'user_id' when '${id(2)}' then 'admin' else 'boss' end`)));
    const { facts, codes } = await look(db);
    expect(codes).toEqual(["error hook-claims-differ", "info custom-access-token-hook"]);
    expect(facts.hooks[0]?.trial).toMatchObject({ differ: { total: 1, ids: [id(2)] } });
  });

  test("a hook that raises an error, writes or refuses does not end the run; its message is not shown", async () => {
    const { db } = await fresh(
      hook(
        `if event ->> 'user_id' = '${id(1)}' then raise exception 'member@example.com'; end if; if event ->> 'user_id' = '${id(4)}' then return '{"error": {"http_code": 403, "message": "member@example.com"}}'; end if; insert into public.staff default values; return event;`,
      ),
    );
    await db.exec(`select member(4, 'boss', 'active', ${claims("boss")})`);
    const { findings, codes, facts } = await look(db);
    expect(codes).toEqual(["warning hook-call-failed", "info custom-access-token-hook"]);
    // what the hook raised, a write in a read-only transaction, and the answer that refuses a token
    expect(facts.hooks[0]?.trial).toMatchObject({
      raised: { total: 3, sqlstates: ["P0001", "25006"], refused: true },
    });
    expect(JSON.stringify(findings)).not.toMatch(/example\.com/);
    expect(facts.tokens.kind).toBe("known");
  });

  test("a hook that reaches another machine is not called", async () => {
    const { db } = await fresh(hook("perform public.http_get('https://example.com'); return event;"));
    expect((await look(db)).facts.hooks[0]?.trial).toMatchObject({
      kind: "not-called",
      because: expect.objectContaining({ kind: "side effects" }),
    });
  });

  test("where a hook sets every claim, a missing trigger and empty columns are notes", async () => {
    const { db } = await fresh(
      `drop trigger sync on staff; ${hook(
        "event := jsonb_set(event, '{claims,app_metadata,role}', '\"boss\"'); event := jsonb_set(event, '{claims,app_metadata,casino_id}', to_jsonb(public.id(0))); return event;",
      )} update auth.users set raw_app_meta_data = '{}';`,
    );
    const config = {
      claimsSync: {
        relation: "public.staff",
        user: "user_id",
        claims: { "app_metadata.casino_id": "casino_id", "app_metadata.role": "role" },
        active: "status = 'active'",
      },
    };
    const { codes } = await look(db, { config });
    expect(codes).toEqual(["info sync-trigger-missing", "info claims-missing", "info custom-access-token-hook"]);
  });

  test("a login that may not execute it says so", async () => {
    const { database } = await fresh(`${hook(set("'boss'::text"))} grant select on staff to viewer;`);
    const { report: seen } = await report(database, project({}), "viewer:viewer-pw");
    expect(seen.facts.hooks[0]?.trial).toEqual({ kind: "not-called", because: { kind: "no privilege" } });
  });
});

describe("a login with fewer privileges", () => {
  test("a login that may not read auth: unknown, and no success", async () => {
    const { database } = await fresh(`select member(1, 'boss', 'active', '{}'); grant select on staff to viewer;`);
    const { report: seen } = await report(database, project({}), "viewer:viewer-pw");
    expect(seen.facts.members).toMatchObject({
      kind: "unknown",
      because: { kind: "raised", sqlstate: "42501", message: expect.stringContaining("auth") },
    });
    expect(seen.facts.tokens.kind).toBe("unknown");
    expect(codesOf(seen)).toContain("warning claims-of-members-unknown");
    expect(codesOf(seen)).toContain("warning age-of-tokens-unknown");
    const cli = await rlsmith(["claims", project({}), "--db", urlOf(database, "viewer:viewer-pw")]);
    expect(cli.code).toBe(1);
    expect(cli.stdout).toMatch(/unknown: the login may not read it/);
    expect(cli.stdout + cli.stderr).not.toMatch(/viewer-pw/);
  });

  test("row security that hides rows is unknown too, not an empty table in step", async () => {
    const { database } = await fresh(`select member(1, 'boss', 'active', '{}');
      grant usage on schema auth to viewer; grant select on auth.users, auth.sessions, staff to viewer;
      alter table auth.users enable row level security; alter table auth.sessions enable row level security;`);
    const { report: seen } = await report(database, project({}), "viewer:viewer-pw");
    expect(seen.facts.members).toMatchObject({
      kind: "unknown",
      because: { kind: "raised", message: expect.stringMatching(/row-level security/) },
    });
    expect(seen.facts.tokens.kind).toBe("unknown");
  });

  test("without row security the login sees all rows", async () => {
    const { database } = await fresh(`select member(1, 'boss', 'active', '{}');
      grant usage on schema auth to viewer; grant select on auth.users, auth.sessions, staff to viewer;`);
    const { report: seen } = await report(database, project({}), "viewer:viewer-pw");
    expect(codesOf(seen)).toEqual(["error claims-missing"]);
  });

  test("no auth schema at all", async () => {
    await admin.exec("create database bare");
    const { report: seen } = await report("bare");
    expect(seen.facts.tokens).toEqual({ kind: "unknown", because: { kind: "no sessions" } });
    expect(codesOf(seen)).toEqual(["warning claims-source-unknown", "warning age-of-tokens-unknown"]);
  });
});

/** Catalog and rows: all that a look could have changed. */
async function stateOf(db: Db): Promise<unknown> {
  const rows = await db.query(`select
    (select json_agg(json_build_array(u.xmin::text, u) order by u.id) from auth.users u) as users,
    (select json_agg(json_build_array(s.xmin::text, s) order by s.id) from staff s) as staff,
    (select json_agg(json_build_array(c.oid::text, c.xmin::text) order by c.oid) from pg_class c) as classes`);
  return [await inspect(db), rows];
}

describe("--fix", () => {
  const BROKEN = `drop trigger sync on staff; drop function sync_claims;
    ${syncFunction({})} ${trigger("insert or update of role")}
    select member(1, 'boss', 'active', ${claims("dealer")}), member(2, 'boss', 'active', '{"provider": "email"}'), member(3, 'boss', 'active', null);
    select member(4, 'boss', 'suspended', ${claims("boss")}), member(5, null, null, ${claims("boss")}), member(6, 'boss', 'active', ${claims("boss")});`;

  test("applied once or twice, the migration leaves nothing to report; the down migration restores the old trigger", async () => {
    const { db, database } = await fresh(BROKEN);
    const before = await stateOf(db);
    const { report: seen, source, dir } = await report(database);
    expect(codesOf(seen).toSorted()).toEqual([
      "error claims-missing",
      "error claims-orphaned",
      "error claims-stale",
      "error sync-ignores-status",
      "error sync-misses-column",
      "error sync-misses-delete",
      "error sync-misses-relink",
    ]);
    const files = planClaimsFix(source, seen, dir, null, new Date("2026-11-23T10:00:00Z"));
    const [up, down] = files ?? [];
    expect(up?.path).toBe(`${dir}/rlsmith/migrations/20261123100000_claims_sync.sql`);
    expect(down?.path).toBe(`${dir}/rlsmith/rollbacks/20261123100000_claims_sync.down.sql`);
    expect(await stateOf(db)).toEqual(before);

    await admin.exec(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${database}'`);
    await admin.exec(`create database fixed template ${database}`);
    const fixed = await openServer(urlOf("fixed"));
    open.push(fixed);
    await fixed.exec(up?.content ?? "");
    const once = await fixed.query("select id, xmin::text, raw_app_meta_data as meta from auth.users order by id");
    // 1, 2, 3 and 6 are active bosses; 4 is suspended and 5 has no row; what else was there stays
    const full = (provider: object): object => ({ ...provider, casino_id: id(0), role: "boss" });
    expect(once.map(({ meta }) => meta)).toEqual([
      full({ provider: "email" }),
      full({ provider: "email" }),
      full({}),
      { provider: "email" },
      { provider: "email" },
      full({ provider: "email" }),
    ]);
    await fixed.exec(up?.content ?? "");
    expect(await fixed.query("select id, xmin::text, raw_app_meta_data as meta from auth.users order by id")).toEqual(
      once,
    );
    expect(codesOf((await report("fixed")).report)).toEqual([]);

    await fixed.exec(down?.content ?? "");
    await fixed.exec(down?.content ?? "");
    expect(
      await fixed.query("select tgname as name from pg_trigger where tgrelid = 'staff'::regclass and not tgisinternal"),
    ).toEqual([{ name: "sync" }]);
    expect(codesOf((await report("fixed")).report)).toContain("error sync-misses-delete");
  });

  test("the trigger that --fix writes: no claims remain of a member who moved, left or was demoted", async () => {
    const { db, database } = await fresh(BROKEN);
    const { report: seen, source, dir } = await report(database);
    await db.exec(planClaimsFix(source, seen, dir, null, new Date())?.[0]?.content ?? "");
    const role = async (n: number): Promise<unknown> =>
      (
        await db.query<{ role: string | null }>(
          "select raw_app_meta_data ->> 'role' as role from auth.users where id = $1",
          [id(n)],
        )
      )[0]?.role;
    await db.exec("update staff set role = 'dealer' where user_id = id(1)");
    expect(await role(1)).toBe("dealer");
    await db.exec("update staff set user_id = null where user_id = id(2)");
    expect(await role(2)).toBeNull();
    await db.exec("update staff set user_id = id(5) where user_id = id(3)");
    expect([await role(3), await role(5)]).toEqual([null, "boss"]);
    await db.exec("update staff set status = 'active' where user_id = id(4)");
    expect(await role(4)).toBe("boss");
    await db.exec("delete from staff where user_id = id(6)");
    expect(await role(6)).toBeNull();
    // the foreign key's own update of the row fires it too, and there is no user left to change
    await db.exec("delete from auth.users where id = id(1)");
  });

  test("a complete sync is left unchanged, and claims that differ are filled in", async () => {
    const { db, database } = await fresh(`select member(1, 'boss', 'active', ${claims("dealer")})`);
    const { report: seen, source, dir } = await report(database);
    expect(codesOf(seen)).toEqual(["error claims-stale"]);
    const [up, down] = planClaimsFix(source, seen, dir, null, new Date()) ?? [];
    expect(`${up?.content}${down?.content}`).not.toMatch(/create (or replace )?(trigger|function)|drop trigger/i);
    await db.exec(up?.content ?? "");
    expect(codesOf((await report(database)).report)).toEqual([]);
  });

  test("the migration fails on a relation that was changed, and changes nothing", async () => {
    const { db, database } = await fresh(BROKEN);
    const { report: seen, source, dir } = await report(database);
    const sql = planClaimsFix(source, seen, dir, null, new Date())?.[0]?.content ?? "";
    await db.exec("alter table staff rename column role to rank");
    await expect(db.exec(sql)).rejects.toThrow(/public\.staff has no column role/);
    await db.exec("rollback");
    expect(await db.query("select count(*)::int as n from pg_namespace where nspname = 'rlsmith_private'")).toEqual([
      { n: 0 },
    ]);
  });

  test("a nested claim, names that need quotes, a text user id, an older trigger that does more", async () => {
    const { db } = await fresh(`
      create table "Team Member" ("Id" int primary key, "user" text, "order" int not null, enabled boolean not null);
      create table log (at timestamptz);
      create function more() returns trigger language plpgsql security definer set search_path = '' as $$ begin
        insert into public.log values (now());
        update auth.users set raw_app_meta_data = coalesce(raw_app_meta_data, '{}') || jsonb_build_object('tenant', jsonb_build_object('id', new."order")) where id = new."user"::uuid;
        return new; end $$;
      create trigger "More's" after insert on "Team Member" for each row execute function more();
      insert into auth.users (id, raw_app_meta_data) values (id(1), '{"tenant": {"id": 5, "plan": "x"}}'), (id(2), '{"tenant": {"id": 7}}');
      drop trigger sync on staff;
      insert into "Team Member" values (1, id(1)::text, 8, true);
      update auth.users set raw_app_meta_data = '{"tenant": {"id": 5, "plan": "x"}}' where id = id(1);`);
    const [{ name: database = "" } = {}] = await db.query<{ name: string }>("select current_database() as name");
    const dir = project({
      "rlsmith.config.ts": `export default { claimsSync: { relation: "public.Team Member", user: "user", claims: { "app_metadata.tenant.id": "order" }, active: "enabled" } };`,
    });
    const { report: seen, source } = await report(database, dir);
    const content = planClaimsFix(source, seen, dir, null, new Date())?.[0]?.content ?? "";
    await db.exec(content);
    expect(content).toMatch(/-- not dropped, .*More's/);
    expect(await db.query("select raw_app_meta_data as meta from auth.users order by id")).toEqual([
      { meta: { tenant: { id: 8, plan: "x" } } },
      { meta: { tenant: {} } },
    ]);
    expect(codesOf((await report(database, dir)).report)).toEqual([]);
  });
});
