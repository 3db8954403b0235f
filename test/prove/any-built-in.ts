import type { Db } from "../../src/db/port.ts";

/** Columns of every type, rows of edge values, and functions that convert what they take and return. */
export const PLAYGROUND = `
  create table public.things (
    id int primary key, t text, v varchar(4), ch char(3), n int, b bigint, s smallint, u uuid, u2 uuid, d date, ts timestamp,
    tz timestamptz, num numeric(6, 2), f float8, j jsonb, js json, ta text[], ia int[], bo boolean, iv interval, nm name
  );
  create table public.others (id int primary key, u uuid, t text, n int, tz timestamptz);
  alter table public.things enable row level security;
  grant select on public.things, public.others to authenticated;
  create domain public.code as text check (value <> 'b');
  create domain public.positive as int check (value >= 0);
  create function public.f_text(text) returns text language sql immutable as 'select $1';
  create function public.f_char(text) returns char language sql immutable as 'select $1';
  create function public.f_date(timestamptz) returns date language sql stable as 'select $1';
  create function public.f_code(text) returns code language sql immutable as 'select $1';
  create function public.f_big(bigint) returns boolean language sql immutable as 'select $1 > 2';
  create function public.f_number(numeric) returns boolean language sql immutable as 'select $1 = 1.5';
  create function public.f_cut(a varchar) returns boolean language plpgsql immutable
    as $$ declare x varchar(2) := a; begin return x = 'ab'; end $$;
  create function public.f_set() returns setof uuid language sql stable as 'select u from others';
  create function public.f_table(k text) returns table (x uuid) language sql stable as 'select u from others where t = k';
  create function public.f_any(p uuid) returns boolean language sql stable
    as 'select exists (select 1 from others where u = p)';
  create function public.f_first(a text, b text) returns text language sql strict immutable as 'select coalesce($1, $2)';
  insert into things
  select g,
    (array['a', 'ab', 'b', 'A', '', 'ab ', null, '1', 'true'])[1 + g % 9], (array['ab', 'a', 'abc', null])[1 + g % 4],
    (array['a', 'ab', 'abc', null])[1 + g % 4], (array[0, 1, 2, 3, null, -1])[1 + g % 6],
    (array[0, 1, 2, 70000, null])[1 + g / 2 % 5], (array[0, 1, 2, null])[1 + g / 3 % 4],
    (array['aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa', 'bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb', null])[1 + g % 3]::uuid,
    (array['aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa', 'bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb', null])[1 + g / 3 % 3]::uuid,
    (array['2024-01-01', '2024-01-02', null])[1 + g % 3]::date,
    (array['2024-01-01', '2024-01-01 00:00:00.4', '2024-01-01 12:00', null])[1 + g % 4]::timestamp,
    (array['2024-01-01 00:00:00+00', '2024-01-01 00:00:00.4+00', null])[1 + g / 2 % 3]::timestamptz,
    (array[0, 1, 1.5, 2, null])[1 + g % 5], (array[0, 1, 1.5, null])[1 + g % 4],
    (array['{"a":1}', '{"a":"b"}', '{"a":null}', '{}', '[1,2]', 'null', null])[1 + g % 7]::jsonb,
    (array['{"a":1}', '{"a":1e0}', '{"a":"b"}', null])[1 + g % 4]::json,
    (array['{}', '{a}', '{a,ab}', '{null}', null])[1 + g % 5]::text[], (array['{}', '{1,2}', null])[1 + g % 3]::int[],
    (array[true, false, null])[1 + g / 2 % 3], (array['1 day', '0', null])[1 + g % 3]::interval,
    (array['a', 'ab'])[1 + g % 2]::name
  from generate_series(1, 60) g;
  insert into others values
    (1, 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa', 'a', 1, '2024-01-01'), (2, null, 'ab', 2, null),
    (3, 'bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb', null, null, '2024-01-02');`;

/** By type, as format_type prints it: columns first, then constants, then what a value can be cast to. */
const OF_TYPE: Readonly<Record<string, readonly [string[], string[], string[]]>> = {
  text: [["t"], ["'a'", "'ab'", "'b'", "'1'"], ["text"]],
  "character varying": [["v"], ["'ab'::varchar"], ["varchar", "varchar(2)"]],
  character: [["ch"], ["'ab'::char(3)"], ["char(2)", "bpchar"]],
  integer: [["n", "id"], ["0", "1", "2"], ["int"]],
  bigint: [["b"], ["1::bigint"], ["bigint"]],
  smallint: [["s"], ["1::smallint"], ["smallint"]],
  uuid: [["u", "u2"], ["'AAAAAAAA-aaaa-4aaa-8aaa-aaaaaaaaaaaa'::uuid"], ["uuid"]],
  date: [["d"], ["'2024-01-01'::date"], ["date"]],
  "timestamp without time zone": [["ts"], ["'2024-01-01'::timestamp"], ["timestamp", "timestamp(0)"]],
  "timestamp with time zone": [["tz"], ["'2024-01-01 00:00:00+00'::timestamptz", "now()"], ["timestamptz(0)"]],
  numeric: [["num"], ["1.5", "1.0"], ["numeric", "numeric(3,0)"]],
  "double precision": [["f"], ["1.5::float8"], ["float8"]],
  jsonb: [["j"], [`'{"a":1}'::jsonb`], ["jsonb"]],
  json: [["js"], [`'{"a":1}'::json`], ["json"]],
  "text[]": [["ta"], ["'{a,ab}'::text[]"], ["text[]"]],
  "integer[]": [["ia"], ["'{1,2}'::int[]"], ["int[]"]],
  boolean: [["bo"], ["true", "false"], ["boolean"]],
  interval: [["iv"], ["'1 day'::interval"], ["interval(0)"]],
  name: [["nm"], ["'a'::name"], ["name"]],
};

const SUB_QUERIES = [
  "exists (select 1 from others o where o.u = things.u)",
  "exists (select max(o.n) from others o where o.n = things.n)",
  "exists (select unnest(things.ta) from others)",
  "exists (select count(*) from others o where o.n = 99)",
  "exists (select 1 from only others o where o.n < things.n)",
  "exists (select 1 from others o where o.n = things.n order by o.tz limit 1)",
  "(things.u in (select f_set()))",
  "(things.u2 in (select f_table('a')))",
  "(things.u not in (select o.u from others o))",
  "(things.n > (select o.n from others o where o.id = 1))",
  "(things.t = any (select o.t from others o))",
];

/** One change of an expression's text: a pattern, and what may stand in its place. */
const EDITS: readonly [RegExp, readonly string[]][] = [
  [/'a'/, ["'ab'", "'b'"]],
  [/(::(?:varchar|char|numeric|timestamptz|timestamp))\([\d,]+\)/, ["$1"]],
  [/::text/, ["::varchar", "::varchar(2)"]],
  [/ = /, [" is not distinct from ", " <> "]],
  [/ <= /, [" < "]],
  [/ and /, [" or "]],
  [/\bt\b/, ["f_text(t)", "f_char(t)", "f_code(t)", "ch", "v", "t::char(3)", "(t::varchar(2))"]],
  [/\btz\b/, ["tz::timestamptz(0)", "f_date(tz)", "date_trunc('day', tz)"]],
  [/\bn\b/, ["s", "b", "n::numeric", "(n::positive)"]],
  [/\bts\b/, ["ts::timestamp(0)", "ts::date"]],
  [/\bj ->>/, ["js ->>"]],
  [/things\.u\b/, ["things.u2"]],
  [/select 1/, ["select max(o.n)", "select unnest(things.ta)", "select count(*)"]],
  [/ in /, [" not in "]],
  [/now\(\)/, ["statement_timestamp()", "current_date"]],
  [/\bu\b/, ["u::text::uuid", "u2"]],
  [/num\b/, ["num::numeric(3,0)", "num::int"]],
  [/coalesce\(/, ["nullif("]],
  [/lower/, ["upper"]],
];

interface Callable {
  name: string;
  takes: string[];
  gives: string;
}

export interface Expressions {
  make(): string;
  edited(expression: string): string;
}

/**
 * Conditions drawn from what the server has: functions of pg_proc and operators of pg_operator over the types of the
 * playground, without knowing what the prover understands. Not all of them are valid.
 */
export async function expressionsFrom(db: Db, random: () => number): Promise<Expressions> {
  const types = Object.keys(OF_TYPE);
  const functions = await db.query<Callable>(
    `select p.proname as name, format_type(p.prorettype, null) as gives, (
       select coalesce(json_agg(format_type(a, null) order by o), '[]')
       from unnest(p.proargtypes::oid[]) with ordinality x(a, o)
     ) as takes
     from pg_proc p
     where p.prokind = 'f' and not p.proretset and p.provolatile <> 'v' and p.pronamespace::regnamespace::text in ('pg_catalog', 'public')
       and format_type(p.prorettype, null) = any ($1)
       and not exists (select from unnest(p.proargtypes::oid[]) a where format_type(a, null) <> all ($1))
       and p.proname !~ '^(pg_|has_|txid|current_|ts_|to_reg|row_sec|version|query|table_|schema_|database_|set_)|(sel|recv|send)$'
     order by p.oid`,
    [types],
  );
  const operators = await db.query<Callable>(
    `select oprname as name, json_build_array(format_type(oprleft, null), format_type(oprright, null)) as takes,
       format_type(oprresult, null) as gives
     from pg_operator
     where format_type(oprleft, null) = any ($1) and format_type(oprright, null) = any ($1)
       and format_type(oprresult, null) = any ($1)
     order by oid`,
    [types],
  );
  const pick = <T>(from: readonly T[], otherwise: T): T => from[Math.floor(random() * from.length)] ?? otherwise;
  const own = functions.filter(({ name }) => name.startsWith("f_"));
  const anyType = (): string => pick(types, "text");

  const leaf = (type: string): string => {
    const [columns, constants] = OF_TYPE[type] ?? [[], []];
    return pick(random() < 0.7 ? columns : constants, "null");
  };
  const called = (from: readonly Callable[], type: string, depth: number): string => {
    const fn = pick(
      from.filter(({ gives }) => gives === type),
      null,
    );
    return fn ? `${fn.name}(${fn.takes.map((taken) => make(taken, depth - 1)).join(", ")})` : leaf(type);
  };
  const operated = (type: string, depth: number, comparison: boolean): string => {
    const op = pick(
      operators.filter(({ name, gives }) => gives === type && (!comparison || /^(=|<>|<|<=|>|>=)$/.test(name))),
      null,
    );
    const [left = "text", right = "text"] = op?.takes ?? [];
    return op ? `(${make(left, depth - 1)} ${op.name} ${make(right, depth - 1)})` : leaf(type);
  };
  const condition = (depth: number): string => {
    const type = pick(["text", "integer", "uuid", "date", "character"], "text");
    const forms: (() => string)[] = [
      () => operated("boolean", depth, true),
      () => operated("boolean", depth, true),
      () => operated("boolean", depth, false),
      () => `(${make("boolean", depth - 1)} ${pick(["and", "or"], "and")} ${make("boolean", depth - 1)})`,
      () => `(not ${make("boolean", depth - 1)})`,
      () => `(${make(anyType(), depth - 1)} is not null)`,
      () => `(${make(type, depth - 1)} in (${make(type, depth - 1)}, ${leaf(type)}))`,
      () => `(${make(type, depth - 1)} is distinct from ${make(type, depth - 1)})`,
      () => pick(SUB_QUERIES, "true"),
      () => called(own, "boolean", depth),
      () => `(${make("text", depth - 1)} like 'a%')`,
    ];
    return pick(forms, () => "true")();
  };
  const make = (type: string, depth: number): string => {
    if (depth <= 0) return leaf(type);
    if (type === "boolean") return condition(depth);
    const forms: (() => string)[] = [
      () => leaf(type),
      () => leaf(type),
      () => `((${make(anyType(), depth - 1)})::${pick(OF_TYPE[type]?.[2] ?? [], type)})`,
      () => `coalesce(${make(type, depth - 1)}, ${make(type, depth - 1)})`,
      () => `nullif(${make(type, depth - 1)}, ${leaf(type)})`,
      () => `(case when ${make("boolean", depth - 1)} then ${make(type, depth - 1)} else ${make(type, depth - 1)} end)`,
      () => (type === "text" ? `(${pick(["j", "js"], "j")} ->> 'a')` : leaf(type)),
      () => called(own, type, depth),
      () => called(functions, type, depth),
      () => operated(type, depth, false),
    ];
    return pick(forms, () => leaf(type))();
  };
  return {
    make: () => make("boolean", 3),
    edited: (expression) => {
      const usable = EDITS.filter(([pattern]) => pattern.test(expression));
      const [pattern, others] = pick(usable, [/^[^]*$/, ["($&) is true"]]);
      return expression.replace(pattern, pick(others, "$&"));
    },
  };
}
