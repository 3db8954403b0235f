import pg from "pg";
import type { DenialFamily } from "../../../src/watch/denial.ts";

/** A statement that fails, and what the log has to say of it: from the PostgreSQL manual and the definitions below. */
export interface Row {
  name: string;
  sql: string;
  /** run before it, on the same connection */
  first?: string;
  sqlstate: string;
  /** null: no denial */
  denial: {
    family: DenialFamily;
    relation?: string;
    policy?: string;
    function?: string;
    object?: string;
  } | null;
}

export const LOGIN = "web";
export const PASSWORD = "test-pw";
const TENANT = "00000000-0000-4000-8000-000000000001";
const OTHER = "00000000-0000-4000-8000-000000000002";

/** Run once as the superuser. */
export const SCHEMA = `
create role ${LOGIN} login password '${PASSWORD}';
create schema closed;
create table closed.ledger (id int);
create table visit (id int primary key, tenant uuid not null, note text);
alter table visit enable row level security;
create policy visit_tenant on visit using (tenant = '${TENANT}');
insert into visit values (1, '${TENANT}', null), (2, '${OTHER}', null);
create table visit_r (id int primary key, tenant uuid not null);
alter table visit_r enable row level security;
create policy anyone on visit_r using (true);
create policy "tenant guard" on visit_r as restrictive using (tenant = '${TENANT}');
create table shut (id int);
alter table shut enable row level security;
create table "we""ird, ""täble" (id int);
alter table "we""ird, ""täble" enable row level security;
create policy "any ""one" on "we""ird, ""täble" using (true);
create policy "po""licy" on "we""ird, ""täble" as restrictive using (id < 0);
create table merged (id int, tenant uuid);
insert into merged values (1, '${OTHER}');
alter table merged enable row level security;
create policy merged_read on merged for select using (true);
create policy merged_write on merged for update using (tenant = '${TENANT}');
create table staff (id int);
alter table staff enable row level security;
create policy staff_staff on staff using (id in (select s.id from staff s));
create table claimed (id int, tenant uuid);
insert into claimed values (1, '${TENANT}');
alter table claimed enable row level security;
create policy claimed_tenant on claimed using (tenant = current_setting('app.tenant_id')::uuid);
create table several (id int);
insert into several values (1);
alter table several enable row level security;
create policy several_several on several using (id = (select m.id from generate_series(1, 2) m(id)));
create table secret (id int);
create sequence counter;
create view visits as select * from visit;
create function book_visit(p_id int) returns void language plpgsql as $$
begin
  insert into visit values (p_id, '${OTHER}', 'it''s, "new"');
end $$;
create function "Book ""it"(p_note text) returns void language sql as $$
  insert into visit values (9, '${OTHER}', p_note);
$$;
create function guarded(p_id int) returns void language plpgsql as $$
begin
  raise exception 'visit % is not yours
ERROR:  permission denied for table visit', p_id;
end $$;
create function guarded_privilege() returns void language plpgsql as $$
begin
  raise insufficient_privilege using message = 'not for you', detail = 'a, "b"';
end $$;
create function calls_gone() returns void language plpgsql as $$
begin
  perform set_context('x');
end $$;
create function private_one() returns int language sql as 'select 1';
revoke all on function private_one() from public;
create function deep(n int) returns int language plpgsql as $$ begin return deep(n + 1); end $$;
grant select, insert, update, delete on visit, visit_r, shut, "we""ird, ""täble", merged, staff, claimed, several, visits to ${LOGIN};
`;

const check = { family: "row check", relation: "visit" } as const;

/** The rows of the table of denials, and errors that are none. */
export const ROWS: readonly Row[] = [
  {
    name: "INSERT",
    sql: `insert into visit values (3, '${OTHER}', 'two\nlines, "quoted"')`,
    sqlstate: "42501",
    denial: check,
  },
  { name: "UPDATE", sql: `update visit set tenant = '${OTHER}'`, sqlstate: "42501", denial: check },
  {
    name: "upsert onto an invisible row",
    sql: `insert into visit values (2, '${TENANT}') on conflict (id) do update set note = 'x'`,
    sqlstate: "42501",
    denial: check,
  },
  {
    name: "no policy at all",
    sql: "insert into shut values (1)",
    sqlstate: "42501",
    denial: { family: "row check", relation: "shut" },
  },
  {
    name: "restrictive policy",
    sql: `insert into visit_r values (1, '${OTHER}')`,
    sqlstate: "42501",
    denial: { family: "row check", relation: "visit_r", policy: "tenant guard" },
  },
  {
    name: "names with quotes, a comma and two bytes a character",
    sql: `insert into "we""ird, ""täble" values (1)`,
    sqlstate: "42501",
    denial: { family: "row check", relation: 'we"ird, "täble', policy: 'po"licy' },
  },
  {
    name: "MERGE",
    sql: "merge into merged m using (values (1)) v(id) on m.id = v.id when matched then update set id = 2",
    sqlstate: "42501",
    denial: { family: "row check", relation: "merged" },
  },
  {
    name: "through PL/pgSQL",
    sql: "select book_visit(7)",
    sqlstate: "42501",
    denial: { ...check, function: "book_visit" },
  },
  {
    name: "through SQL",
    sql: `select "Book ""it"('x')`,
    sqlstate: "42501",
    denial: { ...check, function: '"Book ""it"' },
  },
  {
    name: "recursion",
    sql: "select * from staff",
    sqlstate: "42P17",
    denial: { family: "recursion", relation: "staff" },
  },
  {
    name: "recursion of functions",
    sql: "select deep(1)",
    sqlstate: "54001",
    denial: { family: "recursion", function: "deep" },
  },
  {
    name: "a claim that is no uuid",
    first: "set app.tenant_id = 'secret-value'",
    sql: "select * from claimed",
    sqlstate: "22P02",
    denial: { family: "cast" },
  },
  {
    name: "a variable that is not set",
    sql: "select * from claimed",
    sqlstate: "42704",
    denial: { family: "unset variable", object: "app.tenant_id" },
  },
  {
    name: "a sub-query of a policy with two rows",
    sql: "select * from several",
    sqlstate: "21000",
    denial: { family: "other" },
  },
  {
    name: "no privilege on a table",
    sql: "select * from secret",
    sqlstate: "42501",
    denial: { family: "missing privilege", relation: "secret" },
  },
  {
    name: "no privilege on a schema",
    sql: "select * from closed.ledger",
    sqlstate: "42501",
    denial: { family: "missing privilege", object: "closed" },
  },
  {
    name: "no privilege on a function",
    sql: "select private_one()",
    sqlstate: "42501",
    denial: { family: "missing privilege", object: "private_one" },
  },
  {
    name: "no privilege on a sequence",
    sql: "select nextval('counter')",
    sqlstate: "42501",
    denial: { family: "missing privilege", relation: "counter" },
  },
  {
    name: "row_security off",
    first: "set row_security = off",
    sql: "select * from visit",
    sqlstate: "42501",
    denial: { family: "row security off", relation: "visit" },
  },
  {
    name: "a function's check",
    sql: "select guarded(4)",
    sqlstate: "P0001",
    denial: { family: "function guard", function: "guarded" },
  },
  {
    name: "a function's check with an SQLSTATE",
    sql: "select guarded_privilege()",
    sqlstate: "42501",
    denial: { family: "function guard", function: "guarded_privilege" },
  },
  {
    name: "a callee that is gone",
    sql: "select calls_gone()",
    sqlstate: "42883",
    denial: { family: "object gone", function: "calls_gone", object: "set_context" },
  },
  {
    name: "a relation that is gone",
    sql: "select * from gone",
    sqlstate: "42P01",
    denial: { family: "object gone", relation: "gone" },
  },
  {
    name: "a value in double quotes, which is no column",
    sql: 'select * from visit where note = "anna"',
    sqlstate: "42703",
    denial: { family: "object gone" },
  },
  {
    name: "a column that is gone",
    sql: "select v.gone from visit v",
    sqlstate: "42703",
    denial: { family: "object gone", object: "v.gone" },
  },
  {
    name: "the statement timeout",
    first: "set statement_timeout = 20",
    sql: "select pg_sleep(60)",
    sqlstate: "57014",
    denial: { family: "timeout" },
  },
  { name: "a division by zero", sql: "select 1 / 0", sqlstate: "22012", denial: null },
  { name: "a duplicate", sql: `insert into visit values (1, '${TENANT}')`, sqlstate: "23505", denial: null },
  { name: "no SQL", sql: "selec 1", sqlstate: "42601", denial: null },
  { name: "a DO block of the client", sql: "do $$ begin raise exception 'x'; end $$", sqlstate: "P0001", denial: null },
];

/** An error as the client got it. */
export interface Raised {
  code: string | undefined;
  routine: string | undefined;
  message: string;
}

/** Run each row on a connection of its own, as the login without privileges, and return the errors that the client saw. */
export async function raise(url: string, rows: readonly Row[] = ROWS): Promise<Raised[]> {
  const raised: Raised[] = [];
  for (const { first, sql } of rows) {
    const client = new pg.Client({ connectionString: url, application_name: 'it\'s, a "web" [app]' });
    client.on("error", () => {});
    await client.connect();
    try {
      if (first !== undefined) await client.query(first);
      await client.query(sql);
      throw new Error(`no error: ${sql}`);
    } catch (error) {
      const { code, message, routine } = error as pg.DatabaseError;
      raised.push({ code, routine, message });
    } finally {
      await client.end();
    }
  }
  return raised;
}
