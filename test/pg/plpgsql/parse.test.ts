import { expect, test } from "vitest";
import { parsePlBody, parsePlFunction } from "../../../src/pg/plpgsql/parse.ts";
import { Position } from "../../../src/pg/plpgsql/position.ts";
import { readStatements } from "../../../src/pg/plpgsql/statement.ts";
import { only, read, shapeOf } from "./support.ts";

const DECLARE =
  "declare x int; q record; i int; arr int[]; cur cursor (k int, l int) for select k; ref refcursor; begin";
const x = { kind: "variable", name: "x" };
const q = { kind: "variable", name: "q" };

// the statements of chapter 43 of the manual; a target is named as it is written
test.each<[statement: string, shape: object]>([
  ["x := a + 1;", { kind: "assign", target: x, value: "a + 1" }],
  ["x = a = 1;", { kind: "assign", target: x, value: "a = 1" }],
  ["x /* = */ := count(*) from t;", { kind: "assign", target: x, value: "count(*) from t" }],
  ["q.f := 1;", { kind: "assign", target: { kind: "field", name: "q", field: "f", whole: true }, value: "1" }],
  ["q.f.g := 1;", { kind: "assign", target: { kind: "field", name: "q", field: "f", whole: false }, value: "1" }],
  ["q.f[2] := 1;", { kind: "assign", target: { kind: "field", name: "q", field: "f", whole: false }, value: "1" }],
  ["arr [ x = 1 ] := 2;", { kind: "assign", target: { kind: "element", name: "arr" }, value: "2" }],
  ["select 1 into strict x;", { kind: "sql", sql: "select 1", into: [x] }],
  ["select 1, 2 into q.f, x;", { kind: "sql", into: [{ kind: "field", name: "q", field: "f", whole: true }, x] }],
  ["insert into t values (1);", { kind: "sql", sql: "insert into t values (1)", into: [] }],
  ["perform f(a);", { kind: "perform", query: "SELECT f(a)" }],
  ["call p(a, x);", { kind: "call", sql: "call p(a, x)" }],
  [
    "if a = 1 then x := 1; elsif a = 2 then null; elseif a = 3 then x := 3; else x := 4; end if;",
    {
      kind: "if",
      branches: [
        { when: "a = 1", body: [{ kind: "assign", target: x, value: "1" }] },
        { when: "a = 2", body: [] },
        { when: "a = 3", body: [{ kind: "assign", target: x, value: "3" }] },
      ],
      otherwise: [{ kind: "assign", target: x, value: "4" }],
    },
  ],
  [
    "case when a = 1 then null; end case;",
    { kind: "case", subject: null, branches: [{ when: "a = 1", body: [] }], otherwise: null },
  ],
  [
    "case a when 1, 2 then null; else null; end case;",
    { kind: "case", subject: "a", branches: [{ body: [] }], otherwise: [] },
  ],
  [
    "<<l>> loop exit l when a = 1; continue; end loop l;",
    {
      kind: "loop",
      label: "l",
      body: [
        { kind: "exit", label: "l", when: "a = 1" },
        { kind: "continue", label: null, when: null },
      ],
    },
  ],
  ["while a = 1 loop end loop;", { kind: "while", label: null, when: "a = 1", body: [] }],
  [
    "for n in reverse 3 .. a by 2 loop x := n; end loop;",
    {
      kind: "for-integer",
      label: null,
      target: { kind: "variable", name: "n" },
      lower: "3",
      upper: "a",
      step: "2",
      reverse: true,
      body: [{ kind: "assign", target: x, value: "n" }],
    },
  ],
  ["for q in select 1 loop end loop;", { kind: "for-query", label: null, targets: [q], query: "select 1", body: [] }],
  [
    "for x, q.f in select 1, 2 loop end loop;",
    { kind: "for-query", targets: [x, { kind: "field", name: "q", field: "f", whole: true }] },
  ],
  [
    "for q in execute 'select $1' using a, b loop end loop;",
    { kind: "for-execute", label: null, targets: [q], query: "'select $1'", using: ["a", "b"], body: [] },
  ],
  [
    "for r in cur (1, a) loop end loop;",
    { kind: "for-cursor", targets: [{ kind: "variable", name: "r" }], arguments: "1, a" },
  ],
  ["foreach x in array arr loop end loop;", { kind: "foreach", label: null, targets: [x], array: "arr", body: [] }],
  ["execute 'set x' into x using a;", { kind: "execute", query: "'set x'", using: ["a"], into: [x] }],
  ["execute b using a into strict q;", { kind: "execute", query: "b", using: ["a"], into: [q] }],
  [
    "get diagnostics x = row_count;",
    { kind: "get-diagnostics", stacked: false, items: [{ item: "ROW_COUNT", target: x }] },
  ],
  ["open cur (l := 1, k := 2);", { kind: "open", arguments: "2 AS k, 1 AS l", query: null }],
  ["open ref no scroll for select 1;", { kind: "open", arguments: null, query: "select 1" }],
  ["open ref for execute b using a;", { kind: "open-execute", query: "b", using: ["a"] }],
  ["fetch relative a from cur into x;", { kind: "fetch", targets: [x], count: "a" }],
  ["move forward 2 from cur;", { kind: "fetch", targets: [], count: "2" }],
  ["close cur;", { kind: "close" }],
  [
    "raise notice '% %', a, b using hint = b, errcode := '22000';",
    {
      kind: "raise",
      level: "notice",
      condition: null,
      message: "% %",
      parameters: ["a", "b"],
      options: ["b", "'22000'"],
    },
  ],
  [
    "raise division_by_zero;",
    { kind: "raise", level: "exception", condition: "division_by_zero", message: null, parameters: [], options: [] },
  ],
  ["assert a = 1, b || 'x';", { kind: "assert", when: "a = 1", message: "b || 'x'" }],
  ["commit and chain;", { kind: "commit", chain: true }],
  ["rollback;", { kind: "rollback", chain: false }],
  ["return a + 1;", { kind: "return", value: { kind: "expression", sql: "a + 1" } }],
  ["return b;", { kind: "return", value: { kind: "variable", name: "b" } }],
  [
    "begin x := 1; exception when unique_violation or sqlstate '22000' then x := 2; when others then null; end;",
    {
      kind: "block",
      label: null,
      body: [{ kind: "assign", target: x, value: "1" }],
      handlers: [
        { conditions: ["unique_violation", "22000"], body: [{ kind: "assign", target: x, value: "2" }] },
        { conditions: ["others"], body: [] },
      ],
    },
  ],
])("%s", (statement, shape) => {
  const fn = read(`${DECLARE} ${statement} end`);
  expect(fn.placed).toBe(true);
  expect(shapeOf(only(fn))).toMatchObject(shape);
});

test("RETURN NEXT and RETURN QUERY", () => {
  const fn = read(
    "begin return next a; return next a + 1; return query select 1; return query execute b using a; end",
    {
      arguments: "a int, b text",
      result: "setof int",
    },
  );
  expect(shapeOf(fn.block.body)).toEqual([
    { kind: "return-next", value: { kind: "variable", name: "a" } },
    { kind: "return-next", value: { kind: "expression", sql: "a + 1" } },
    { kind: "return-query", query: "select 1" },
    { kind: "return-execute", query: "b", using: ["a"] },
  ]);
});

test("the end of a body returns the OUT argument, or nothing; also behind an exception handler", () => {
  expect(read("begin if a = 1 then return 1; end if; end").atEnd).toEqual({ kind: "nothing" });
  const out = { arguments: "a int, out o int", result: "int" };
  expect(shapeOf(read("begin o := a; end", out).atEnd)).toEqual({ kind: "variable", name: "o" });
  expect(shapeOf(read("begin o := a; exception when others then null; end", out))).toMatchObject({
    atEnd: { kind: "variable", name: "o" },
    block: { body: [{ kind: "assign" }], handlers: [{ conditions: ["others"], body: [] }] },
  });
});

test("declarations: defaults, also that of a record, and the query of a cursor", () => {
  const fn = read(`declare
    n constant numeric(10, 2) not null := a + 1; r record default row(1, 2); s public.staff = null; t text;
    other alias for $1; cur no scroll cursor (k int) is select k, b;
  begin other := 1; return n; end`);
  const declared = fn.variables.filter((variable) => "declared" in variable && variable.declared);
  expect(shapeOf(declared)).toEqual([
    { kind: "scalar", name: "n", type: "numeric(10, 2)", declared: true, initial: "a + 1", query: null },
    { kind: "record", name: "r", declared: true, initial: "row(1, 2)" },
    { kind: "record", name: "s", declared: true, initial: "null" },
    { kind: "scalar", name: "t", type: "text", declared: true, initial: null, query: null },
    { kind: "scalar", name: "cur", type: "refcursor", declared: true, initial: null, query: "select k, b" },
  ]);
  const [assign] = fn.block.body;
  // an alias is another name of the argument
  expect(assign).toMatchObject({ kind: "assign", target: { kind: "variable", variable: 0, name: "other" } });
});

test("a name with the label of its block, or of the function, is the variable", () => {
  const definition = "create function public.f(a int) returns int language plpgsql as $$ <<l>> declare x int; begin";
  const parsed = parsePlFunction(`${definition} l.x := 1; f.a := 2; return x; end $$`);
  expect(parsed).toMatchObject({
    fn: {
      placed: true,
      block: {
        body: [
          { target: { kind: "variable", name: "x" } },
          { target: { kind: "variable", variable: 0, name: "a" } },
          { kind: "return" },
        ],
      },
    },
  });
});

test("NEW and OLD of a trigger; a variable of a row type has fields", () => {
  const fn = read("declare r public.staff%rowtype; begin new.x := old.y; r.name := 'ü'; return new; end", {
    arguments: "",
    result: "trigger",
  });
  expect(shapeOf(fn.block.body)).toEqual([
    { kind: "assign", target: { kind: "field", name: "new", field: "x", whole: true }, value: "old.y" },
    { kind: "assign", target: { kind: "field", name: "r", field: "name", whole: true }, value: "'ü'" },
    { kind: "return", value: { kind: "variable", name: "new" } },
  ]);
  expect(fn.placed).toBe(true);
});

test("procedures and DO; options before the block; a body between single quotes", () => {
  for (const definition of [
    "create or replace procedure s.p(inout a int) language plpgsql as $$ begin a := 1; end $$",
    "do $$ declare a int; begin a := 1; end; $$",
    "create function f(a int) returns void as $$ #variable_conflict use_column\n#print_strict_params on\nbegin a := 1; end $$ language plpgsql",
    "create function f(a text) returns void language plpgsql as ' begin a := ''1''; end '",
    `create function "s.x"."f (" (a int) returns void language plpgsql as E'begin a\\n:= 1; end'`,
  ])
    expect(parsePlFunction(definition)).toMatchObject({
      kind: "parsed",
      fn: { placed: true, block: { body: [{ kind: "assign" }] } },
    });
});

test("a kind of statement that is not known is kept with its SQL, and nothing after it has a place", () => {
  const at = new Position("begin surprise a + 1; x := 2; end");
  at.expect("begin");
  const expr = (query: string, parseMode: number): object => ({ PLpgSQL_expr: { query, parseMode } });
  const [unknown, assign] = readStatements(
    [
      { PLpgSQL_stmt_surprise: { lineno: 1, list: [{ PLpgSQL_part: { deep: expr("a + 1", 2) } }] } },
      { PLpgSQL_stmt_assign: { lineno: 1, expr: expr("x := 2", 3) } },
    ],
    { at, variables: [], next: 0 },
  );
  expect(unknown).toEqual({
    kind: "unknown",
    node: "PLpgSQL_stmt_surprise",
    sql: [{ text: "a + 1", parse: "expression", copied: [] }],
    line: 1,
    place: null,
  });
  expect(assign).toMatchObject({ kind: "assign", value: { text: "2", copied: [] }, place: null });
  expect(at.lost).toBe(true);
});

test("no function of PL/pgSQL, and a body that the grammar refuses", () => {
  for (const definition of [
    "create function f() returns int language sql as 'select 1'",
    "select 1",
    "do $$ begin end $$; do $$ begin end $$",
  ])
    expect(parsePlFunction(definition)).toEqual({ kind: "not-plpgsql" });
  expect(parsePlFunction("create function")).toMatchObject({ kind: "syntax-error" });
  expect(parsePlBody("begin x := 1; end", { arguments: "", result: "int" })).toEqual({
    kind: "syntax-error",
    message: '"x" is not a known variable',
  });
});
