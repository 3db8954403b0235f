import { describe, expect, test } from "vitest";
import { causeText } from "../../src/report/claims-cause.ts";
import type { ClaimsFacts } from "../../src/claims/report.ts";
import type { UserConfig } from "../../src/config.ts";
import { claimsServer, fixOf } from "./native.ts";
import { look as lookAtAll } from "./support.ts";

const fresh = claimsServer();

/** Without the note that the sub-query of these syncs is not read: what they do is tried. */
const look: typeof lookAtAll = async (...args) => {
  const found = await lookAtAll(...args);
  const isNote = (code: string): boolean => code.endsWith("sync-writes-more");
  return {
    ...found,
    codes: found.codes.filter((code) => !isNote(code)),
    findings: found.findings.filter(({ code }) => !isNote(code)),
  };
};

/** Outcomes by what was done and to which column. */
function outcomes({ behaviour }: ClaimsFacts): Record<string, string> {
  if (behaviour?.kind !== "known") throw new Error(behaviour ? causeText(behaviour.because) : "nothing was tried");
  return Object.fromEntries(
    behaviour.value.map(({ what, column, outcome }) => [[what, column ?? ""].join(" ").trim(), outcome.kind]),
  );
}

const config = (claims: Record<string, string>, active = "true"): { config: UserConfig } => ({
  config: { claimsSync: { relation: "public.members", user: "user_id", claims, active } },
});

/** A sync of claims that does all it has to, by looking up who is active; `values` are of the row `m`. */
const sync = (values: string, active = "true", keys = "'role'"): string => `
  create function sync() returns trigger language plpgsql security definer set search_path = '' as $$ begin
    if tg_op <> 'INSERT' then
      update auth.users u set raw_app_meta_data = coalesce((select (u.raw_app_meta_data - ${keys}) || jsonb_build_object(${values})
        from public.members m where m.user_id = u.id and ${active} limit 1), u.raw_app_meta_data - ${keys}) where u.id = old.user_id;
    end if;
    if tg_op <> 'DELETE' then
      update auth.users u set raw_app_meta_data = coalesce((select (u.raw_app_meta_data - ${keys}) || jsonb_build_object(${values})
        from public.members m where m.user_id = u.id and ${active} limit 1), u.raw_app_meta_data - ${keys}) where u.id = new.user_id;
    end if;
    return null;
  end $$;`;
const on = (events: string): string =>
  `create trigger sync after ${events} on members for each row execute function sync();`;
const EVERY = "insert or update or delete";
/** Clears on every update and delete, whoever else says what. */
const CLEARING = `
  create function sync() returns trigger language plpgsql security definer set search_path = '' as $$ begin
    if tg_op <> 'INSERT' then update auth.users set raw_app_meta_data = raw_app_meta_data - 'role' where id = old.user_id; end if;
    if tg_op <> 'DELETE' and new.active then
      update auth.users set raw_app_meta_data = raw_app_meta_data || jsonb_build_object('role', new.role) where id = new.user_id;
    end if;
    return null;
  end $$;`;

describe("columns", () => {
  const TABLE = "create table members (id serial primary key, user_id uuid unique, role text not null, ip inet);";

  test("an inet column is changed too", async () => {
    const made = TABLE + sync("'role', m.role, 'ip', m.ip", "true", "'role' - 'ip'");
    const claims = config({ "app_metadata.role": "role", "app_metadata.ip": "ip" });
    const { codes, findings } = await look(
      await fresh(made + on("insert or delete or update of id, role, user_id")),
      claims,
    );
    expect(codes).toEqual(["error sync-misses-column"]);
    expect(findings[0]?.message).toMatch(/`ip` .*tried/);
    expect((await look(await fresh(made + on(EVERY)), claims)).codes).toEqual([]);
  });

  test("columns without a second value are read where the trigger does not fire, and unknown where it does", async () => {
    const made =
      TABLE.replace("inet", "tsvector not null") + sync("'role', m.role, 'ip', m.ip", "true", "'role' - 'ip'");
    const claims = config({ "app_metadata.role": "role", "app_metadata.ip": "ip" });
    const missed = await look(await fresh(made + on("insert or delete or update of role, user_id")), claims);
    // the row has no words at all
    expect(missed.codes).toEqual(["error sync-misses-column"]);
    expect(missed.findings[0]?.message).toMatch(/`ip` .*read from the trigger/);
    const fires = await look(await fresh(made + on(EVERY)), claims);
    expect(fires.codes).toEqual(["warning sync-unknown"]);
    expect(fires.findings[0]?.message).toMatch(/`ip` was not tried/);
  });

  test("generated columns change with the columns of their expression", async () => {
    const made = `create table members (id serial primary key, user_id uuid unique, first text not null, last text not null,
      role text generated always as (first || last) stored);${sync("'role', m.role")}`;
    const claims = config({ "app_metadata.role": "role" });
    const missed = await look(await fresh(made + on("insert or delete or update of user_id, last")), claims);
    expect(missed.codes).toEqual(["error sync-misses-column"]);
    expect(missed.findings[0]?.message).toMatch(/update of `first` does/);
    // naming the generated column is enough
    const named = await look(await fresh(made + on("insert or delete or update of user_id, role")), claims);
    expect(named.codes).toEqual([]);
    expect(outcomes(named.facts)).toMatchObject({ "update first": "follows", "update last": "follows" });
  });

  test("columns that can hold only one value do not change", async () => {
    const made = `create type kind as enum ('only'); create table members (id serial primary key, user_id uuid unique, role text not null, kind kind not null);
      ${sync("'role', m.role, 'kind', m.kind", "true", "'role' - 'kind'")}${on("insert or delete or update of user_id, role")}`;
    expect(
      (await look(await fresh(made), config({ "app_metadata.role": "role", "app_metadata.kind": "kind" }))).codes,
    ).toEqual([]);
  });
});

describe("an insert that raises", () => {
  test("a missing value that is required is supplied", async () => {
    const { codes, facts } = await look(
      await fresh(`create table audit (t text not null);
        create table members (id serial primary key, user_id uuid unique, role text not null, email text not null);
        ${sync("'role', m.role").replace("begin\n", "begin\n insert into public.audit values (new.email);\n")} ${on("insert")}`),
      config({ "app_metadata.role": "role" }),
    );
    expect(outcomes(facts)).toMatchObject({ insert: "follows", delete: "ignored" });
    expect(codes).toEqual(["error sync-misses-column", "error sync-misses-delete", "error sync-misses-relink"]);
  });

  test("the other statements are still tried", async () => {
    const { codes, facts, findings } = await look(
      await fresh(`create table audit (t text not null);
        create table members (id serial primary key, user_id uuid unique, role text not null, email text);
        ${sync("'role', m.role").replace("begin\n", "begin\n insert into public.audit values (new.email);\n")} ${on("insert")}`),
      config({ "app_metadata.role": "role" }),
    );
    expect(outcomes(facts)).toMatchObject({ insert: "raised", "update role": "ignored", delete: "ignored" });
    expect(codes).toEqual([
      "error sync-misses-column",
      "error sync-misses-delete",
      "error sync-misses-relink",
      "warning sync-unknown",
    ]);
    expect(findings.at(-1)?.message).toMatch(/on an insert is unknown: the statement raised 23502/);
  });

  test("an insert that differs leaves the events, which are read from the trigger", async () => {
    const { codes } = await look(
      await fresh(`create table members (id serial primary key, user_id uuid unique, role text not null);
        ${sync("'role', upper(m.role)")} ${on("insert")}`),
      config({ "app_metadata.role": "role" }),
    );
    expect(codes).toEqual(["error sync-misses-column", "error sync-misses-delete", "warning sync-unknown"]);
  });

  test("an older trigger that is disabled and an added one that is complete: a note", async () => {
    const db = await fresh(`create table audit (t text not null);
      create table members (id serial primary key, user_id uuid unique, role text not null, email text not null);
      ${sync("'role', m.role").replace("begin\n", "begin\n insert into public.audit values (new.email);\n")} ${on("insert")}`);
    const claims = config({ "app_metadata.role": "role" });
    await db.exec(fixOf((await look(db, claims)).facts).up);
    await db.exec("alter table members disable trigger sync");
    expect((await look(db, claims)).codes).toEqual(["info sync-trigger-disabled"]);
  });
});

test("rows inserted by migrations do not prevent the probe, even with the same keys, and stay", async () => {
  const db =
    await fresh(`create table members (id int generated always as identity primary key, user_id uuid unique, role text unique not null);
    create table pets (owner int references members (id));
    ${sync("'id', m.id, 'role', m.role", "true", "'role' - 'id'")} ${on(EVERY)} select users(2);
    insert into members (user_id, role) values (id(1), 'a'), (id(2), 'b'); insert into pets values (1), (2);`);
  const { codes, facts } = await look(db, config({ "app_metadata.id": "id", "app_metadata.role": "role" }));
  expect(outcomes(facts)).toMatchObject({ insert: "follows", "update role": "follows", delete: "follows" });
  expect(codes).toEqual([]);
  expect(await db.query("select count(*)::int as n from members join pets on owner = id")).toEqual([{ n: 2 }]);
});

describe("claims that cast", () => {
  const TABLE = `create type status as enum ('active', 'gone');
    create table members (id serial primary key, user_id uuid unique, level text not null, status status not null default 'active');`;

  test("columns get values that can be cast", async () => {
    const { codes, facts } = await look(
      await fresh(TABLE + sync("'level', m.level::int", "m.status = 'active'", "'level'") + on(EVERY)),
      config({ "app_metadata.level": "level::int" }, "status = 'active'"),
    );
    expect(outcomes(facts)).toMatchObject({ "update level": "follows", "deactivate status": "follows" });
    expect(codes).toEqual([]);
  });

  test("without such a value, the error that was raised is reported", async () => {
    const { facts } = await look(
      await fresh(TABLE + sync("'level', m.level::inet", "m.status = 'active'", "'level'") + on(EVERY)),
      config({ "app_metadata.level": "level::inet" }, "status = 'active'"),
    );
    expect(facts.behaviour).toEqual({
      kind: "unknown",
      because: {
        kind: "no active row",
        active: "status = 'active'",
        because: { kind: "raised", sqlstate: "22P02", message: null },
      },
    });
  });

  test("a trigger read to remove claims on delete only does not remove them otherwise", async () => {
    const { codes } = await look(
      await fresh(`${TABLE} create function sync() returns trigger language plpgsql security definer set search_path = '' as $$ begin
        if tg_op = 'DELETE' then update auth.users set raw_app_meta_data = raw_app_meta_data - 'level' where id = old.user_id; return old; end if;
        update auth.users set raw_app_meta_data = raw_app_meta_data || jsonb_build_object('level', new.level) where id = new.user_id;
        return new; end $$; ${on(EVERY)}`),
      { ...config({ "app_metadata.level": "level" }, "status = 'active'"), scratch: false },
    );
    expect(codes).toEqual(["error sync-ignores-status", "error sync-misses-relink", "warning sync-unknown"]);
  });
});

describe("two rows of a user", () => {
  const TABLE = `create table members (user_id uuid, org_id int, role text not null, active boolean not null default true, primary key (user_id, org_id));`;
  const claims = config({ "app_metadata.role": "role" }, "active");

  test("a sync that removes claims with one row removes those that the other gives", async () => {
    const { codes, facts } = await look(await fresh(TABLE + CLEARING + on(EVERY)), claims);
    expect(outcomes(facts)).toMatchObject({ "deactivate-one active": "taken", "delete-one": "taken" });
    expect(codes).toEqual(["error sync-takes-other-row"]);
  });

  test("a sync that looks up the other row does not, and the migration's trigger is one", async () => {
    const { codes, facts } = await look(await fresh(TABLE + sync("'role', m.role", "m.active") + on(EVERY)), claims);
    expect(outcomes(facts)).toMatchObject({ "deactivate-one active": "follows", "delete-one": "follows" });
    expect(codes).toEqual([]);
    const db = await fresh(TABLE + CLEARING + on(EVERY));
    await db.exec(fixOf((await look(db, claims)).facts).up);
    expect((await look(db, claims)).codes).toEqual([]);
  });

  test("a claim that is part of the key gives the second row another", async () => {
    const both = config({ "app_metadata.org": "org_id" }, "active");
    const clearing = CLEARING.replaceAll("'role'", "'org'").replace("new.role", "new.org_id");
    expect((await look(await fresh(TABLE + clearing + on(EVERY)), both)).codes).toEqual(["error sync-takes-other-row"]);
  });

  test("where only one active row can exist, nothing is tried", async () => {
    const { codes, facts } = await look(
      await fresh(`${TABLE} create unique index on members (user_id) where active; ${CLEARING}${on(EVERY)}`),
      claims,
    );
    expect(Object.keys(outcomes(facts))).not.toContain("delete-one");
    expect(codes).toEqual([]);
  });
});
