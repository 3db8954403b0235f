import { describe, expect, test } from "vitest";
import { causeText } from "../../src/report/claims-cause.ts";
import { syncHolds } from "../../src/claims/judge/sync.ts";
import type { Db } from "../../src/db/port.ts";
import { claimsServer, fixOf, metadataOf } from "./native.ts";
import { ALL, look, syncFunction, TABLE, trigger } from "./support.ts";

const fresh = claimsServer();

const BROKEN = `${TABLE} ${syncFunction({})} ${trigger("insert or update of role")} select users(2);
  insert into staff (casino_id, user_id, role) select id(9), id(n), 'boss' from generate_series(1, 2) n;`;

/** The relation's triggers: name, firing, definition, and the function's text and comment. */
const triggersOf = async (db: Db): Promise<unknown[]> =>
  db.query(`select t.tgname as name, t.tgenabled as firing, pg_get_triggerdef(t.oid) as trigger, pg_get_functiondef(t.tgfoid) as function,
    obj_description(t.tgfoid, 'pg_proc') as comment from pg_trigger t where t.tgrelid = 'public.staff'::regclass and not t.tgisinternal order by 1`);

describe("the down migration", () => {
  test("a second fix's down migration restores the first trigger, with its function and comment", async () => {
    const db = await fresh(BROKEN);
    await db.exec(fixOf((await look(db)).facts).up);
    const first = await triggersOf(db);
    expect(first).toMatchObject([{ name: "zz_rlsmith_sync_claims" }]);
    // another source than the first: the function is written anew
    const config = {
      claimsSync: {
        relation: "public.staff",
        user: "user_id",
        claims: { "app_metadata.rank": "role" },
        active: "true",
      },
    };
    const { up, down } = fixOf((await look(db, { config })).facts);
    await db.exec(up);
    expect(await triggersOf(db)).not.toEqual(first);
    await db.exec(down);
    expect(await triggersOf(db)).toEqual(first);
    await db.exec(down);
    expect(await triggersOf(db)).toEqual(first);
    await db.exec("update staff set role = 'dealer'");
    expect((await metadataOf(db)).map(({ role }) => role)).toEqual(["dealer", "dealer"]);
  });

  test.each(["enable always", "enable replica", "disable"])("leaves an older trigger at %s", async (how) => {
    const db = await fresh(`${BROKEN} alter table staff ${how} trigger sync;`);
    const before = await triggersOf(db);
    const { up, down } = fixOf((await look(db)).facts);
    await db.exec(up);
    expect(await triggersOf(db)).not.toEqual(before);
    await db.exec(down);
    expect(await triggersOf(db)).toEqual(before);
  });
});

describe("only the claims differ, not the sync", () => {
  const DRIFTED = `${TABLE} ${syncFunction(ALL)} ${trigger("insert or delete or update")} select users(2);
    insert into staff (casino_id, user_id, role) select id(9), id(n), 'boss' from generate_series(1, 2) n;
    update auth.users set raw_app_meta_data = '{"role": "dealer"}' where id = id(1);`;

  test("the trigger stays, and the claims are filled in", async () => {
    const db = await fresh(DRIFTED);
    const before = await triggersOf(db);
    const { facts } = await look(db);
    if (facts.source.kind === "unknown") throw new Error("unknown source");
    expect(syncHolds(facts, facts.source.value)).toBe(true);
    const { up, down } = fixOf(facts, false);
    expect(`${up}${down}`).not.toMatch(/trigger|function/i);
    await db.exec(up);
    expect(await metadataOf(db)).toMatchObject([{ role: "boss" }, { role: "boss" }]);
    await db.exec(down);
    expect(await triggersOf(db)).toEqual(before);
    expect((await look(db)).codes).toEqual([]);
  });

  test("a sync that was not tried does not hold", async () => {
    const { facts } = await look(await fresh(DRIFTED), { scratch: false });
    if (facts.source.kind === "unknown") throw new Error("unknown source");
    expect(syncHolds(facts, facts.source.value)).toBe(false);
  });
});

test("a claim that every user can write is left out, and the migration says so", async () => {
  const db = await fresh(`${BROKEN} update auth.users set raw_app_meta_data = '{}';`);
  const claims = { "app_metadata.role": "role", "user_metadata.nick": "role" };
  const config = { claimsSync: { relation: "public.staff", user: "user_id", claims, active: "status = 'active'" } };
  const { up } = fixOf((await look(db, { config })).facts);
  expect(up).toMatch(/^-- .*user_metadata\.nick/m);
  await db.exec(up);
  expect(await metadataOf(db)).toEqual([{ role: "boss" }, { role: "boss" }]);
  expect(await db.query("select distinct raw_user_meta_data as meta from auth.users")).toEqual([{ meta: {} }]);
});

test("a sync that writes a claim of user_metadata is recognised", async () => {
  const db = await fresh(`create table staff (user_id uuid primary key, nick text not null);
    create function sync() returns trigger language plpgsql security definer set search_path = '' as $$ begin
      if tg_op = 'DELETE' then update auth.users set raw_user_meta_data = raw_user_meta_data - 'nick' where id = old.user_id; return old; end if;
      if tg_op = 'UPDATE' and old.user_id <> new.user_id then
        update auth.users set raw_user_meta_data = raw_user_meta_data - 'nick' where id = old.user_id;
      end if;
      -- raw_app_meta_data is not written
      update auth.users set raw_user_meta_data = raw_user_meta_data || jsonb_build_object('nick', new.nick) where id = new.user_id;
      return new;
    end $$;
    create trigger sync after insert or update or delete on staff for each row execute function sync();`);
  const config = {
    claimsSync: { relation: "public.staff", user: "user_id", claims: { "user_metadata.nick": "nick" }, active: "true" },
  };
  const { facts } = await look(db, { config });
  if (facts.behaviour?.kind !== "known")
    throw new Error(facts.behaviour ? causeText(facts.behaviour.because) : "not tried");
  expect(facts.behaviour.value.map(({ what, outcome }) => [what, outcome.kind])).toEqual(
    ["insert", "update", "delete", "relink-old", "relink-new"].map((what) => [what, "follows"]),
  );
});
