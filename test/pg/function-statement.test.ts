import { expect, test } from "vitest";
import { functionStatements, mayBeSameTypes, typesInCatalog } from "../../src/pg/function-statement.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import { withFork } from "../support/fork.ts";

const takenAway = (sql: string): string[] | null =>
  functionStatements(sql)?.map((one) =>
    one.kind === "created"
      ? `created ${one.fn.name}`
      : `${one.kind} ${one.name}(${one.types?.join(", ") ?? "?"})${one.kind === "renamed" ? ` ${one.to}` : one.ifExists ? " if exists" : ""}`,
  ) ?? null;

// The expected values are the names and input types that are written; unquoted names are in lower case (manual, 4.1.1).
test.each<[string, string[] | null]>([
  ["drop function a(uuid)", ["dropped a(uuid)"]],
  [
    "DROP FUNCTION IF EXISTS Public.A, b(x int, out y text) CASCADE",
    ["dropped a(?) if exists", "dropped b(int4) if exists"],
  ],
  ['drop routine "My Schema"."A.B"(text[], variadic int[])', ["dropped A.B(text[], int4[])"]],
  ["drop procedure p(in a int, inout b text)", ["dropped p(int4, text)"]],
  ["/* drop function a(); */ drop table t -- drop function b();", []],
  ["drop aggregate a(int)", []],
  ["comment on table t is 'drop function a();'", []],
  ["alter function s.a(uuid) rename to b", ["renamed a(uuid) b"]],
  ['alter routine a rename to "B"', ["renamed a(?) B"]],
  ["alter table a rename to b", []],
  ["alter function a(uuid) set schema s", []],
  ["create function a() returns int language sql as 'select 1'; drop function a()", ["created a", "dropped a()"]],
  ["do $$ begin execute 'drop function a()'; end $$", []],
  ["drop function {{schema}}.a()", null],
  ["\\i other.sql", null],
])("%s", (sql, expected) => {
  expect(takenAway(sql)).toEqual(expected);
});

test("a definition, as far as it says what the catalog has", () => {
  const made = functionStatements(`
    create or replace function app.f(p_a uuid, out b int, variadic c text[]) returns int language PLpgSQL
      set search_path = public, pg_temp set "app.x" = 'é' as $body$ begin b := 1; end $body$;`);
  expect(made).toMatchObject([
    {
      kind: "created",
      types: ["uuid", "text[]"],
      fn: {
        schema: "app",
        name: "f",
        argumentNames: ["p_a", "c"],
        kind: "function",
        language: "plpgsql",
        result: "record",
        settings: ["search_path=public, pg_temp", "app.x=é"],
        body: " begin b := 1; end ",
      },
    },
  ]);
});

test("of several statements each has its own text, counted in bytes", () => {
  const made = functionStatements(
    "select 'é'; create function a() returns void begin atomic select 'ü'; end; select 1",
  );
  expect(made).toMatchObject([
    {
      fn: {
        definition: "create function a() returns void begin atomic select 'ü'; end",
        body: "begin atomic select 'ü'; end",
        sqlStandardBody: true,
        language: "sql",
        result: "void",
      },
    },
  ]);
});

test("types are those of the catalog, by whatever name they are written", async () => {
  const types = [
    "int, int4, integer, bigint, int8, smallint, bool, boolean, text, varchar, varchar(20), character varying, char, bpchar",
    'numeric, numeric(10, 2), decimal, real, float, float8, double precision, "char", name, uuid, jsonb, bytea, inet, date',
    "timestamp, timestamptz, timestamp with time zone, timestamp(3) without time zone, time, timetz, interval, bit(3), varbit",
    "text[], int[][], uuid array, state, public.state, state[], note, anyelement, variadic text[]",
    "",
  ];
  const texts = types.map((list, index) => `create function public.f${index}(${list}) returns void language sql as ''`);
  await withFork(
    `create type public.state as enum ('a'); create table public.note (id int); set search_path = public; ${texts.join(";")}`,
    async (db) => {
      const { functions } = await inspect(db);
      for (const [index, text] of texts.entries()) {
        const inCatalog = functions.filter(({ name }) => name === `f${index}`).map(typesInCatalog);
        const written = (functionStatements(text) ?? []).map(({ types: all }) => all);
        expect(written).toEqual(inCatalog);
        expect(inCatalog).toHaveLength(1);
      }
    },
  );
});

test("a type by reference to a column may be any", () => {
  const [made] = functionStatements("create function a(x note.id%type, y int) returns void language sql as ''") ?? [];
  const types = made?.kind === "created" ? made.types : [];
  expect(types).toBeNull();
  expect([mayBeSameTypes(types, ["uuid", "int4"]), mayBeSameTypes(["uuid"], ["uuid", "int4"])]).toEqual([true, false]);
});
