import type { WorldObject } from "./world.ts";

const one = (name: string, sql: string, ...others: readonly string[]): WorldObject => ({ name, sql, others });

const fn = (head: string, ...bodies: readonly [string, ...string[]]): WorldObject =>
  one(/^[\w.]+/.exec(head)?.[0] ?? "", ...made(head, bodies));

const made = (head: string, bodies: readonly [string, ...string[]]): [string, ...string[]] => {
  const [first, ...rest] = bodies;
  return [`create function ${head} ${first}`, ...rest.map((body) => `create function ${head} ${body}`)];
};

/** Functions, operators and casts of a user's own, some of which have names of built-in ones. */
export const FUNCTIONS: readonly WorldObject[] = [
  fn(
    "app.claim(k text) returns text language sql",
    "stable as $$ select nullif(current_setting('request.jwt.claims', true), '')::json ->> k $$",
    "stable as $$ select nullif(current_setting('request.jwt.claims', true), '')::json -> 'more' ->> k $$",
    "stable as $$ select lower(nullif(current_setting('request.jwt.claims', true), '')::json ->> k) $$",
    "stable strict security definer as $$ select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> k $$",
  ),
  fn(
    "app.me() returns uuid language sql",
    "stable as $$ select app.claim('sub')::uuid $$",
    "stable as $$ select coalesce(app.claim('sub')::uuid, app.claim('uid')::uuid) $$",
    "stable security definer as $$ select app.claim('uid')::uuid $$",
    "stable return app.claim('sub')::uuid",
  ),
  fn(
    "app.f_text(a text) returns text language sql",
    "immutable as 'select $1'",
    "immutable strict as 'select coalesce($1, ''a'')'",
    "immutable as 'select coalesce($1, ''a'')'",
    "stable as 'select $1::varchar(1)'",
    "immutable return upper($1)",
  ),
  fn("app.f_char(a text) returns char language sql", "immutable as 'select $1'", "immutable as 'select right($1, 1)'"),
  fn(
    "app.f_date(a timestamptz) returns date language sql",
    "stable as 'select $1'",
    "stable as 'select $1 + interval ''1 day'''",
  ),
  fn(
    "app.f_code(a text) returns app.dom_t language sql",
    "immutable as 'select $1'",
    "immutable strict as 'select lower($1)'",
  ),
  fn(
    "app.f_over(a bigint) returns boolean language sql",
    "immutable as 'select $1 > 1'",
    "immutable as 'select $1 > 0'",
  ),
  one(
    "f_over",
    "create function app.f_over(a text) returns boolean language sql immutable as 'select $1 = ''a'''",
    "create function app.f_over(a int) returns boolean language sql immutable as 'select $1 < 1'",
    "create function app.f_over(a numeric) returns boolean language sql immutable as 'select $1 = 1'",
    "create function app.f_over(a varchar) returns boolean language sql immutable as 'select $1 <> ''a'''",
  ),
  fn(
    "app.f_cut(a varchar) returns boolean language plpgsql immutable as",
    "$$ declare x varchar(2) := a; begin return x = 'ab'; end $$",
    "$$ declare x text := a; begin return x = 'ab'; end $$",
    "$$ declare x app.dom_t := a; begin return x = 'ab'; end $$",
  ),
  fn(
    "app.f_set() returns setof uuid language sql stable",
    "as 'select u from app.others'",
    "security definer as 'select u from app.others'",
    "as 'select u from app.others where n > 1'",
    "as 'select u from app.v_others'",
  ),
  fn(
    "app.f_table(k text) returns table (x uuid) language sql stable",
    "as 'select u from app.others where t = k'",
    "strict as 'select u from app.others where t <> k'",
    "as 'select u from app.others where t is not distinct from k'",
  ),
  fn(
    "app.f_any(p uuid) returns boolean language sql stable",
    "security definer as 'select exists (select from app.others where u = p)'",
    "as 'select exists (select from app.others where u = p)'",
    "security definer as 'select exists (select from app.others where u = p and n > 1)'",
    "security definer strict as 'select not exists (select from app.others where u = p)'",
    "security definer set search_path = '' as 'select exists (select from app.others where u = p)'",
  ),
  fn(
    "app.f_is(k text) returns boolean language plpgsql stable security definer as",
    "$$ begin if k is null then return false; end if; return exists (select from app.others o where o.t = k); end $$",
    "$$ begin if k is null then return true; end if; return exists (select from app.others o where o.t = k); end $$",
    "$$ declare c int; begin select count(*) into c from app.others o where o.t = k; return c > 0; end $$",
    "$$ declare c int; begin select o.n into c from app.others o where o.t = k; return c > 0; end $$",
    "$$ declare r text := k || ''; begin if r = 'a' then return true; end if; return false; end $$",
    "$$ begin perform 1 from app.others o where o.t = k; return found; exception when others then return true; end $$",
  ),
  fn(
    "app.f_first(a text, b text) returns text language sql",
    "strict immutable as 'select coalesce($1, $2)'",
    "immutable as 'select coalesce($1, $2)'",
    "immutable as 'select coalesce($2, $1)'",
  ),
  one(
    "f_default",
    "create function app.f_default(a int, b int default 1) returns int language sql immutable as 'select $1 + $2'",
    "create function app.f_default(a int, b int default 2) returns int language sql immutable as 'select $1 + $2'",
    "create function app.f_default(a int, b int default length('a')) returns int language sql immutable as 'select $1 + $2'",
  ),
  fn(
    "app.last_of(text, text) returns text language sql immutable",
    "as 'select $2'",
    "strict as 'select $2'",
    "as 'select $1'",
  ),
  one(
    "last_one",
    "create aggregate app.last_one(text) (sfunc = app.last_of, stype = text)",
    "create aggregate app.last_one(text) (sfunc = app.last_of, stype = text, initcond = 'a')",
  ),
  fn(
    "first.lower(text) returns text language sql immutable",
    "as $$ select pg_catalog.lower($1) $$",
    "as $$ select pg_catalog.upper($1) $$",
  ),
  fn(
    "first.length(text) returns int language sql immutable",
    "as $$ select pg_catalog.length($1) $$",
    "as $$ select 1 $$",
    "strict as $$ select pg_catalog.octet_length($1) + 1 $$",
  ),
  fn(
    "first.less(int, int) returns boolean language sql immutable",
    "as 'select pg_catalog.int4lt($1, $2)'",
    "as 'select pg_catalog.int4gt($1, $2)'",
  ),
  one(
    "<",
    "create operator first.< (leftarg = int, rightarg = int, function = first.less)",
    "create operator first.< (leftarg = int, rightarg = int, function = int4le)",
  ),
  fn("app.to_n(text) returns int language sql immutable", "as 'select length($1)'", "as 'select 1'"),
  {
    ...one(
      "::int",
      "create cast (text as int) with function app.to_n(text)",
      "create cast (text as int) with inout",
      "create cast (varchar as int) with function app.to_n(text)",
    ),
    superuser: true,
  },
  one(
    "f_any",
    "grant execute on function app.f_any(uuid) to public",
    "revoke execute on function app.f_any(uuid) from public",
  ),
];
