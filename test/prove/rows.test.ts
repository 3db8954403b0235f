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
  ])("%s", (_, statement) => {
    expect(told(statement)).toEqual(writes("public.member"));
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
    ["a table that nobody guards or asks", "insert into word values (1, 'x')"],
    ["rows that are removed by those of a guarded table", "delete from copy using paper p where p.id = copy.id"],
    ["a temporary table", "create temp table t as select * from member"],
    ["a function that reads", "select count_all()"],
    ["setval", "select setval('public.s', 1)"],
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
