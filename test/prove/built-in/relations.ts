import { TYPES } from "./types.ts";
import type { WorldObject } from "./world.ts";

const one = (name: string, sql: string, ...others: readonly string[]): WorldObject => ({ name, sql, others });

const OTHERS = (t: string, n: string, more = ""): string =>
  `create table app.others (id int primary key, u uuid, t ${t}, n ${n}, tz timestamptz, m app.mood, dt app.dom_t${more})`;

/** Columns of the types' names; `t` and `n` in several types. */
const things = (types: Readonly<Record<string, string>>): string =>
  `create table app.things (id int primary key, ${Object.entries(TYPES)
    .flatMap(([type, { columns }]) => columns.filter((name) => name !== "id").map((name) => [name, type] as const))
    .map(([name, type]) => `${name} ${types[name] ?? type}`)
    .join(", ")})`;

const CI = `collate app.ci`;
const BASE = { tc: `text collate "C"`, ti: `text ${CI}`, ch: "char(3)" };

/** Types, tables, views and grants, in the order in which they are made. `t` of `things` and `others` is a text of at most two letters in any definition. */
export const RELATIONS: readonly WorldObject[] = [
  {
    ...one(
      "ti",
      `create collation app.ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`,
      `create collation app.ci (provider = icu, locale = 'und', deterministic = true)`,
    ),
    superuser: true,
  },
  one(
    "dom_t",
    "create domain app.dom_t as text check (value <> 'b')",
    "create domain app.dom_t as text check (length(value) < 2 or value = 'ab')",
    "create domain app.dom_t as text",
    `create domain app.dom_t as text collate app.ci`,
    "create domain app.dom_t as varchar(2)",
  ),
  one(
    "dom_n",
    "create domain app.dom_n as int check (value >= 0)",
    "create domain app.dom_n as int check (value >= 0 and value < 3)",
    "create domain app.dom_n as int",
    "create domain app.dom_n as smallint",
  ),
  one(
    "m",
    "create type app.mood as enum ('a', 'ab', 'b')",
    "create type app.mood as enum ('b', 'ab', 'a')",
    "create type app.mood as enum ('a', 'ab', 'b', 'A')",
  ),
  one("p", "create type app.pair as (x int, y text)", "create type app.pair as (x bigint, y varchar(1))"),
  one(
    "t",
    things(BASE),
    things({ ...BASE, t: "varchar(2)" }),
    things({ ...BASE, t: `text collate "C"` }),
    things({ ...BASE, t: `text ${CI}` }),
    things({ ...BASE, t: "char(2)" }),
    things({ ...BASE, n: "bigint" }),
    things({ ...BASE, n: "numeric(3,0)" }),
    things({ ...BASE, num: "numeric(3,0)" }),
    things({ ...BASE, tz: "timestamptz(0)" }),
    things({ ...BASE, ts: "timestamp(0)" }),
    things({ ...BASE, tc: "text" }),
    things({ ...BASE, ch: "char(2)" }),
    things({ ...BASE, n: "int not null default 1" }),
  ),
  one(
    "others",
    OTHERS("text", "int"),
    OTHERS("varchar(2)", "int"),
    OTHERS(`text ${CI}`, "int"),
    OTHERS("text", "smallint"),
    OTHERS("text", "app.dom_n"),
    OTHERS("text", "int", ", unique (n)"),
    OTHERS("text", "int not null"),
  ),
  one("parts", "create table app.parts (id int, t text, n int) partition by list (n)"),
  one("parts", "create table app.parts_0 partition of app.parts default", "create table app.parts_0 (like app.parts)"),
  one(
    "parts",
    "create table app.parts_1 partition of app.parts for values in (1)",
    "create table app.parts_1 (like app.parts)",
  ),
  one(
    "kin",
    "create table app.kin (id int, t text, n int)",
    `create table app.kin (id int, t text ${CI}, n int)`,
    "create table app.kin (id int, t varchar(2), n int)",
  ),
  one("kin", "create table app.kid () inherits (app.kin)", "create table app.kid (like app.kin)"),
  one(
    "others",
    "grant select on app.others to fz_app",
    "grant select (id, u, t) on app.others to fz_app",
    "grant select (id, u, n, m, tz, dt) on app.others to fz_app",
    "revoke all on app.others from fz_app",
  ),
  one("kin", "grant select on app.kin to fz_app", "grant select (id, n) on app.kin to fz_app"),
  one("parts", "grant select on app.parts to fz_app", "grant select on app.parts_1 to fz_app"),
  one(
    "others",
    "alter table app.others disable row level security",
    "alter table app.others enable row level security",
    "alter table app.others force row level security",
  ),
  one(
    "others",
    "create policy o on app.others using (n > 0)",
    "create policy o on app.others using (n > 1)",
    "create policy o on app.others to fz_child using (true)",
    "create policy o on app.others using (t = 'a')",
  ),
  one(
    "v_others",
    "create view app.v_others as select u, t, n from app.others where n > 0",
    "create view app.v_others as select u, t, n from app.others where n > 1",
    "create view app.v_others with (security_invoker) as select u, t, n from app.others where n > 0",
    "create view app.v_others as select u, t::varchar(1) as t, n from app.others where n > 0",
    "create view app.v_others as select distinct u, t, n from app.others",
  ),
  one(
    "m_others",
    "create materialized view app.m_others as select u, t, n from app.others",
    "create materialized view app.m_others as select u, t, n from app.others where n > 1",
    "create materialized view app.m_others as select u, t, n from app.others with no data",
  ),
  one("v_others", "grant select on app.v_others to fz_app", "grant select (u, n) on app.v_others to fz_app"),
  one("m_others", "grant select on app.m_others to fz_app", "revoke all on app.m_others from fz_app"),
];
