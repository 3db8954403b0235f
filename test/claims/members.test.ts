import { describe, expect, test } from "vitest";
import { renderClaims } from "../../src/report/claims-terminal.ts";
import pc from "picocolors";
import type { ClaimsFacts } from "../../src/claims/report.ts";
import { claimsServer, fixOf, id, metadataOf } from "./native.ts";
import { look } from "./support.ts";

const fresh = claimsServer();

const TEXT_STAFF = `
  create table staff (n int primary key, auth_uid text unique, role text not null, active boolean not null default true, updated_at timestamptz not null default now());
  create function sync() returns trigger language plpgsql security definer set search_path = '' as $$ begin
    if tg_op = 'DELETE' then update auth.users set raw_app_meta_data = raw_app_meta_data - 'role' where id = old.auth_uid::uuid; return old; end if;
    if tg_op = 'UPDATE' and old.auth_uid is distinct from new.auth_uid then
      update auth.users set raw_app_meta_data = raw_app_meta_data - 'role' where id = old.auth_uid::uuid;
    end if;
    if not new.active then update auth.users set raw_app_meta_data = raw_app_meta_data - 'role' where id = new.auth_uid::uuid; return new; end if;
    update auth.users set raw_app_meta_data = coalesce(raw_app_meta_data, '{}') || jsonb_build_object('role', new.role) where id = new.auth_uid::uuid;
    return new;
  end $$;
  create trigger sync after insert or update or delete on staff for each row execute function sync();`;

const config = {
  claimsSync: { relation: "public.staff", user: "auth_uid", claims: { "app_metadata.role": "role" }, active: "active" },
};

const print = (facts: ClaimsFacts): string =>
  renderClaims({ readFrom: "live", jwtExpirySeconds: 3600, facts, findings: [] }, pc.createColors(false));

describe("a user's id as text", () => {
  const MEMBERS = `${TEXT_STAFF} select users(3);
    insert into staff (n, auth_uid, role) values (1, upper(id(1)::text), 'boss'), (2, '{' || id(2) || '}', 'boss'), (3, id(3)::text, 'boss');`;

  test("a user's id is the same in capitals and in braces, as the trigger's cast reads it", async () => {
    const { facts, codes } = await look(await fresh(MEMBERS), { config });
    expect(facts.members).toMatchObject({
      value: { synced: { total: 3, ids: [id(1), id(2), id(3)] }, orphaned: { total: 0 } },
    });
    expect(codes).toEqual([]);
  });

  test("the migration keeps the claims of such users, and its trigger finds them by the index of auth.users", async () => {
    const db = await fresh(`${MEMBERS} update auth.users set raw_app_meta_data = '{}' where id = id(3);`);
    const { facts } = await look(db, { config });
    await db.exec(fixOf(facts).up);
    expect((await metadataOf(db)).map(({ role }) => role)).toEqual(["boss", "boss", "boss"]);
    // what is no id is nobody's, and does not end the statement
    await db.exec("update staff set role = 'dealer' where n < 3; update staff set auth_uid = 'nobody' where n = 3;");
    expect((await metadataOf(db)).map(({ role }) => role)).toEqual(["dealer", "dealer", undefined]);
    const [{ body = "" } = {}] = await db.query<{ body: string }>(
      "select prosrc as body from pg_proc where proname = 'sync_claims_staff'",
    );
    // a cast of its primary key would be a scan for every row
    expect(body).not.toMatch(/u\.id::text/);
    expect((await look(db, { config })).codes.filter((code) => code.startsWith("error"))).toEqual([]);
  });

  test("a change of a row counts for its user, regardless of how the id is written", async () => {
    const db = await fresh(`${MEMBERS} update staff set updated_at = '2026-01-01T11:30:00Z';
      insert into auth.sessions (id, user_id, created_at) values (id(1), id(1), '2026-01-01T11:00:00Z');`);
    const { facts } = await look(db, { config, tokens: { now: "2026-01-01T11:45:00Z" } });
    expect(facts.staleTokens).toMatchObject({ value: { total: 1, ids: [id(1)] } });
  });

  test("a value that is not an id is counted, and not shown", async () => {
    const db = await fresh(`${TEXT_STAFF} alter table staff disable trigger sync; select users(1);
      insert into staff (n, auth_uid, role) values (1, 'alice@private.example', 'boss'), (2, id(7)::text, 'boss');`);
    const { facts, findings } = await look(db, { config });
    expect(facts.members).toMatchObject({ value: { "no-user": { total: 2, ids: [id(7)] } } });
    expect(print(facts)).toMatch(
      /no-user {8}2 .*\n +a0000000-0000-4000-8000-000000000007\n +… and 1 whose value is not an id/,
    );
    expect(JSON.stringify([facts, findings]) + print(facts)).not.toMatch(/private\.example/);
  });
});

test("a value that could not be read is not shown", async () => {
  const db = await fresh(`create table staff (user_id uuid primary key, level text not null); select users(1);
    insert into staff values (id(1), 'alice@private.example');`);
  const config = {
    claimsSync: { relation: "public.staff", user: "user_id", claims: { "app_metadata.level": "level::int" } },
  };
  const { facts, findings } = await look(db, { config });
  expect(facts.members).toEqual({
    kind: "unknown",
    because: { kind: "raised", sqlstate: "22P02", message: null },
  });
  expect(JSON.stringify(findings)).not.toMatch(/private\.example/);
});

test("a time is the same time in another zone", async () => {
  const db = await fresh(`create table staff (user_id uuid primary key, since timestamptz); select users(4);
    insert into staff select id(n), '2026-01-01T00:00:00Z' from generate_series(1, 3) n; insert into staff values (id(4), 'infinity');
    update auth.users set raw_app_meta_data = '{"since": "2026-01-01T09:00:00+09:00"}' where id = id(1);
    update auth.users set raw_app_meta_data = '{"since": "2026-01-01T09:00:00+00:00"}' where id = id(2);
    update auth.users set raw_app_meta_data = '{"since": "yesterday"}' where id = id(3);
    update auth.users set raw_app_meta_data = '{"since": "infinity"}' where id = id(4);
    set timezone = 'America/New_York';`);
  const config = {
    claimsSync: {
      relation: "public.staff",
      user: "user_id",
      claims: { "app_metadata.since": "since" },
      active: "true",
    },
  };
  expect((await look(db, { config })).facts.members).toMatchObject({
    value: { synced: { total: 2, ids: [id(1), id(4)] }, stale: { total: 2, ids: [id(2), id(3)] } },
  });
});

test("no existing row has a user with an old token: the output says that deleted rows are not counted", async () => {
  const db =
    await fresh(`${TEXT_STAFF} select users(1); insert into staff (n, auth_uid, role) values (1, id(1)::text, 'boss');
    insert into auth.sessions (id, user_id, created_at) values (id(1), id(1), now()); delete from staff;`);
  expect(print((await look(db, { config })).facts)).toMatch(
    /0 users may hold .*updated_at.*\n.*users of deleted rows are not counted: give --since/,
  );
});
