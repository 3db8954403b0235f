import { describe, expect, test } from "vitest";
import { causeText } from "../../src/report/claims-cause.ts";
import { renderFix } from "../../src/claims/fix/fix.ts";
import type { ClaimsFacts } from "../../src/claims/report.ts";
import type { SyncSource } from "../../src/claims/source/source.ts";
import { planClaimsFix } from "../../src/pipeline/claims.ts";
import { withFork } from "../support/fork.ts";
import { ALL, look, syncFunction, TABLE, trigger } from "./support.ts";

const on = async (sql: string, options: Parameters<typeof look>[1] = {}): ReturnType<typeof look> =>
  withFork(sql, async (db) => look(db, options));

const sourceIn = ({ source }: ClaimsFacts): SyncSource => {
  if (source.kind === "unknown") throw new Error(causeText(source.because));
  return source.value;
};
const fixOf = ({ facts }: { facts: ClaimsFacts }): string =>
  renderFix(sourceIn(facts), facts.triggers, {
    schema: "rlsmith_private",
    ownTransaction: true,
    rollbackFile: "x",
    repairsSync: true,
  }).up;
const EVERY = "insert or delete or update";
const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
/** Users 1, 2, …, and a row of staff for each that is in the list, without any trigger. */
const members = (...statuses: string[]): string =>
  statuses
    .map(
      (status, place) =>
        `insert into auth.users (id, raw_app_meta_data) values ('${id(place + 1)}', '{}');
         insert into staff (casino_id, user_id, role, status) values ('${id(0)}', '${id(place + 1)}', 'boss', '${status}');`,
    )
    .join("\n");

describe("who is active", () => {
  test("by WHEN of the trigger", async () => {
    const { facts, codes } = await on(`${TABLE} ${members("active", "active")}
      alter table staff add approved boolean not null default false; update staff set approved = true where user_id = '${id(1)}';
      ${syncFunction({})} create trigger sync after insert or update on staff
        for each row when (new.approved) execute function sync_claims();`);
    expect(sourceIn(facts).active).toMatchObject({ sql: "approved", columns: ["approved"] });
    expect(facts.members).toMatchObject({ value: { missing: { total: 1, ids: [id(1)] } } });
    // a row that is not approved any more does not fire it
    expect(codes).toContain("error sync-ignores-status");
  });

  test("by the WHERE of the update", async () => {
    const { facts } = await on(`${TABLE} ${members("active", "suspended")}
      ${syncFunction({}).replace("id = new.user_id", "id = new.user_id and new.status = 'active'")} ${trigger(EVERY)}`);
    expect(sourceIn(facts)).toMatchObject({
      active: { sql: "status = 'active'", from: "function body" },
      unsure: null,
    });
    expect(facts.members).toMatchObject({ value: { missing: { total: 1, ids: [id(1)] } } });
  });

  const CASINO = `${TABLE} create table casino (id uuid primary key, suspended boolean not null);
    insert into casino values ('${id(0)}', true); ${members("active", "suspended")}
    ${syncFunction(ALL)
      .replace("begin\n", "declare v boolean; begin\n")
      .replace(
        "begin\n",
        "begin select c.suspended into v from public.casino c where c.id = new.casino_id; if v then return new; end if;\n",
      )} ${trigger(EVERY)}`;

  test("a condition on another table: the active rows are not known, and no member is missing for certain", async () => {
    const { facts, findings, codes } = await on(CASINO);
    // the row's own condition holds for all that count
    expect(sourceIn(facts)).toMatchObject({
      active: { sql: "status <> 'active' IS NOT TRUE" },
      unsure: { kind: "other condition", function: "public.sync_claims", condition: "v IS NOT TRUE" },
    });
    expect(codes).toEqual(["warning claims-active-unknown", "warning sync-unknown", "warning claims-missing"]);
    expect(findings[0]?.hint).toMatch(/claimsSync.*active/);
    const report = { readFrom: "live" as const, jwtExpirySeconds: 3600, facts, findings };
    // it is refused before the catalog is read
    expect(() => planClaimsFix(null as never, report, ".", null, new Date())).toThrow(
      /the active rows of `public\.staff` are unknown/,
    );
  });

  test("a declared `active` settles it; declared claims alone do not", async () => {
    const claimsSync = { relation: "public.staff", user: "user_id", claims: { "app_metadata.role": "role" } };
    expect((await on(CASINO, { config: { claimsSync } })).codes).toContain("warning claims-active-unknown");
    const { codes } = await on(CASINO, { config: { claimsSync: { ...claimsSync, active: "status = 'active'" } } });
    expect(codes).not.toContain("warning claims-active-unknown");
    expect(codes).toContain("error claims-missing");
  });

  test("the condition of a body is still known after --fix has replaced it", async () => {
    const claims = { "app_metadata.casino_id": "casino_id", "app_metadata.role": "role" };
    const config = { claimsSync: { relation: "public.staff", user: "user_id", claims } };
    await withFork(
      `${TABLE} ${members("active", "suspended")} ${syncFunction({}).replace("id = new.user_id", "id = new.user_id and new.status <> 'suspended'")} ${trigger(EVERY)}`,
      async (db) => {
        const before = await look(db, { config });
        expect(sourceIn(before.facts)).toMatchObject({ active: { sql: "status <> 'suspended'" }, from: "config" });
        await db.exec(fixOf(before));
        const after = await look(db, { config });
        expect(sourceIn(after.facts).active?.sql).toBe("status <> 'suspended'");
        expect(after.codes).toEqual([]);
      },
    );
  });

  test("several triggers that fire for different rows", async () => {
    const { facts } = await on(`${TABLE} ${syncFunction({})}
      create trigger a after insert on staff for each row execute function sync_claims();
      create trigger b after update on staff for each row when (new.status = 'active') execute function sync_claims();`);
    expect(sourceIn(facts).unsure).toEqual({ kind: "different triggers", relation: "public.staff" });
    // a trigger that only looks what changed asks nothing of the row
    const { facts: same } = await on(`${TABLE} ${syncFunction({ status: true })}
      create trigger a after insert on staff for each row execute function sync_claims();
      create trigger b after update on staff for each row when (old.* is distinct from new.*) execute function sync_claims();`);
    expect(sourceIn(same)).toMatchObject({ active: { sql: "status <> 'active' IS NOT TRUE" }, unsure: null });
  });

  test.each([
    ["if not new.is_active then", "is_active IS NOT FALSE"],
    ["if new.status is distinct from 'active' then", "status IS NOT DISTINCT FROM 'active'"],
  ])("behind %s … return", async (test, sql) => {
    const { facts, codes } = await on(
      `${TABLE.replace("status member_status", "is_active boolean not null default true,\n  status member_status")}
      ${syncFunction(ALL).replace("if new.status <> 'active' then", test)} ${trigger(EVERY)}`,
    );
    expect(sourceIn(facts).active?.sql).toBe(sql);
    expect(codes).toEqual([]);
  });

  test("by CASE, whose other arm removes the claims", async () => {
    const object = (casino: string, role: string): string =>
      `jsonb_build_object('casino_id', ${casino}, 'role', ${role})`;
    const { facts, codes } = await on(
      `${TABLE} ${syncFunction({ relink: true, remove: true }).replace(
        object("new.casino_id", "new.role"),
        `case when new.status = 'active' then ${object("new.casino_id", "new.role")} else ${object("null", "null")} end`,
      )} ${trigger(EVERY)}`,
    );
    expect(sourceIn(facts)).toMatchObject({ active: { sql: "status = 'active'" }, unsure: null });
    expect(codes).toEqual([]);
  });

  test("a type without its schema", async () => {
    const { facts, codes } = await on(
      `${TABLE} ${members("active")} ${syncFunction(ALL)
        .replace("set search_path = ''", "set search_path = public")
        .replace("<> 'active'", "<> 'active'::member_status")} ${trigger(EVERY)}`,
    );
    expect(sourceIn(facts).active?.sql).toMatch(/public\.member_status/);
    expect(codes).toEqual(["error claims-missing"]);
  });

  test("a name that does not exist has a fitting hint", async () => {
    const { findings } = await on(
      `${TABLE} create function norm(r text) returns text language sql immutable as 'select r';
      ${syncFunction(ALL).replace("'role', new.role", "'role', norm(new.role)").replace("set search_path = ''", "set search_path = public")} ${trigger(EVERY)}`,
    );
    const unknown = findings.find(({ code }) => code === "claims-of-members-unknown");
    expect(unknown?.message).toMatch(/42883/);
    expect(unknown?.hint).toMatch(/declare `claimsSync` with the schema/);
  });
});

describe("who is active, by names", () => {
  const WITH = (column: string, rest = ""): string =>
    `${TABLE.replace("status member_status not null default 'active'", column)} ${rest} ${syncFunction({ relink: true, remove: true })} ${trigger(EVERY)}`;

  test.each([
    ["status text not null default 'active'", "status = 'active'"],
    ["status text check (status in ('Active', 'suspended'))", "status = 'Active'"],
    ["state varchar(20) not null default 'active'", "state = 'active'"],
    ["is_active boolean, deleted_at timestamptz, banned boolean", "is_active and deleted_at is null and not banned"],
  ])("%s", async (columns, sql) => {
    const { facts, codes } = await on(WITH(columns));
    expect(sourceIn(facts).active).toMatchObject({ sql, from: "column name" });
    expect(codes).toEqual(["error sync-ignores-status"]);
  });

  test("a domain, and values that are stored", async () => {
    const domain = await on(
      `create domain status_text as text check (value in ('active', 'left')); ${WITH("status status_text not null")}`,
    );
    expect(sourceIn(domain.facts).active?.sql).toBe("status = 'active'");
    const stored = await on(WITH("status text", members("active")));
    expect(sourceIn(stored.facts).active?.sql).toBe("status = 'active'");
  });

  test("a status column whose meaning is unknown is a warning, until it is declared", async () => {
    const sql = WITH("status text");
    const { codes, findings } = await on(sql);
    expect(codes).toEqual(["warning claims-status-ignored"]);
    expect(findings[0]?.message).toMatch(/every row counts as active: the meaning of `status` is not known/);
    const claimsSync = {
      relation: "public.staff",
      user: "user_id",
      claims: { "app_metadata.casino_id": "casino_id", "app_metadata.role": "role" },
      active: "true",
    };
    expect((await on(sql, { config: { claimsSync } })).codes).toEqual([]);
  });
});

describe("triggers that --fix replaces", () => {
  test("a function that removes another key stays, and so does one whose path is computed at run time", async () => {
    const plain = await on(TABLE + syncFunction(ALL) + trigger(EVERY));
    expect(fixOf(plain)).toMatch(/drop trigger if exists "sync"/);
    const other = await on(
      TABLE + syncFunction(ALL).replaceAll("- 'role'", "- 'role' - 'trial_until'") + trigger(EVERY),
    );
    expect(fixOf(other)).toMatch(/-- not dropped, .*: sync\n/);
    const dynamic = await on(
      TABLE +
        syncFunction(ALL).replace(
          "  return new;",
          "update auth.users set raw_app_meta_data = jsonb_set(raw_app_meta_data, array['at', new.casino_id::text], to_jsonb(new.role)) where id = new.user_id; return new;",
        ) +
        trigger(EVERY),
    );
    expect(fixOf(dynamic)).toMatch(/-- not dropped, .*: sync\n/);
    expect(dynamic.findings.find(({ code }) => code === "sync-writes-more")).toMatchObject({
      severity: "info",
      message: expect.stringMatching(/`public\.sync_claims` has `jsonb_set\(.*casino_id/),
    });
  });

  test("a trigger that writes to another user stays", async () => {
    const { facts } = await on(
      `${TABLE} alter table staff add deputy_id uuid; ${syncFunction(ALL).replace(
        "  return new;",
        "update auth.users set raw_app_meta_data = raw_app_meta_data - 'role' where id = old.deputy_id; return new;",
      )} ${trigger(EVERY)}`,
    );
    expect(facts.triggers).toMatchObject([{ onlySyncs: false }]);
  });

  test("a key with a dot is found again", async () => {
    await withFork(
      TABLE + members("active") + syncFunction({}).replaceAll("'role'", "'acme.com/role'") + trigger(EVERY),
      async (db) => {
        await db.exec(fixOf(await look(db)));
        const { facts, codes } = await look(db);
        expect(sourceIn(facts).claims.map(({ path }) => path)).toEqual([
          ["app_metadata", "casino_id"],
          ["app_metadata", "acme.com/role"],
        ]);
        expect(codes).toEqual([]);
        expect(await db.query("select raw_app_meta_data ->> 'acme.com/role' as role from auth.users")).toEqual([
          { role: "boss" },
        ]);
        // as notes were once written
        const note = {
          relation: "public.staff",
          user: "user_id",
          claims: { "app_metadata.role": "role" },
          active: "true",
        };
        await db.exec(
          `comment on function rlsmith_private.sync_claims_staff() is 'rlsmith claims: ${JSON.stringify(note)}'`,
        );
        expect(sourceIn((await look(db)).facts)).toMatchObject({ claims: [{ sql: '"role"' }], active: null });
      },
    );
  });
});

describe("relations of the trigger", () => {
  test("a partitioned table's triggers are one", async () => {
    const { facts, codes } = await on(`
      create table staff (id uuid default gen_random_uuid(), casino_id uuid not null, user_id uuid, role text, primary key (id, casino_id))
        partition by hash (casino_id);
      create table staff_1 partition of staff for values with (modulus 2, remainder 0);
      create table staff_2 partition of staff for values with (modulus 2, remainder 1);
      ${syncFunction({ remove: true, relink: true })} ${trigger(EVERY)}`);
    expect(sourceIn(facts).relation.name).toBe("staff");
    expect(facts.triggers.map(({ name }) => name)).toEqual(["sync"]);
    // user_id cannot be unique here, and the function clears whatever another row says
    expect(codes).toEqual(["error sync-takes-other-row"]);
  });

  test.each([
    ["before insert", 'new.raw_app_meta_data := \'{"role": "dealer"}\'; return new;'],
    [
      "after insert",
      "update auth.users set raw_app_meta_data = raw_app_meta_data || jsonb_build_object('role', 'dealer') where id = new.id; return new;",
    ],
  ])("%s on auth.users is not followed, and not missing", async (events, body) => {
    const { codes, findings } = await on(`${TABLE} alter table staff enable row level security;
      create policy p on staff using (role = auth.jwt() -> 'app_metadata' ->> 'role');
      create function first_role() returns trigger language plpgsql as $$ begin ${body} end $$;
      create trigger first ${events} on auth.users for each row execute function first_role();`);
    expect(codes).toEqual(["warning claims-source-unknown"]);
    expect(findings[0]?.message).toMatch(/`first` on `auth\.users` writes claims/);
  });

  test("a trigger on auth.users that only reads the column does not write claims", async () => {
    const { codes } = await on(`${TABLE} alter table staff enable row level security;
      create policy p on staff using (role = auth.jwt() -> 'app_metadata' ->> 'role');
      create function note() returns trigger language plpgsql as $$ begin
        if new.raw_app_meta_data = '{}' then raise notice 'empty'; end if; return new; end $$;
      create trigger note after insert on auth.users for each row execute function note();`);
    expect(codes).toEqual(["error sync-trigger-missing"]);
  });

  test("triggers on several relations write claims, even where nothing reads any", async () => {
    const { findings } = await on(
      `${TABLE} create table boss (like staff including all); ${syncFunction(ALL)} ${trigger(EVERY)} ${trigger(EVERY).replace("on staff", "on boss")}`,
    );
    expect(findings.map(({ message }) => message)).toEqual([
      "the source of the claims is unknown: triggers on several relations write claims: `public.boss`, `public.staff`",
    ]);
  });

  test("a helper function that writes the claims is named", async () => {
    const { findings } = await on(`${TABLE}
      create function set_claim(u uuid, claim text, value text) returns void language sql as $$
        update auth.users set raw_app_meta_data = raw_app_meta_data || jsonb_build_object(claim, value) where id = u $$;
      create function sync_claims() returns trigger language plpgsql as $$ begin
        perform public.set_claim(new.user_id, 'role', new.role); return new; end $$; ${trigger(EVERY)}`);
    expect(findings[0]?.message).toMatch(/`public\.sync_claims`.*calls `public\.set_claim`/);
  });
});

test("the user's id as primary key seldom changes", async () => {
  const { codes } = await on(`
    create table staff (user_id uuid primary key references auth.users (id) on delete cascade, casino_id uuid not null, role text);
    ${syncFunction({ remove: true })} ${trigger("insert or delete or update of role, casino_id")}`);
  expect(codes.length).toBeGreaterThan(0);
  expect(codes.every((code) => /^info sync-misses-(column|relink)$/.test(code))).toBe(true);
  const { codes: every } = await on(`
    create table staff (user_id uuid primary key references auth.users (id) on delete cascade, casino_id uuid not null, role text);
    ${syncFunction({ remove: true })} ${trigger(EVERY)}`);
  expect(every).toEqual(["info sync-misses-relink"]);
});

describe("metadata that users write", () => {
  const QUIET = `${TABLE} ${syncFunction(ALL)} ${trigger(EVERY)} alter table staff enable row level security;`;

  test("read from the table, by a policy and by a function behind one", async () => {
    const { findings } = await on(`${QUIET}
      create function own_casino() returns text language sql stable security definer as $$
        select raw_user_meta_data ->> 'casino' from auth.users where id = auth.uid() $$;
      create function own_name() returns text language sql stable security definer as $$
        select raw_user_meta_data ->> 'name' from auth.users where id = auth.uid() $$;
      create policy a on staff using (role = (select raw_user_meta_data ->> 'role' from auth.users where id = auth.uid()));
      create policy b on staff using (casino_id::text = public.own_casino());`);
    // own_name is behind no policy
    expect(
      findings.map(({ code, severity, at, message }) => [
        severity,
        code,
        at.kind,
        /`user_metadata\.\w+`/.exec(message)?.[0],
      ]),
    ).toEqual([
      ["error", "claims-in-user-metadata", "policy", "`user_metadata.role`"],
      ["error", "claims-in-user-metadata", "function", "`user_metadata.casino`"],
    ]);
  });

  const setter = (body: string, rest = ""): string => `${QUIET}
    create function set_claim(uid uuid, claim text, value jsonb) returns void language plpgsql security definer set search_path = '' as $$ begin
      ${body} update auth.users set raw_app_meta_data = raw_app_meta_data || jsonb_build_object(claim, value) where id = uid; end $$; ${rest}`;

  test("app_metadata itself, by a function that PUBLIC may execute", async () => {
    const { codes, findings } = await on(setter(""));
    expect(codes).toEqual(["error claims-settable"]);
    expect(findings[0]?.message).toMatch(/`public`.* may execute it/);
    expect(
      (await on(setter("if not (auth.jwt() ->> 'admin')::boolean then raise exception 'no'; end if;"))).codes,
    ).toEqual(["warning claims-settable"]);
    // a word in a comment asks nothing
    expect((await on(setter("-- if only it did raise\n"))).codes).toEqual(["error claims-settable"]);
    // nobody else may use the schema
    expect(
      (await on(setter("", "create schema inner_only; alter function set_claim set schema inner_only;"))).codes,
    ).toEqual([]);
    expect(
      (await on(setter("", "revoke execute on function set_claim from public, anon, authenticated;"))).codes,
    ).toEqual([]);
  });

  test("a function that reads the values from a table is not a finding", async () => {
    const { codes } = await on(`${QUIET}
      create function refresh(uid uuid) returns void language sql security definer set search_path = '' as $$
        update auth.users set raw_app_meta_data = raw_app_meta_data || jsonb_build_object('role', 'boss') where id = uid $$;`);
    expect(codes).toEqual([]);
  });
});
