import { describe, expect, test } from "vitest";
import type { Db } from "../../src/db/port.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import type { Catalog } from "../../src/pg/catalog.ts";
import { prove, type AssumedVerdict } from "../../src/prove/prove.ts";
import { toldVerdicts } from "../../src/prove/told.ts";
import { withFork } from "../support/fork.ts";

const BASE = `
  create table notes (id int, u int);
  create table secrets (u int);
  create table guarded (u int);
  insert into notes values (1, 1);
  insert into secrets values (1);
  insert into guarded values (1);
  alter table notes enable row level security;
  alter table guarded enable row level security;
  revoke all on notes, secrets, guarded from anon, authenticated;
  grant select, delete on notes to authenticated;
  grant select on guarded to authenticated;
  create policy p on guarded using (exists (select 1 from secrets));
  create function f(int) returns boolean language sql immutable as 'select $1 = 1';
  create function g() returns boolean language plpgsql stable as 'begin return true; end';
  create function yes(boolean) returns boolean language sql immutable as 'select true';
  create function reads(int) returns boolean language sql stable as 'select exists (select 1 from secrets s where s.u = $1)';
  revoke execute on function f, g from public, anon, authenticated;
  create schema hidden;
  create table hidden.people (id int, login text unique);
  grant select on hidden.people to authenticated;
  create function my_id() returns int language sql stable as 'select p.id from hidden.people p where p.login = current_user';
  create function is_mine(int) returns boolean language sql stable strict as 'select exists (select from hidden.people p where p.id = $1)';
  create function my_id_as_owner() returns int language sql stable security definer as 'select p.id from hidden.people p';
  create function by_path(int) returns boolean language sql stable set search_path = '' as 'select exists (select from hidden.people p where p.id = $1)';
  create function my_id_looked_up() returns int stable begin atomic select p.id from hidden.people p; end;
  create function by_block(int) returns boolean language plpgsql stable as 'begin return exists (select from hidden.people p where p.id = $1); end';
`;

const POLICY = (condition: string): string => `create policy p on notes using (${condition});`;

/** Whether a statement that comes to no row raises an error, as PostgreSQL decides it. */
async function fails(db: Db): Promise<boolean> {
  await db.exec("begin");
  try {
    await db.exec("set local role authenticated; delete from notes where id = 99");
    return false;
  } catch {
    return true;
  } finally {
    await db.exec("rollback");
  }
}

const sideOf = async (policies: string): Promise<{ catalog: Catalog; fails: boolean }> =>
  withFork(BASE + policies, async (db) => ({ catalog: await inspect(db), fails: await fails(db) }));

function verdictOn(before: Catalog, after: Catalog): AssumedVerdict | undefined {
  const verdicts = prove(before, after, { relations: new Set(["public.notes"]), roles: ["authenticated"] });
  return toldVerdicts(before, after, verdicts).verdicts.find(
    ({ component, role }) => component === "DELETE" && role === "authenticated",
  );
}

const SECRETS = "exists (select 1 from secrets s where s.u = notes.u)";

/** Conditions of a policy, and policies beside it; PostgreSQL is asked as well. */
const FAILS: readonly [title: string, condition: string, more?: string][] = [
  ["a relation that the role may not read", SECRETS],
  ["behind OR", `u = 1 or ${SECRETS}`],
  ["behind AND", `u = 2 and ${SECRETS}`],
  ["in a branch of CASE", `case when u = 1 then true else ${SECRETS} end`],
  ["in COALESCE", `coalesce(u = 1, ${SECRETS})`],
  ["through IN", "u in (select s.u from secrets s)"],
  ["in a condition that no row satisfies", "exists (select 1 from secrets where false)"],
  ["behind a setting", `current_setting('app.all', true) = 'yes' or ${SECRETS}`],
  ["in an outer join", "exists (select 1 from guarded h left join secrets s on s.u = h.u)"],
  ["in a policy of a relation that the condition reads", "exists (select 1 from guarded)"],
  ["in a restrictive policy", "u = 1", `create policy q on notes as restrictive using (${SECRETS});`],
  ["a restrictive policy beside it denies all", SECRETS, "create policy q on notes as restrictive using (false);"],
  ["a function that the role may not execute", "f(u)"],
  ["such a function behind OR", "u = 1 or g()"],
  ["a body that names a schema that the role may not use", "u = my_id()"],
  ["such a body behind OR", "current_setting('app.all', true) = 'yes' or u = my_id()"],
  ["such a body of a STRICT function", "is_mine(u)"],
];

const GOES_THROUGH: typeof FAILS = [
  ["decided by a constant before", `true or ${SECRETS}`],
  ["decided by a constant that denies", `false and ${SECRETS}`],
  ["decided by what the planner computes", `1 = 1 or ${SECRETS}`],
  ["decided by NULL", `null::boolean and ${SECRETS}`],
  ["decided by CASE", `case when true then true else ${SECRETS} end`],
  ["decided by COALESCE", `coalesce(true, ${SECRETS})`],
  ["decided by COALESCE of a constant and a column", `coalesce('a', u::text) = 'b' and ${SECRETS}`],
  ["decided by a comparison with NULL", `u = null::int and ${SECRETS}`],
  ["an argument that a body in SQL has no use for", `yes(${SECRETS})`],
  ["the select list of EXISTS", "exists (select (select s.u from secrets s limit 1))"],
  ["decided by another permissive policy", SECRETS, "create policy q on notes using (true);"],
  ["a function that reads it: it fails when it is called", "reads(u)"],
  ["a body that names the schema for its owner", "u = my_id_as_owner()"],
  ["a body with a search path, which is read when it is called", "by_path(u)"],
  ["a body whose names were looked up when it was made", "u = my_id_looked_up()"],
  ["a body in PL/pgSQL, which is read when it comes to that", "by_block(u)"],
  ["such a body behind a constant", "true or u = my_id()"],
  ["such a STRICT function of NULL", "is_mine(null) and u = 2"],
  ["a name of WITH that a relation has as well", "exists (with secrets as (select 1 as u) select 1 from secrets)"],
];

describe("a privilege that a policy needs and the role lacks", () => {
  const both = async (condition: string, more: string): Promise<[Catalog, Catalog, boolean]> => {
    const [before, after] = [await sideOf(POLICY("u = 1")), await sideOf(POLICY(condition) + more)];
    expect(before.fails).toBe(false);
    return [before.catalog, after.catalog, after.fails];
  };

  for (const [title, condition, more = ""] of FAILS)
    test(`${title}: every statement fails`, async () => {
      const [before, after, failed] = await both(condition, more);
      expect(failed).toBe(true);
      const found = verdictOn(before, after);
      expect(found?.decision).toBe("always-errors");
      expect(found?.reasons[0]?.message).toMatch(
        /^authenticated may not ((read|execute) public\.\w+|use hidden, which public\.\w+ names): every/,
      );
      // what failed and does so no longer is a gain
      expect(verdictOn(after, before)?.decision).toBe("looser");
    });

  for (const [title, condition, more = ""] of GOES_THROUGH)
    test(`${title}: it does not`, async () => {
      const [before, after, failed] = await both(condition, more);
      expect(failed).toBe(false);
      expect(verdictOn(before, after)?.decision).not.toBe("always-errors");
    });

  test("a query of WITH may be left out of the plan: nothing is claimed", async () => {
    const [before, after] = await both("exists (with x as (select s.u from secrets s) select 1 from x)", "");
    expect(verdictOn(before, after)?.decision).not.toBe("always-errors");
  });

  test("owned by the token's user, and by a row that may not be read", async () => {
    const [before, after, failed] = await both(`u::text = auth.uid()::text and ${SECRETS}`, "");
    expect(failed).toBe(true);
    expect(verdictOn(before, after)?.decision).toBe("always-errors");
  });

  test("the privilege is taken away, and the policies stay", async () => {
    const granted = await sideOf(`${POLICY(SECRETS)} grant select on secrets to authenticated;`);
    const revoked = await sideOf(POLICY(SECRETS));
    expect([granted.fails, revoked.fails]).toEqual([false, true]);
    expect(verdictOn(granted.catalog, revoked.catalog)?.decision).toBe("always-errors");
    expect(verdictOn(revoked.catalog, granted.catalog)?.decision).toBe("looser");
  });

  test("some columns alone are granted: which ones a query reads is not followed", async () => {
    const before = await sideOf(POLICY("u = 1"));
    const after = await sideOf(`${POLICY(SECRETS)} grant select (u) on secrets to authenticated;`);
    expect(after.fails).toBe(false);
    expect(verdictOn(before.catalog, after.catalog)?.decision).not.toBe("always-errors");
  });

  test("statements fail on both sides: nothing changes", async () => {
    const [before, after] = [await sideOf(POLICY(SECRETS)), await sideOf(POLICY(`u = 2 and ${SECRETS}`))];
    expect([before.fails, after.fails]).toEqual([true, true]);
    expect(verdictOn(before.catalog, after.catalog)?.decision).toBe("equivalent");
  });
});
