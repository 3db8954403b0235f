import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pgErrorOf, type Db } from "../../src/db/port.ts";
import { isLimit, isPrivilege, meaningOf, type ErrorMeaning } from "../../src/request/index.ts";
import type { Scratch } from "../../src/scratch/scratch.ts";
import { sharedBase } from "../support/fork.ts";

/** `visitor` has no rights but those given here; `other` is a role of which `visitor` is no member. */
const SCHEMA = `
  create role visitor; create role other;
  create table parent (id int primary key);
  create table child (
    id int primary key, parent int references parent, kept int not null default 0 check (kept < 10), during int4range,
    exclude using gist (during with &&)
  );
  create table held (parent int references parent on delete restrict);
  create table "of a ""tenant""" (id int, owner text);
  create table target (id int);
  create table circle (id int);
  create table secret (id int);
  create table numbered (n int generated always as identity); grant update on numbered to visitor;
  create view seen with (security_invoker = false) as select * from secret;
  create sequence numbers;
  create function hidden() returns int language sql as 'select 1';
  revoke execute on function hidden() from public;
  create schema closed; create table closed.door (id int);
  insert into parent values (1); insert into child (id, during) values (1, '[1,5)'); insert into held values (1);
  insert into "of a ""tenant""" values (1, 'visitor'); insert into target values (1);
  grant select, insert, update, delete on child, parent, "of a ""tenant""", target, circle to visitor;
  alter table "of a ""tenant""" enable row level security;
  create policy anything on "of a ""tenant""" using (true) with check (owner = 'visitor');
  create policy "never ""other""" on "of a ""tenant""" as restrictive for insert with check (owner <> 'visitor' or id <> 7);
  alter table target enable row level security;
  create policy read on target for select using (true);
  create policy change on target for update using (false);
  alter table circle enable row level security;
  create policy again on circle using (exists (select from circle c where c.id = circle.id));
`;

let fork: Scratch;
let db: Db;
beforeAll(async () => {
  fork = await (await sharedBase()).fork();
  ({ db } = fork);
  // roles belong to the whole server, which other files share: they are made in a transaction that is never committed
  await db.exec("begin");
  await db.exec(SCHEMA);
});
afterAll(async () => {
  await db.exec("rollback");
  await fork.close();
});

/** The meaning of what PostgreSQL raises for these statements, which are taken back. */
async function raised(sql: string): Promise<ErrorMeaning> {
  await db.exec("savepoint before");
  try {
    await db.exec(sql);
  } catch (error) {
    const found = pgErrorOf(error);
    if (!found) throw error;
    return meaningOf(found.sqlstate, found.message);
  } finally {
    await db.exec("rollback to savepoint before");
  }
  throw new Error(`nothing was raised: ${sql}`);
}

const as = (role: string, sql: string): string => `set local role ${role}; ${sql}`;

describe("a request without the right", () => {
  test.each<[string, ErrorMeaning]>([
    [`insert into "of a ""tenant""" values (2, 'other')`, { kind: "row security", relation: 'of a "tenant"' }],
    // a restrictive policy is named in the message
    [`insert into "of a ""tenant""" values (7, 'visitor')`, { kind: "row security", relation: 'of a "tenant"' }],
    // MERGE raises where UPDATE passes over the row
    [
      "merge into target t using (values (1)) v (id) on t.id = v.id when matched then update set id = 2",
      { kind: "row security", relation: "target" },
    ],
    ["select * from secret", { kind: "grant", on: { object: "table", name: "secret" } }],
    ["select * from seen", { kind: "grant", on: { object: "view", name: "seen" } }],
    ["select nextval('numbers')", { kind: "grant", on: { object: "sequence", name: "numbers" } }],
    ["select hidden()", { kind: "grant", on: { object: "function", name: "hidden" } }],
    ["select * from closed.door", { kind: "grant", on: { object: "schema", name: "closed" } }],
    ["set local role other", { kind: "set role" }],
    // an owner's right, which no grant gives
    ["drop table parent", { kind: "privilege" }],
    // not an answer of a policy: the session asked to be told
    ["set local row_security = off; select * from target", { kind: "privilege" }],
  ])("%s", async (sql, expected) => {
    // SET ROLE asks the login's memberships: the session user becomes the visitor, not only the current one
    const login = sql === "set local role other" ? "set local session authorization visitor; " : "";
    const found = await raised(login === "" ? as("visitor", sql) : `${login}${sql}`);
    expect(found).toEqual(expected);
    expect(isPrivilege(found)).toBe(true);
    expect(isLimit(found)).toBe(false);
  });
});

describe("an error that is no lack of rights", () => {
  test.each<[string, ErrorMeaning]>([
    ["insert into child (id, kept) values (2, null)", { kind: "constraint", constraint: "not null" }],
    [
      "set constraints all immediate; insert into child (id, parent) values (2, 9)",
      { kind: "constraint", constraint: "foreign key" },
    ],
    ["insert into child (id) values (1)", { kind: "constraint", constraint: "unique" }],
    ["insert into child (id, kept) values (2, 10)", { kind: "constraint", constraint: "check" }],
    ["insert into child (id, during) values (2, '[4,6)')", { kind: "constraint", constraint: "exclusion" }],
    ["select * from circle", { kind: "recursion", relation: "circle" }],
    ["select 'no uuid'::uuid", { kind: "data", invalid: true }],
    ["select 'no day'::date", { kind: "data", invalid: true }],
    ["select 99999999999::int", { kind: "data", invalid: true }],
    ["select jsonb_array_elements('1')", { kind: "data", invalid: true }],
    ["select 1 / 0", { kind: "data", invalid: false }],
    ["select current_setting('app.never')", { kind: "undefined", what: "object" }],
    ["select nothing()", { kind: "undefined", what: "function" }],
    ["select * from nothing", { kind: "undefined", what: "table" }],
    ["do $$ begin raise 'no'; end $$", { kind: "plpgsql", by: "raise" }],
    ["do $$ declare n int; begin select 1 into strict n where false; end $$", { kind: "plpgsql", by: "other" }],
    // 42P17, as the recursion
    ["create index on parent ((random()))", { kind: "other" }],
    ["select 1 +", { kind: "syntax" }],
    ["select missing from target", { kind: "undefined", what: "column" }],
    ["update numbered set n = 2", { kind: "not updatable" }],
  ])("%s", async (sql, expected) => {
    // one needs ownership
    const found = await raised(sql.startsWith("create") ? sql : as("visitor", sql));
    expect(found).toEqual(expected);
    expect(isPrivilege(found)).toBe(false);
    expect(isLimit(found)).toBe(false);
  });

  test("ON DELETE RESTRICT is told from a missing parent where PostgreSQL does: since 18", async () => {
    const expected = db.version >= 180000 ? "restrict" : "foreign key";
    expect(await raised("delete from parent")).toEqual({ kind: "constraint", constraint: expected });
  });
});

describe("a limit of the session", () => {
  test.each<[string, ErrorMeaning]>([
    ["set local statement_timeout = '20ms'; select pg_sleep(60)", { kind: "timeout", of: "statement" }],
    ["set local transaction_read_only = on; delete from target", { kind: "read-only" }],
  ])("%s", async (sql, expected) => {
    const found = await raised(sql);
    expect(found).toEqual(expected);
    expect(isLimit(found)).toBe(true);
    expect(isPrivilege(found)).toBe(false);
  });
});

// 55P03 and 53300 need a second session: their names are in the manual's appendix of error codes
test("without a message the SQLSTATE alone has a meaning", () => {
  expect(meaningOf("55P03")).toEqual({ kind: "timeout", of: "lock" });
  expect(meaningOf("53300")).toEqual({ kind: "too many connections" });
  expect(meaningOf("42501")).toEqual({ kind: "privilege" });
  expect(meaningOf("42P17")).toEqual({ kind: "other" });
  expect(meaningOf("23000")).toEqual({ kind: "constraint", constraint: "other" });
});
