import type { Decision } from "../../src/prove/verdict.ts";

/** A change of what a policy depends on, as small as it can be. */
export interface DependsCase {
  title: string;
  /** statements of both sides, before those that differ */
  both?: string;
  before: string;
  after: string;
  /** rows of both sides, and what else has to happen with them */
  rows: string;
  /** what rows the user sees on PostgreSQL: more after, fewer after, or the same; the test counts them */
  truth: "gained" | "lost" | "same";
  decision: Exclude<Decision, "vacuous">;
}

export const USER = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa";
export const OTHER = "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb";

export const CLAIMS = JSON.stringify({ sub: USER, role: "authenticated", level: "gold" });

/** The tables of every case. */
export const TABLES = `
  create table public.letters (
    id int primary key, owner uuid, shelf uuid, shelf2 uuid, title text, n int, sent timestamptz, words text[]
  );
  create table public.readers (id int primary key, user_id uuid not null, shelf uuid not null, kind text, active boolean);
  alter table public.letters enable row level security;
  grant select on public.letters, public.readers to authenticated;`;

export const reads = (using: string): string =>
  `create policy p on public.letters for select to authenticated using (${using});`;

export const MINE = "r.user_id = auth.uid()";
export const LETTER = `insert into letters values (1, '${USER}', '${USER}', '${OTHER}', 'abc', 3, '2030-01-01 00:00:00.3+00', '{}');`;
export const READER = `insert into readers values (1, '${USER}', '${USER}', 'gold', false);`;
const BOTH_SHELVES = `${LETTER} ${READER} insert into readers values (2, '${USER}', '${OTHER}', 'gold', true);`;
const SHELVES = `create function public.shelves() returns table (shelf uuid) language sql stable security definer
  as $$ select r.shelf from public.readers r where ${MINE} $$;`;
const LAST = `create function public.last_of(text, text) returns text language sql immutable as 'select $2';
  create aggregate public.last_one(text) (sfunc = public.last_of, stype = text);`;

export const DEPENDS_CASES: readonly DependsCase[] = [
  // documents of keys and values
  {
    title: "a key that two rows have: the last one counts",
    before: reads("(select jsonb_object_agg(r.shelf, r.kind) from readers r) ->> shelf::text = 'gold'"),
    after: reads("exists (select from readers r where r.shelf = letters.shelf and r.kind = 'gold')"),
    rows: `${LETTER} ${READER} insert into readers values (2, '${OTHER}', '${USER}', 'tin', true);`,
    truth: "gained",
    decision: "unknown",
  },
  // set-returning functions
  {
    title: "a function that returns a table is a set, not one value",
    both: SHELVES,
    before: reads("shelf in (select shelves()) and shelf2 = shelf"),
    after: reads("shelf in (select shelves()) and shelf2 in (select shelves())"),
    rows: BOTH_SHELVES,
    truth: "gained",
    decision: "looser",
  },
  {
    title: "NOT IN over a set-returning function",
    both: SHELVES,
    before: reads("shelf <> all (array(select r.shelf from readers r where r.user_id = auth.uid())) and false"),
    after: reads("shelf in (select shelves()) and not (shelf2 not in (select shelves())) and shelf <> shelf2"),
    rows: BOTH_SHELVES,
    truth: "gained",
    decision: "looser",
  },
  {
    title: "unnest of nothing in the select list of EXISTS leaves no row",
    before: reads(`exists (select unnest('{}'::text[]) from readers r where ${MINE})`),
    after: reads(`exists (select 1 from readers r where ${MINE})`),
    rows: LETTER + READER,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "a set-returning function in ORDER BY leaves no row",
    before: reads(`exists (select 1 from readers r where ${MINE} order by unnest('{}'::text[]))`),
    after: reads(`exists (select 1 from readers r where ${MINE})`),
    rows: LETTER + READER,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "a set-returning function of one's own in the select list of EXISTS",
    both: `create function public.no_row() returns setof int language sql as 'select 1 where false';`,
    before: reads(`exists (select no_row() from readers r where ${MINE})`),
    after: reads(`exists (select 1 from readers r where ${MINE})`),
    rows: LETTER + READER,
    truth: "gained",
    decision: "unknown",
  },
  // aggregates
  {
    title: "an aggregate of one's own makes a row of none",
    both: LAST,
    before: reads(`exists (select r.kind from readers r where ${MINE})`),
    after: reads(`exists (select last_one(r.kind) from readers r where ${MINE})`),
    rows: LETTER,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "range_agg makes a row of none",
    before: reads(`exists (select 1 from readers r where ${MINE})`),
    after: reads(`exists (select range_agg(int4range(r.id, r.id + 1)) from readers r where ${MINE})`),
    rows: LETTER,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "an aggregate inside a sub-query of the select list is one of the query around it",
    before: reads(`exists (select 1 from readers r where ${MINE})`),
    after: reads(`exists (select (select max(r.id)) from readers r where ${MINE})`),
    rows: LETTER,
    truth: "gained",
    decision: "unknown",
  },
  // what functions take and return
  {
    title: "a function that returns a date of now()",
    both: "create function public.today() returns date language sql stable as 'select now()';",
    before: reads("sent > now()"),
    after: reads("sent > today()"),
    rows: "insert into letters (id, sent) values (1, date_trunc('day', now()) + interval '1 microsecond');",
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "a function that returns a timestamp of now()",
    both: "create function public.here() returns timestamp(0) language sql stable as 'select now()';",
    before: reads("sent > now()"),
    after: reads("sent::timestamp > here() - interval '1 hour'"),
    rows: "insert into letters (id, sent) values (1, now());",
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "a function that returns char, which is padded with blanks",
    both: `create function public.level() returns char language sql stable as $$ select auth.jwt() ->> 'level' $$;`,
    before: reads("(auth.jwt() ->> 'level') = 'gold '"),
    after: reads("level() = 'gold '"),
    rows: LETTER,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "a function that takes a uuid: its text is in lower case",
    both: "create function public.is_it(uuid) returns boolean language sql immutable as 'select $1::text = lower($1::text)';",
    before: reads(`'${USER.toUpperCase()}'::text = lower('${USER.toUpperCase()}')`),
    after: reads(`is_it('${USER.toUpperCase()}')`),
    rows: LETTER,
    truth: "gained",
    decision: "looser",
  },
  {
    title: "a function that takes a numeric and one that takes an integer",
    both: `create function public.half(numeric) returns boolean language sql immutable as 'select $1 / 2 = 1';
      create function public.halved(int) returns boolean language sql immutable as 'select $1 / 2 = 1';`,
    before: reads("half(n)"),
    after: reads("halved(n)"),
    rows: LETTER,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "a function that returns varchar gives the text that it is of",
    both: `create function public.level() returns varchar language sql stable as $$ select auth.jwt() ->> 'level' $$;`,
    before: reads("(auth.jwt() ->> 'level') = title"),
    after: reads("level() = title"),
    rows: "insert into letters (id, title) values (1, 'gold');",
    truth: "same",
    decision: "equivalent",
  },
  {
    title: "a default argument that changed",
    before: `create function public.may(k text default 'tin') returns boolean language sql stable
      as $$ select (auth.jwt() ->> 'level') = k $$; ${reads("may()")}`,
    after: `create function public.may(k text default 'gold') returns boolean language sql stable
      as $$ select (auth.jwt() ->> 'level') = k $$; ${reads("may()")}`,
    rows: LETTER,
    truth: "gained",
    decision: "incomparable",
  },
  {
    title: "an overload that takes the call by its default",
    both: "create function public.may(int) returns boolean language sql immutable as 'select false';",
    before: reads("false"),
    after: `create function public.may(text, text default 'x') returns boolean language sql immutable as 'select true';
      ${reads("may(title)")}`,
    rows: LETTER,
    truth: "gained",
    decision: "unknown",
  },
  // casts with a modifier
  {
    title: "timestamptz(0) rounds",
    before: reads("sent <= '2030-01-01 00:00:00.2+00'::timestamptz"),
    after: reads("sent::timestamptz(0) <= '2030-01-01 00:00:00.2+00'::timestamptz"),
    rows: LETTER,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "varchar(2) cuts",
    before: reads("title::varchar = 'ab'"),
    after: reads("title::varchar(2) = 'ab'"),
    rows: LETTER,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "char(5) pads, and its blanks do not count",
    before: reads("title = 'abc  '"),
    after: reads("title::char(5) = 'abc  '"),
    rows: LETTER,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "timestamp(0) in a body rounds",
    both: `create function public.rounded(t timestamptz) returns boolean language plpgsql stable
      as $$ declare v timestamptz(0) := t; begin return v <= '2030-01-01 00:00:00.2+00'::timestamptz; end $$;`,
    before: reads("sent <= '2030-01-01 00:00:00.2+00'::timestamptz"),
    after: reads("rounded(sent)"),
    rows: LETTER,
    truth: "gained",
    decision: "unknown",
  },
  // names that another schema has too
  {
    title: "a function of pg_catalog comes before one of public",
    both: "create function public.lower(text) returns text language sql immutable as $$ select 'x' $$;",
    before: reads("owner = auth.uid() and lower(title) = 'x'"),
    after: reads("owner = auth.uid()"),
    rows: LETTER,
    truth: "gained",
    decision: "looser",
  },
  {
    title: "a body whose search path names pg_catalog last",
    both: `create function public.lower(text) returns text language sql immutable as $$ select 'x' $$;
      create function public.low(text) returns boolean language sql stable set search_path = public, pg_catalog
        as $$ select lower($1) = 'x' $$;`,
    before: reads("lower(title) = 'x'"),
    after: reads("low(title)"),
    rows: LETTER,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "an operator that a body finds before the one of pg_catalog",
    both: `create function public.always(text, text) returns boolean language sql immutable as 'select true';
      create operator public.= (leftarg = text, rightarg = text, function = public.always);
      create function public.same(text) returns boolean language sql stable set search_path = public, pg_catalog
        as $$ select $1 = 'x' $$;`,
    before: reads("title = 'x'"),
    after: reads("same(title)"),
    rows: LETTER,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "an operator with its schema is not the one of pg_catalog",
    both: `create function public.always(text, text) returns boolean language sql immutable as 'select true';
      create operator public.= (leftarg = text, rightarg = text, function = public.always);`,
    before: reads("title = 'x'"),
    after: reads("title operator(public.=) 'x'"),
    rows: LETTER,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "NULLIF by an operator that is not the one of pg_catalog",
    both: `create function public.never(varchar, varchar) returns boolean language sql immutable as 'select false';
      create operator public.= (leftarg = varchar, rightarg = varchar, function = public.never);`,
    before: reads("nullif(title, 'abc') is not null"),
    after: reads("nullif(title::varchar, 'abc'::varchar) is not null"),
    rows: LETTER,
    truth: "gained",
    decision: "unknown",
  },
  // functions behind operators and casts
  {
    title: "an operator whose function changed",
    before: `create function public.near(text, uuid) returns boolean language sql immutable as 'select $1 = $2::text';
      create operator public.= (leftarg = text, rightarg = uuid, function = public.near); ${reads("title = owner")}`,
    after: `create function public.near(text, uuid) returns boolean language sql immutable as 'select true';
      create operator public.= (leftarg = text, rightarg = uuid, function = public.near); ${reads("title = owner")}`,
    rows: LETTER,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "a cast between types of pg_catalog by a function",
    both: `create function public.uuid_of(text) returns uuid language sql immutable as $$ select '${USER}'::uuid $$;
      create cast (text as uuid) with function public.uuid_of(text);`,
    before: reads("false"),
    after: reads("(title || '')::uuid = owner"),
    rows: LETTER,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "a cast whose function changed",
    before: `create function public.uuid_of(text) returns uuid language sql immutable as $$ select '${OTHER}'::uuid $$;
      create cast (text as uuid) with function public.uuid_of(text); ${reads("title::uuid = owner")}`,
    after: `create function public.uuid_of(text) returns uuid language sql immutable as $$ select '${USER}'::uuid $$;
      create cast (text as uuid) with function public.uuid_of(text); ${reads("title::uuid = owner")}`,
    rows: LETTER,
    truth: "gained",
    decision: "unknown",
  },
  // inheritance
  {
    title: "ONLY leaves out the rows of children",
    both: "create table public.old_readers () inherits (public.readers);",
    before: reads(`exists (select 1 from only readers r where ${MINE})`),
    after: reads(`exists (select 1 from readers r where ${MINE})`),
    rows: `${LETTER} insert into old_readers values (1, '${USER}', '${USER}', 'gold', true);`,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "a child that is attached",
    before: `create table public.old_readers (like public.readers);
      ${reads(`exists (select 1 from readers r where ${MINE})`)}`,
    after: `create table public.old_readers () inherits (public.readers);
      ${reads(`exists (select 1 from readers r where ${MINE})`)}`,
    rows: `${LETTER} insert into old_readers values (1, '${USER}', '${USER}', 'gold', true);`,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "a partition that is attached",
    both: "create table public.by_kind (user_id uuid, kind int) partition by list (kind);",
    before: `create table public.kind_1 (user_id uuid, kind int);
      grant select on by_kind to authenticated; ${reads("exists (select 1 from by_kind r where r.user_id = auth.uid())")}`,
    after: `create table public.kind_1 partition of public.by_kind for values in (1);
      grant select on by_kind to authenticated; ${reads("exists (select 1 from by_kind r where r.user_id = auth.uid())")}`,
    rows: `${LETTER} insert into kind_1 values ('${USER}', 1);`,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "a partition is a part of its table",
    both: `create table public.by_kind (user_id uuid, kind int) partition by list (kind);
      create table public.kind_1 partition of public.by_kind for values in (1);
      grant select on by_kind, kind_1 to authenticated;`,
    before: reads(`exists (select 1 from by_kind r where ${MINE})`),
    after: reads(`exists (select 1 from by_kind r where ${MINE}) or exists (select 1 from kind_1 r where ${MINE})`),
    rows: `${LETTER} insert into kind_1 values ('${USER}', 1);`,
    truth: "same",
    decision: "unknown",
  },
  // definitions of what is read
  {
    title: "a materialized view with another query",
    before: `create materialized view public.own as select user_id from public.readers where active;
      grant select on own to authenticated; ${reads("exists (select 1 from own r where r.user_id = auth.uid())")}`,
    after: `create materialized view public.own as select user_id from public.readers;
      grant select on own to authenticated; ${reads("exists (select 1 from own r where r.user_id = auth.uid())")}`,
    rows: `${LETTER} ${READER} refresh materialized view own;`,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "a materialized view that is not populated",
    before: `create materialized view public.own as select 1 as n; grant select on own to authenticated;
      ${reads("exists (select 1 from own)")}`,
    after: `create materialized view public.own as select 1 as n with no data; grant select on own to authenticated;
      ${reads("exists (select 1 from own)")}`,
    rows: LETTER,
    truth: "lost",
    decision: "unknown",
  },
  {
    title: "a view with another query",
    before: `create view public.own as select user_id from public.readers where active;
      grant select on own to authenticated; ${reads("exists (select 1 from own r where r.user_id = auth.uid())")}`,
    after: `create view public.own as select user_id from public.readers;
      grant select on own to authenticated; ${reads("exists (select 1 from own r where r.user_id = auth.uid())")}`,
    rows: LETTER + READER,
    truth: "gained",
    decision: "looser",
  },
  {
    title: "a view of a view with another query",
    before: `create view public.base as select user_id from public.readers where active;
      create view public.own as select user_id from public.base;
      grant select on own to authenticated; ${reads("exists (select 1 from own r where r.user_id = auth.uid())")}`,
    after: `create view public.base as select user_id from public.readers;
      create view public.own as select user_id from public.base;
      grant select on own to authenticated; ${reads("exists (select 1 from own r where r.user_id = auth.uid())")}`,
    rows: LETTER + READER,
    truth: "gained",
    decision: "looser",
  },
  {
    title: "a generated column with another expression",
    before: `alter table letters add column big boolean generated always as (n > 100) stored; ${reads("big")}`,
    after: `alter table letters add column big boolean generated always as (n > 1) stored; ${reads("big")}`,
    rows: LETTER,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "a column of another type under an operator that is not modelled",
    before: reads("n / 2 = 1.5"),
    after: `alter table letters alter column n type numeric; ${reads("n / 2 = 1.5")}`,
    rows: LETTER,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "a column of another type inside a sub-query that is not modelled",
    before: reads("exists (select 1 from readers r where octet_length(letters.title) = r.id)"),
    after: `alter table letters alter column title type char(5);
      ${reads("exists (select 1 from readers r where octet_length(letters.title) = r.id)")}`,
    rows: `${LETTER} insert into readers values (5, '${USER}', '${USER}', 'gold', true);`,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "a whole row with a column more",
    before: reads("(letters.*)::text ~ 'new'"),
    after: `alter table letters add column more text default 'new'; ${reads("(letters.*)::text ~ 'new'")}`,
    rows: LETTER,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "a function whose body reads through another function that changed",
    before: `create function public.inner_one() returns boolean language plpgsql stable
        as $$ begin perform 1; return exists (select 1 from readers where active); end $$;
      create function public.outer_one() returns boolean language plpgsql stable
        as $$ begin perform 1; return INNER_ONE(); end $$; ${reads("outer_one()")}`,
    after: `create function public.inner_one() returns boolean language plpgsql stable
        as $$ begin perform 1; return exists (select 1 from readers); end $$;
      create function public.outer_one() returns boolean language plpgsql stable
        as $$ begin perform 1; return INNER_ONE(); end $$; ${reads("outer_one()")}`,
    rows: LETTER + READER,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "an integer that does not fit the narrower branch",
    before: reads("coalesce(n::smallint, n) = 3"),
    // 0 is not 3, whatever the others are
    after: reads("coalesce(n::smallint, n, 0) = 3"),
    rows: LETTER,
    truth: "same",
    decision: "equivalent",
  },
  {
    title: "a domain with another constraint",
    before: `create domain public.code as text check (value <> 'abc');
      ${reads("case when title = 'abc' then false else true end and title::code is not null")}`,
    after: `create domain public.code as text; ${reads("title::code is not null")}`,
    rows: LETTER,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "an enum with its labels in another order",
    before: `create type public.rank as enum ('gold', 'tin');
      alter table letters add column r rank default 'gold'; ${reads("r >= 'tin'")}`,
    after: `create type public.rank as enum ('tin', 'gold');
      alter table letters add column r rank default 'gold'; ${reads("r >= 'tin'")}`,
    rows: LETTER,
    truth: "gained",
    decision: "unknown",
  },
  // collations
  {
    title: "a literal with a collation",
    before: reads(`title > 'B' collate "C" and title < 'a' collate "C"`),
    after: reads(`title > 'B' collate "en-x-icu"`),
    rows: "insert into letters (id, title) values (1, 'c');",
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "a column with another collation",
    before: `alter table letters alter column title type text collate "C"; ${reads("title < 'm'")}`,
    after: `alter table letters alter column title type text collate "en-x-icu"; ${reads("title < 'm'")}`,
    rows: "insert into letters (id, title) values (1, 'a'), (2, 'Z'); update letters set title = 'É' where id = 2;",
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "a column with a collation that takes different texts for equal",
    before: reads("title = 'ABC'"),
    after: `create collation public.ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      alter table letters alter column title type text collate public.ci; ${reads("title = 'ABC'")}`,
    rows: LETTER,
    truth: "gained",
    decision: "unknown",
  },
  // dynamic SQL, and what is in no catalog
  {
    title: "dynamic SQL over a relation that its text does not name",
    both: `create function public.ok() returns boolean language plpgsql stable as $$
      declare found boolean;
      begin execute 'select exists (select from ' || quote_ident('rea' || 'ders') || ')' into found; return found; end $$;
      alter table readers enable row level security;`,
    before: `create policy r on readers for select to authenticated using (false); ${reads("ok()")}`,
    after: `create policy r on readers for select to authenticated using (true); ${reads("ok()")}`,
    rows: LETTER + READER,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "a function of pg_catalog that runs a query",
    both: "alter table readers enable row level security; revoke insert on readers from authenticated;",
    before: `create policy r on readers for select to authenticated using (false);
      ${reads("has_table_privilege('authenticated', 'public.readers', 'INSERT')")}`,
    after: `grant insert on readers to authenticated; create policy r on readers for select to authenticated using (true);
      ${reads("has_table_privilege('authenticated', 'public.readers', 'INSERT')")}`,
    rows: LETTER + READER,
    truth: "gained",
    decision: "unknown",
  },
  // rows and clocks
  {
    title: "a column of the system is another for each row",
    before: reads(
      `exists (select 1 from readers r where r.ctid = '(0,1)') and not exists (select 1 from readers r where r.ctid <> '(0,1)')`,
    ),
    after: reads(`exists (select 1 from readers r where r.ctid = '(0,1)')`),
    rows: BOTH_SHELVES,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "statement_timestamp() is not now()",
    before: reads("statement_timestamp() <= now() and n = 3"),
    after: reads("n = 3"),
    rows: LETTER,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "clock_timestamp() is not now()",
    before: reads("clock_timestamp() <= now() and n = 3"),
    after: reads("n = 3"),
    rows: LETTER,
    truth: "gained",
    decision: "unknown",
  },
  // what a body may name
  {
    title: "a name that is a variable and a column raises an error in PL/pgSQL",
    both: `create function public.reads_kind(kind text) returns boolean language plpgsql stable
      as $$ begin return exists (select 1 from readers where kind = kind); end $$;`,
    before: reads("reads_kind('gold')"),
    after: reads("exists (select 1 from readers r where r.kind = r.kind)"),
    rows: LETTER + READER,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "a body that names a schema that the role may not use",
    both: `create schema safe; create table safe.keys (user_id uuid); grant select on safe.keys to authenticated;
      create function public.has_key() returns boolean language sql stable
        as $$ select exists (select 1 from safe.keys k where k.user_id = auth.uid()) $$;`,
    before: reads("has_key()"),
    after: reads("exists (select 1 from safe.keys k where k.user_id = auth.uid())"),
    rows: `${LETTER} insert into safe.keys values ('${USER}');`,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "USAGE on a schema that a body names",
    both: `create schema safe; create table safe.keys (user_id uuid); grant select on safe.keys to authenticated;
      create function public.has_key() returns boolean language plpgsql stable
        as $$ begin return exists (select 1 from safe.keys k where k.user_id = auth.uid()); end $$;`,
    before: reads("has_key()"),
    after: `grant usage on schema safe to authenticated; ${reads("has_key()")}`,
    rows: `${LETTER} insert into safe.keys values ('${USER}');`,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "a bare name that two schemas have",
    both: `create schema shop; create table shop.readers (user_id uuid); grant usage on schema shop to authenticated;
      grant select on shop.readers to authenticated;
      create function public.listed() returns boolean language sql stable set search_path = shop, public
        as $$ select exists (select 1 from readers r where r.user_id = auth.uid()) $$;`,
    before: reads(`exists (select 1 from public.readers r where ${MINE})`),
    after: reads("listed()"),
    rows: `${LETTER} insert into shop.readers values ('${USER}');`,
    truth: "gained",
    decision: "incomparable",
  },
  // privileges on columns
  {
    title: "a sub-query over a column that the role may not read",
    before: `revoke select on readers from authenticated; grant select (id) on readers to authenticated;
      ${reads(`exists (select 1 from readers r where ${MINE})`)}`,
    after: reads(`exists (select 1 from readers r where ${MINE})`),
    rows: LETTER + READER,
    truth: "gained",
    decision: "unknown",
  },
  // what an object that is named depends on itself
  {
    title: "an operator with another function",
    both: `create function public.near(text, uuid) returns boolean language sql immutable as 'select $1 = $2::text';
      create function public.far(text, uuid) returns boolean language sql immutable as 'select true';`,
    before: `create operator public.= (leftarg = text, rightarg = uuid, function = public.near); ${reads("title = owner")}`,
    after: `create operator public.= (leftarg = text, rightarg = uuid, function = public.far); ${reads("title = owner")}`,
    rows: LETTER,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "a cast with another function",
    both: `create function public.theirs(text) returns uuid language sql immutable as $$ select '${OTHER}'::uuid $$;
      create function public.mine(text) returns uuid language sql immutable as $$ select '${USER}'::uuid $$;`,
    before: `create cast (text as uuid) with function public.theirs(text); ${reads("title::uuid = owner")}`,
    after: `create cast (text as uuid) with function public.mine(text); ${reads("title::uuid = owner")}`,
    rows: LETTER,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "a collation with another locale",
    before: `create collation public.folded (provider = icu, locale = 'und', deterministic = false);
      alter table letters alter column title type text collate public.folded; ${reads("title = 'ABC'")}`,
    after: `create collation public.folded (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      alter table letters alter column title type text collate public.folded; ${reads("title = 'ABC'")}`,
    rows: LETTER,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "an aggregate with another transition function",
    both: `create function public.first_of(text, text) returns text language sql immutable as 'select coalesce($1, $2)';
      create function public.last_of(text, text) returns text language sql immutable as 'select $2';`,
    before: `create aggregate public.pick(text) (sfunc = public.first_of, stype = text);
      ${reads("(select pick(r.kind order by r.id) from readers r) = 'gold'")}`,
    after: `create aggregate public.pick(text) (sfunc = public.last_of, stype = text);
      ${reads("(select pick(r.kind order by r.id) from readers r) = 'gold'")}`,
    rows: `${LETTER} insert into readers values (1, '${USER}', '${USER}', 'tin', true), (2, '${USER}', '${USER}', 'gold', true);`,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "an aggregate whose transition function changed",
    before: `create function public.step(text, text) returns text language sql immutable as 'select coalesce($1, $2)';
      create aggregate public.pick(text) (sfunc = public.step, stype = text);
      ${reads("(select pick(r.kind order by r.id) from readers r) = 'gold'")}`,
    after: `create function public.step(text, text) returns text language sql immutable as 'select $2';
      create aggregate public.pick(text) (sfunc = public.step, stype = text);
      ${reads("(select pick(r.kind order by r.id) from readers r) = 'gold'")}`,
    rows: `${LETTER} insert into readers values (1, '${USER}', '${USER}', 'tin', true), (2, '${USER}', '${USER}', 'gold', true);`,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "a composite type that only the arguments of a function name",
    before: `create type public.pair as (a char(2), b int);
      create function public.is_abc(p public.pair) returns boolean language plpgsql immutable
        as $$ begin perform 1; return p.a = 'abc'; end $$;
      create function public.fits(t text) returns boolean language plpgsql immutable
        as $$ begin perform 1; return is_abc(row(t, 1)); end $$; ${reads("fits(title)")}`,
    after: `create type public.pair as (a text, b int);
      create function public.is_abc(p public.pair) returns boolean language plpgsql immutable
        as $$ begin perform 1; return p.a = 'abc'; end $$;
      create function public.fits(t text) returns boolean language plpgsql immutable
        as $$ begin perform 1; return is_abc(row(t, 1)); end $$; ${reads("fits(title)")}`,
    rows: LETTER,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "a domain whose constraint calls a function that changed",
    before: `create function public.fine(text) returns boolean language sql immutable as $$ select $1 <> 'abc' $$;
      create domain public.code as text check (public.fine(value)); ${reads("title::code is not null")}`,
    after: `create function public.fine(text) returns boolean language sql immutable as 'select true';
      create domain public.code as text check (public.fine(value)); ${reads("title::code is not null")}`,
    rows: LETTER,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "a generated column whose function changed",
    before: `create function public.is_big(int) returns boolean language sql immutable as 'select $1 > 100';
      alter table letters add column big boolean generated always as (public.is_big(n)) stored; ${reads("big")}`,
    after: `create function public.is_big(int) returns boolean language sql immutable as 'select $1 > 1';
      alter table letters add column big boolean generated always as (public.is_big(n)) stored; ${reads("big")}`,
    rows: LETTER,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "a column of another type that only a sub-query without a model reads",
    before: reads("exists (select r.id from readers r group by r.id having octet_length(max(r.kind)) = 5)"),
    after: `alter table readers alter column kind type char(5);
      ${reads("exists (select r.id from readers r group by r.id having octet_length(max(r.kind)) = 5)")}`,
    rows: LETTER + READER,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "a column of another type inside a sub-query that is not modelled, taken from outside",
    before: reads(
      "exists (select r.id from readers r group by r.id having count(*) + octet_length(letters.title) = 6)",
    ),
    after: `alter table letters alter column title type char(5);
      ${reads("exists (select r.id from readers r group by r.id having count(*) + octet_length(letters.title) = 6)")}`,
    rows: LETTER + READER,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "a sample of rows is another each time",
    before: reads("n = 3 and exists (select 1 from readers r tablesample bernoulli (100))"),
    after: reads("exists (select 1 from readers r tablesample bernoulli (100)) and n = 3"),
    rows: LETTER + READER,
    truth: "same",
    decision: "unknown",
  },
  // what reads more than its arguments
  {
    title: "a PL/pgSQL body that asks for a privilege",
    both: `create function public.may_add() returns boolean language plpgsql stable
      as $$ begin perform 1; return has_table_privilege('authenticated', 'public.rea' || 'ders', 'INSERT'); end $$;`,
    before: `revoke insert on readers from authenticated; ${reads("may_add()")}`,
    after: `grant insert on readers to authenticated; ${reads("may_add()")}`,
    rows: LETTER,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "an SQL body of two statements that asks for a privilege",
    both: `create function public.may_add() returns boolean language sql stable
      as $$ select 1; select has_table_privilege('authenticated', 'public.readers', 'INSERT') $$;`,
    before: `revoke insert on readers from authenticated; ${reads("may_add()")}`,
    after: `grant insert on readers to authenticated; ${reads("may_add()")}`,
    rows: LETTER,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "a function in a language that is not read",
    both: `create function public.may(name, text, text) returns boolean language internal stable strict
      as 'has_table_privilege_name_name';`,
    before: `revoke insert on readers from authenticated; ${reads("may('authenticated', 'public.readers', 'INSERT')")}`,
    after: `grant insert on readers to authenticated; ${reads("may('authenticated', 'public.readers', 'INSERT')")}`,
    rows: LETTER,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "an inner policy that asks for a privilege, under a sub-query without a model",
    both: `alter table readers enable row level security; create policy r on readers for select to authenticated
      using (has_table_privilege('authenticated', 'public.letters', 'INSERT'));`,
    before: `revoke insert on letters from authenticated;
      ${reads("exists (select r.id from readers r group by r.id having count(*) > 0)")}`,
    after: `grant insert on letters to authenticated;
      ${reads("exists (select r.id from readers r group by r.id having count(*) > 0)")}`,
    rows: LETTER + READER,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "a view that asks for a privilege",
    both: `create view public.own as select user_id from readers where has_table_privilege('authenticated', 'public.letters', 'INSERT');
      grant select on own to authenticated;`,
    before: `revoke insert on letters from authenticated; ${reads("exists (select 1 from own r where r.user_id = auth.uid())")}`,
    after: `grant insert on letters to authenticated; ${reads("exists (select 1 from own r where r.user_id = auth.uid())")}`,
    rows: LETTER + READER,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "a sub-query without a model that runs as the owner of a function",
    both: `alter table readers enable row level security; create policy r on readers for select to authenticated using (false);
      create function public.seen() returns boolean language sql stable
        as $$ select exists (select r.id from public.readers r group by r.id having count(*) > 0) $$;
      create function public.there() returns boolean language sql stable security definer
        as $$ select exists (select r.id from public.readers r group by r.id having count(*) > 0) $$;`,
    before: reads("seen()"),
    after: reads("there()"),
    rows: LETTER + READER,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "a cast by a function does not read the text as a uuid",
    both: `create function public.uuid_of(text) returns uuid language sql immutable as $$ select '${USER}'::uuid $$;
      create cast (text as uuid) with function public.uuid_of(text);`,
    before: reads(`title = '${OTHER}' and title::uuid <> '${OTHER}'`),
    after: reads("false"),
    rows: `insert into letters (id, title) values (1, '${OTHER}');`,
    truth: "lost",
    decision: "unknown",
  },
  {
    title: "an expression without a model over an argument that a body passes on as another type",
    both: `create function public.of_int(int) returns boolean language sql immutable as 'select round($1 / 2) = 2';
      create function public.of_numeric(numeric) returns boolean language sql immutable as 'select round($1 / 2) = 2';
      create function public.half_of_int(int) returns boolean language sql immutable as 'select of_int($1)';
      create function public.half_of_numeric(int) returns boolean language sql immutable as 'select of_numeric($1)';`,
    before: reads("half_of_int(n)"),
    after: reads("half_of_numeric(n)"),
    rows: LETTER,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "a function that returns a table without a row, in the select list of EXISTS",
    both: `create function public.no_table() returns table (x int) language sql as 'select 1 where false';`,
    before: reads(`exists (select no_table() from readers r where ${MINE})`),
    after: reads(`exists (select 1 from readers r where ${MINE})`),
    rows: LETTER + READER,
    truth: "gained",
    decision: "unknown",
  },
];
