import { beforeAll, describe, expect, test } from "vitest";
import { inspect } from "../../src/inspect/inspect.ts";
import type { Catalog } from "../../src/pg/catalog.ts";
import { compareRows } from "../../src/prove/index.ts";
import { withFork } from "../support/fork.ts";

const SCHEMA = `
  
  create table public.member (org text, name text, kind text);
  create table public.paper (id int primary key, org text, shared boolean, title text);
  alter table paper enable row level security; grant select, insert, update, delete on paper to authenticated;
  create policy of_members on paper to authenticated
    using (shared or exists (select from member m where m.org = paper.org and m.name = current_user));
  create table public.word (id int primary key, text text); grant select on word to authenticated;
  create table public.copy (id int primary key, org text, title text); grant select on copy to authenticated;
  create function public.join_all() returns void language sql as $$ insert into public.member select 'a', 'web', 'x' $$;
  create view public.members_view as select * from public.member;
  create function public.bump() returns int language plpgsql as $$ begin update member set kind = 'admin'; return 1; end $$;
  create table public.audit (id int); create table public.log (id int); create table public.holder (x int);
  create function public.on_audit() returns trigger language plpgsql as $$ begin update member set kind = 'admin'; return new; end $$;
  create trigger t after insert on audit for each row execute function on_audit();
  create rule r as on insert to log do also update member set kind = 'admin';
  create table public.person (name text primary key);
  create table public.blocked (name text references person on delete cascade);
  create table public.half (name text, k int) partition by list (k); create table public.half_1 partition of half for values in (1);
  create materialized view public.titles as select title from paper; grant select on titles to authenticated;
  create sequence public.published;
  create policy not_blocked on paper as restrictive to authenticated using (
    not exists (select from blocked b where b.name = current_user) and id <= (select last_value from published)
    and not exists (select from half h where h.name = current_user));
  create function public.secret(i int) returns text language sql stable as $$ select title from public.paper where id = i $$;
  create function public.count_all() returns bigint language sql stable as $$ select count(*) from public.member $$;`;

let catalog: Catalog;

beforeAll(async () => {
  catalog = await withFork(SCHEMA, async (db) => inspect(db));
}, 60_000);

/** What is told of statements of the second side alone: the reason, with its relations or with what it does. */
function told(...statements: string[]): unknown[] {
  const files = statements.map((text, place) => ({ text, file: "m.sql", line: place + 1 }));
  return compareRows({ before: catalog, after: catalog }, [], files).map(({ effect, name, why }) => {
    if (why.kind === "writes rows") return [effect, name, why.copies ? "copies" : "writes", ...why.relations];
    return [effect, name, why.kind === "does something else" ? why.what : why.kind];
  });
}

const writes = (...relations: string[]): unknown => [["cannot be told", "m.sql:1", "writes", ...relations]];
const copies = (...relations: string[]): unknown => [["cannot be told", "m.sql:1", "copies", ...relations]];
const does = (what: string): unknown => [["cannot be told", "m.sql:1", what]];

describe("rows on which access depends", () => {
  // the policy of `paper` reads `member`, so that each row there shows papers
  test.each([
    ["a row of a table that a policy reads", "insert into public.member values ('a', 'web', 'x')"],
    ["the same without a schema", "insert into member (org, name) values ('a', 'web')"],
    ["rows that are changed there", "update member set org = 'b'"],
    ["rows that are gone", "delete from member where org = 'a'"],
    ["in a CTE", "with gone as (delete from public.member returning org) select count(*) from gone"],
    ["by COPY", "copy member from stdin"],
    [
      "by MERGE",
      "merge into member m using word w on m.name = w.text when not matched then insert values ('a', w.text, 'x')",
    ],
    ["by a block", "do $$ begin if true then insert into public.member values ('a', 'web', 'x'); end if; end $$"],
    ["by a function of the project", "select public.join_all()"],
    ["by PERFORM of it in a block", "do $$ begin perform join_all(); end $$"],
    ["by TRUNCATE", "truncate member"],
    ["by PREPARE, to be executed", "prepare x as update member set kind = 'admin'"],
    ["by EXPLAIN ANALYZE", "explain analyze update member set kind = 'admin'"],
    ["by another type of a column", "alter table member alter column kind type text using 'admin'"],
    ["by a view", "update members_view set kind = 'admin'"],
    ["by the default of a new column", "alter table holder add column v int default bump()"],
    ["by a trigger of another table", "insert into audit values (1)"],
    ["by a rule of another table", "insert into log values (1)"],
    ["by a function in INSERT … SELECT", "insert into holder select bump()"],
    ["by a function in SET", "update holder set x = bump()"],
    ["by a function in WHERE", "select 1 where bump() = 1"],
  ])("%s", (_, statement) => {
    expect(told(statement)).toEqual(writes("public.member"));
  });

  test.each([
    ["a cascade of DELETE", "delete from person", "public.blocked"],
    ["a cascade of TRUNCATE", "truncate person cascade", "public.blocked"],
    ["a partition, whose parent a policy reads", "update half_1 set name = 'x'", "public.half"],
    ["a materialized view that a role reads", "refresh materialized view titles", "public.titles"],
    ["a sequence that a policy reads", "select setval('public.published', 1000)", "public.published"],
    ["one that is not named by a constant", "select setval(s.oid::regclass, 5) from pg_class s", "public.published"],
    ["the same with RESTART", "alter sequence published restart with 1000", "public.published"],
  ])("%s", (_, statement, relation) => {
    const [found] = told(statement) as string[][];
    expect(found?.slice(3)).toContain(relation);
  });

  test.each([
    ["a view that is gone", ["create view v as select * from member", "update v set kind = 'admin'", "drop view v"]],
    [
      "a function that is gone",
      [
        "create function tmp() returns void language sql as 'update member set kind = null'",
        "select tmp()",
        "drop function tmp",
      ],
    ],
    [
      "another name of the table",
      ["alter table member rename to m9", "update m9 set kind = 'admin'", "alter table m9 rename to member"],
    ],
    [
      "another name of the column",
      [
        "alter table member rename name to n9",
        "update member set n9 = 'admin'",
        "alter table member rename n9 to name",
      ],
    ],
    [
      "a trigger that is gone",
      [
        "create function up() returns trigger language plpgsql as $$ begin update member set kind = 'a'; return new; end $$",
        "create trigger u after update on holder for each row execute function up()",
        "update holder set x = 2",
        "drop trigger u on holder",
      ],
    ],
  ])("%s", (_, statements) => {
    expect(told(...statements)).toHaveLength(1);
  });

  test("values of a guarded table come to another one by a function", () => {
    expect(told("alter table word alter column text type text using secret(id)")).toEqual(
      copies("public.paper", "public.word"),
    );
  });

  test("the same statements in another order, and a call of a function that is another one then", () => {
    const at = (text: string): { text: string; file: string; line: number } => ({ text, file: "m.sql", line: 1 });
    const both = (first: string[], second: string[]): number =>
      compareRows({ before: catalog, after: catalog }, first.map(at), second.map(at)).length;
    const [up, down] = ["update member set kind = 'admin'", "update member set kind = 'guest'"];
    expect([both([up, down], [up, down]), both([up, down], [down, up])]).toEqual([0, 1]);
    const seed = (kind: string): string =>
      `create or replace function seed() returns void language sql as $$ insert into member values ('a', 'b', '${kind}') $$`;
    expect(both([seed("guest"), "select seed()"], [seed("admin"), "select seed()", seed("guest")])).toBe(1);
    expect(both([seed("guest"), "select seed()"], [seed("guest"), "select seed()"])).toBe(0);
  });

  test("spaces in a constant, and the rows of COPY", () => {
    const at = (text: string, rows?: string): { text: string; file: string; line: number; rows?: string } => ({
      text,
      file: "m.sql",
      line: 1,
      ...(rows === undefined ? {} : { rows }),
    });
    const both = (first: ReturnType<typeof at>, second: ReturnType<typeof at>): number =>
      compareRows({ before: catalog, after: catalog }, [first], [second]).length;
    expect(both(at("update member set kind = 'a  b'"), at("update member set kind = 'a b'"))).toBe(2);
    expect(both(at("copy member from stdin", "a\n"), at("copy member from stdin", "b\n"))).toBe(2);
    expect(both(at("copy member from stdin", "a\n"), at("copy member from stdin", "a\n"))).toBe(0);
  });

  test("a column for which the table's own policy asks", () => {
    expect(told("update paper set shared = true")).toEqual(writes("public.paper"));
  });

  test.each([
    ["rows of a guarded table come to another one", "insert into public.copy select id, org, title from paper"],
    ["by UPDATE … FROM", "update copy set title = p.title from paper p where p.id = copy.id"],
  ])("%s", (_, statement) => {
    expect(told(statement)).toEqual(copies("public.paper", "public.copy"));
  });
});

test("rows of a guarded table come to a new one", () => {
  const after = { ...catalog, relations: catalog.relations };
  const before = { ...catalog, relations: catalog.relations.filter(({ name }) => name !== "copy") };
  const file = { text: "create table public.copy as select id, org, title from public.paper", file: "m.sql", line: 1 };
  const [found] = compareRows({ before, after }, [], [file]);
  expect(found?.why).toMatchObject({ kind: "writes rows", copies: true, relations: ["public.paper", "public.copy"] });
});

describe("what no catalog shows", () => {
  test.each([
    ["password", "alter role authenticated password 'x'"],
    ["program", "copy public.word from program 'cat'"],
    ["function of the platform", "select cron.schedule('a', '* * * * *', 'delete from public.member')"],
    ["dynamic SQL", "do $$ begin execute format('insert into %I values (1)', 'member'); end $$"],
  ])("%s", (what, statement) => {
    expect(told(statement)).toEqual(does(what));
  });
});

describe("nothing that decides", () => {
  test.each([
    ["a row of its own tenant in a guarded table", "insert into paper values (1, 'a', false, 'x')"],
    ["a column for which nobody asks", "update paper set title = 'x'"],
    ["EXPLAIN without ANALYZE", "explain update member set kind = 'admin'"],
    ["a view of a catalog", "create view v as select bump()"],
    ["a sequence of nobody", "select setval('public.other', 1)"],
    ["a table that nobody guards or asks", "insert into word values (1, 'x')"],
    ["rows that are removed by those of a guarded table", "delete from copy using paper p where p.id = copy.id"],
    ["a temporary table", "create temp table t as select * from member"],
    ["a function that reads", "select count_all()"],
    [
      "dynamic DDL with words of privileges",
      "do $$ begin execute 'grant select, insert, update, delete on paper to authenticated'; end $$",
    ],
    [
      "a definition whose body writes",
      "create function f() returns void language sql as 'insert into member values (1)'",
    ],
    ["a policy", "create policy p on paper for insert to authenticated with check (exists (select from member))"],
    ["what the grammar does not read", "insert into into"],
  ])("%s", (_, statement) => {
    expect(told(statement)).toEqual([]);
  });

  test("a statement that both sides have, with other spaces, as often as both have it", () => {
    const [one, other] = [
      "insert into member values ('a', 'web', 'x')",
      "insert into member\n  values ('a', 'web', 'x')",
    ];
    const at = (text: string): { text: string; file: string; line: number } => ({ text, file: "m.sql", line: 1 });
    const counted = (first: string[], second: string[]): number =>
      compareRows({ before: catalog, after: catalog }, first.map(at), second.map(at)).length;
    expect([counted([one], [other]), counted([one], [one, one]), counted([one, one], [one])]).toEqual([0, 1, 1]);
  });
});
