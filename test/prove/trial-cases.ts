import type { Component } from "../../src/prove/component.ts";
import type { Decision } from "../../src/prove/verdict.ts";

/** A request that shows a change: rows, settings, and how many rows of `notes` the role then reads on each side. */
export interface Shown {
  rows: string;
  settings?: Record<string, string>;
  counts: [number | "error", number | "error"];
}

/** A change of a policy on `notes` for reading, or of what it calls. */
export interface TrialCase {
  name: string;
  /** on both sides, before the policy */
  common?: string;
  before: string;
  after: string;
  decision: Decision;
  /** what PostgreSQL is asked, to establish the truth of the decision */
  shown: Shown[];
  role?: string;
  component?: Component;
}

const U = "11111111-1111-4111-8111-111111111111";
const V = "22222222-2222-4222-8222-222222222222";

export const claims = (value: unknown): Record<string, string> => ({
  "request.jwt.claims": typeof value === "string" ? value : JSON.stringify(value),
});
const user = claims({ sub: U, role: "authenticated" });

/** The tables of every case. */
export const TABLES = `
create table public.notes(id bigint generated always as identity primary key, org uuid, org2 uuid, author uuid, title text,
  state text, rank int, price numeric(10,2), ratio double precision, labels text[], extra jsonb, made timestamptz,
  ends timestamptz, day date, short char(4), flags int, open boolean);
create table public.staff(id bigint generated always as identity primary key, person uuid not null, org uuid not null,
  job text, active boolean default true);
alter table public.notes enable row level security;
grant usage on schema public to anon, authenticated;
grant all on public.notes, public.staff to anon, authenticated;
`;

const using = (expression: string): string =>
  `create policy p on notes for select to authenticated using (${expression});`;

/** A case of two expressions. */
const pair = (name: string, before: string, after: string, decision: Decision, ...shown: Shown[]): TrialCase => ({
  name,
  before: using(before),
  after: using(after),
  decision,
  shown,
});

const ORGS = `create function orgs() returns setof uuid language sql stable security definer set search_path = public as
  $$ select org from staff where person = auth.uid() $$;`;

/** The same with a body that is not read. */
const ORGS_BY_LOOP = `create function orgs() returns setof uuid language plpgsql stable security definer set search_path = public as
  $$ begin return query select s.org from staff s where s.person = auth.uid(); end $$;`;

const W = "33333333-3333-4333-8333-333333333333";
const MEMBER_OF_TWO = `insert into staff (person, org) values ('${U}', '${V}'), ('${U}', '${W}');`;

export const CASES: TrialCase[] = [
  {
    ...pair(
      "two rows of another table that belong to one user",
      "false",
      "org in (select orgs()) and org2 in (select orgs()) and org <> org2",
      "looser",
      {
        rows: `${MEMBER_OF_TWO} insert into notes (org, org2) values ('${V}', '${W}');`,
        settings: user,
        counts: [0, 1],
      },
    ),
    common: ORGS_BY_LOOP,
  },
  {
    ...pair(
      "no row of another table for one of two",
      "org in (select orgs())",
      "org in (select orgs()) and org2 not in (select orgs())",
      "tighter",
      {
        rows: `${MEMBER_OF_TWO} insert into notes (org, org2) values ('${V}', '${W}');`,
        settings: user,
        counts: [1, 0],
      },
    ),
    common: ORGS_BY_LOOP,
  },
  {
    ...pair(
      "a count over rows of a user in several organisations",
      "(select count(*) from staff s where s.person = auth.uid() and s.job = 'lead') >= 2",
      "(select count(distinct s.org) from staff s where s.person = auth.uid() and s.job = 'lead') >= 2",
      "tighter",
      {
        rows: `insert into staff (person, org, job) values ('${U}', '${V}', 'lead'), ('${U}', '${V}', 'lead'); insert into notes (org) values ('${V}');`,
        settings: user,
        counts: [1, 0],
      },
    ),
  },
  // functions that return sets
  {
    ...pair(
      "two calls of a set-returning function are not one value",
      "org in (select orgs()) and org2 = org",
      "org in (select orgs()) and org2 in (select orgs())",
      "looser",
      {
        rows: `insert into staff(person, org) values ('${U}','${U}'),('${U}','${V}'); insert into notes(org, org2) values ('${U}','${V}');`,
        settings: user,
        counts: [0, 1],
      },
    ),
    common: ORGS,
  },
  {
    ...pair("a set and its first row", "org = (select orgs() limit 1)", "org in (select orgs())", "looser", {
      rows: `insert into staff(person, org) values ('${U}','${V}'),('${U}','${U}'); insert into notes(org) values ('${U}');`,
      settings: user,
      counts: [0, 1],
    }),
    common: ORGS,
  },
  {
    ...pair(
      "any of an array of a set",
      "org = any (array(select orgs()))",
      "org <> all (array(select orgs()))",
      "incomparable",
      {
        rows: `insert into staff(person, org) values ('${U}','${U}'); insert into notes(org) values ('${U}');`,
        settings: user,
        counts: [1, 0],
      },
      {
        rows: `insert into staff(person, org) values ('${U}','${U}'); insert into notes(org) values ('${V}');`,
        settings: user,
        counts: [0, 1],
      },
    ),
    common: ORGS,
  },
  // conversions
  pair(
    "a time loses its fraction",
    "ends >= '2031-05-05 10:00:00.4+00'::timestamptz",
    "ends::timestamptz(0) >= '2031-05-05 10:00:00.4+00'::timestamptz",
    "tighter",
    { rows: "insert into notes(ends) values ('2031-05-05 10:00:00.45+00');", counts: [1, 0] },
    { rows: "insert into notes(ends) values ('2031-05-05 10:00:00.5+00');", counts: [1, 1] },
  ),
  pair("a number is rounded", "price < 10", "price::int < 10", "tighter", {
    rows: "insert into notes(price) values (9.5);",
    counts: [1, 0],
  }),
  {
    ...pair(
      "a function that returns char ignores spaces",
      "current_setting('my.job', true) = 'boss'",
      "job() = 'boss'",
      "looser",
      {
        rows: "insert into notes(title) values ('x');",
        settings: { "my.job": "boss " },
        counts: [0, 1],
      },
    ),
    common: "create function job() returns char language sql stable as $$ select current_setting('my.job', true) $$;",
  },
  pair("a column of text as a date", "day = '2030-02-03'", "day::text like '2030-02-%'", "looser", {
    rows: "insert into notes(day) values ('2030-02-04');",
    counts: [0, 1],
  }),
  // JSON
  pair(
    "json keeps how a number is written",
    "(nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'desk') = state",
    "(nullif(current_setting('request.jwt.claims', true), '')::json ->> 'desk') = state",
    "incomparable",
    { rows: "insert into notes(state) values ('1e2');", settings: claims('{"desk": 1e2}'), counts: [0, 1] },
    { rows: "insert into notes(state) values ('100');", settings: claims('{"desk": 1e2}'), counts: [1, 0] },
  ),
  pair(
    "a key of an object and an element of an array",
    "(auth.jwt() -> 'app_metadata' -> 'jobs') @> '[\"boss\"]'",
    "(auth.jwt() -> 'app_metadata' -> 'jobs') ? 'boss'",
    "looser",
    {
      rows: "insert into notes(title) values ('x');",
      settings: claims({ app_metadata: { jobs: { boss: 1 } } }),
      counts: [0, 1],
    },
  ),
  pair(
    "a path into a document",
    "extra ->> 'kind' = 'memo'",
    "extra #>> '{kind,name}' = 'memo'",
    "incomparable",
    {
      rows: `insert into notes(extra) values ('{"kind": "memo"}');`,
      counts: [1, 0],
    },
    {
      rows: `insert into notes(extra) values ('{"kind": {"name": "memo"}}');`,
      counts: [0, 1],
    },
  ),
  // times
  pair("a longer interval", "made > now() - interval '2 hours'", "made > now() - interval '3 days'", "looser", {
    rows: "insert into notes(made) values (now() - interval '1 day');",
    counts: [0, 1],
  }),
  pair("the day and not the moment", "ends > now()", "ends >= current_date", "looser", {
    rows: "insert into notes(ends) values (current_date);",
    counts: [0, 1],
  }),
  pair(
    "days by a number",
    "made > now() - 30 * interval '1 day'",
    "made > now() - make_interval(days => 14)",
    "tighter",
    {
      rows: "insert into notes(made) values (now() - interval '20 days');",
      counts: [1, 0],
    },
  ),
  // numbers
  pair("bits of a mask", "flags & 8 = 8", "flags & 24 <> 0", "looser", {
    rows: "insert into notes(flags) values (16);",
    counts: [0, 1],
  }),
  pair("the remainder", "rank % 3 = 0", "rank % 6 = 0", "tighter", {
    rows: "insert into notes(rank) values (3);",
    counts: [1, 0],
  }),
  pair("NaN is above all", "ratio > 5", "ratio > 5 and ratio < 'Infinity'", "tighter", {
    rows: "insert into notes(ratio) values ('NaN');",
    counts: [1, 0],
  }),
  // texts
  pair("a shorter prefix", "title like 'draft%'", "title like 'd%'", "looser", {
    rows: "insert into notes(title) values ('dx');",
    counts: [0, 1],
  }),
  pair("a regular expression without its end", "title ~ '^(memo|note)$'", "title ~ '^(memo|note)'", "looser", {
    rows: "insert into notes(title) values ('memos');",
    counts: [0, 1],
  }),
  pair("an underscore is any character", "title = 'a_b'", "title like 'a_b'", "looser", {
    rows: "insert into notes(title) values ('aqb');",
    counts: [0, 1],
  }),
  pair("the case of a text", "state = 'open'", "lower(state) = 'open'", "looser", {
    rows: "insert into notes(state) values ('OPEN');",
    counts: [0, 1],
  }),
  pair(
    "another part of a path",
    "split_part(title, ':', 1) = auth.uid()::text",
    "split_part(title, ':', 2) = auth.uid()::text",
    "incomparable",
    { rows: `insert into notes(title) values ('x:${U}');`, settings: user, counts: [0, 1] },
    { rows: `insert into notes(title) values ('${U}:x');`, settings: user, counts: [1, 0] },
  ),
  // arrays
  pair("all of them or any of them", "labels @> array['red', 'blue']", "labels && array['red', 'blue']", "looser", {
    rows: "insert into notes(labels) values ('{red}');",
    counts: [0, 1],
  }),
  pair("the first element or any", "labels[1] = 'red'", "'red' = any (labels)", "looser", {
    rows: "insert into notes(labels) values ('{blue,red}');",
    counts: [0, 1],
  }),
  pair("an empty array has no length", "cardinality(labels) = 0", "array_length(labels, 1) is null", "looser", {
    rows: "insert into notes(labels) values (null);",
    counts: [0, 1],
  }),
  // settings
  pair(
    "a list of identifiers as texts",
    "org = any (string_to_array(current_setting('my.orgs', true), ',')::uuid[])",
    "org::text = any (string_to_array(current_setting('my.orgs', true), ','))",
    "tighter",
    {
      rows: "insert into notes(org) values ('aabbccdd-1111-4111-8111-111111111111');",
      settings: { "my.orgs": "AABBCCDD-1111-4111-8111-111111111111" },
      counts: [1, 0],
    },
  ),
  pair(
    "an unset setting",
    "current_setting('my.mode', true) = 'all'",
    "coalesce(current_setting('my.mode', true), 'all') = 'all'",
    "looser",
    {
      rows: "insert into notes(title) values ('x');",
      counts: [0, 1],
    },
  ),
  pair("a switch", "current_setting('my.all', true) = 'on'", "current_setting('my.all', true)::boolean", "looser", {
    rows: "insert into notes(title) values ('x');",
    settings: { "my.all": "true" },
    counts: [0, 1],
  }),
  // queries
  pair(
    "a union",
    "org in (select org from staff where person = auth.uid())",
    "org in (select org from staff where person = auth.uid() union all select org from staff where job = 'guest')",
    "looser",
    {
      rows: `insert into staff(person, org, job) values ('${V}','${V}','guest'); insert into notes(org) values ('${V}');`,
      settings: user,
      counts: [0, 1],
    },
  ),
  pair(
    "one row or at least one",
    "(select count(*) from staff s where s.person = auth.uid()) > 1",
    "exists (select from staff s where s.person = auth.uid())",
    "looser",
    {
      rows: `insert into staff(person, org) values ('${U}','${U}'); insert into notes(title) values ('x');`,
      settings: user,
      counts: [0, 1],
    },
  ),
  pair(
    "every row or some row",
    "(select bool_and(s.active) from staff s where s.person = auth.uid())",
    "(select bool_or(s.active) from staff s where s.person = auth.uid())",
    "looser",
    {
      rows: `insert into staff(person, org, active) values ('${U}','${U}',true),('${U}','${V}',false); insert into notes(title) values ('x');`,
      settings: user,
      counts: [0, 1],
    },
  ),
  // what policies reach
  {
    name: "a materialized view reads more",
    before: `create materialized view known as select person, org from staff where active; grant select on known to authenticated;
      ${using("org in (select k.org from known k where k.person = auth.uid())")}`,
    after: `create materialized view known as select person, org from staff; grant select on known to authenticated;
      ${using("org in (select k.org from known k where k.person = auth.uid())")}`,
    decision: "looser",
    shown: [
      {
        rows: `insert into staff(person, org, active) values ('${U}','${U}',false); refresh materialized view known; insert into notes(org) values ('${U}');`,
        settings: user,
        counts: [0, 1],
      },
    ],
  },
  {
    name: "dynamic SQL reads a table by a name that is put together",
    common: `create function may() returns boolean language plpgsql stable as
      $$ declare found boolean; begin execute 'select exists (select from ' || quote_ident('st' || 'aff') || ' where person = auth.uid())' into found; return found; end $$;
      ${using("may()")} alter table staff enable row level security;`,
    before: "create policy s on staff for select to authenticated using (job = 'boss');",
    after: "create policy s on staff for select to authenticated using (job in ('boss', 'clerk'));",
    decision: "looser",
    shown: [
      {
        rows: `insert into staff(person, org, job) values ('${U}','${U}','clerk'); insert into notes(title) values ('x');`,
        settings: user,
        counts: [0, 1],
      },
    ],
  },
  {
    name: "the default of an argument",
    common: "",
    before: `create function is_job(wanted text default 'boss') returns boolean language sql stable as $$ select auth.jwt() ->> 'job' = wanted $$; ${using("is_job()")}`,
    after: `create function is_job(wanted text default 'clerk') returns boolean language sql stable as $$ select auth.jwt() ->> 'job' = wanted $$; ${using("is_job()")}`,
    decision: "incomparable",
    shown: [
      { rows: "insert into notes(title) values ('x');", settings: claims({ job: "boss" }), counts: [1, 0] },
      { rows: "insert into notes(title) values ('x');", settings: claims({ job: "clerk" }), counts: [0, 1] },
    ],
  },
  {
    ...pair(
      "rows of a child",
      "exists (select from only staff s where s.person = auth.uid())",
      "exists (select from staff s where s.person = auth.uid())",
      "looser",
      {
        rows: `insert into staff_gone(id, person, org) values (1, '${U}','${U}'); insert into notes(title) values ('x');`,
        settings: user,
        counts: [0, 1],
      },
    ),
    common: "create table staff_gone() inherits (staff); grant select on staff_gone to authenticated;",
  },
  {
    name: "the login and the role",
    before: "create policy p on notes for select to public using (current_user = 'authenticated');",
    after: "create policy p on notes for select to public using (session_user = 'authenticator');",
    decision: "looser",
    role: "anon",
    shown: [{ rows: "insert into notes(title) values ('x');", counts: [0, 1] }],
  },
  // conditions that have to meet
  pair(
    "five conditions at once",
    "org = (auth.jwt() -> 'app_metadata' ->> 'org')::uuid and state = 'live' and rank > 3 and open and auth.jwt() ->> 'job' = 'boss'",
    "org = (auth.jwt() -> 'app_metadata' ->> 'org')::uuid and state in ('live', 'old') and rank > 3 and open and auth.jwt() ->> 'job' = 'boss'",
    "looser",
    {
      rows: `insert into notes(org, state, rank, open) values ('${U}', 'old', 4, true);`,
      settings: claims({ job: "boss", app_metadata: { org: U } }),
      counts: [0, 1],
    },
  ),
];

/** Changes that change nothing: whatever is tried, both sides agree. */
export const EQUIVALENT: Omit<TrialCase, "decision" | "shown">[] = [
  { name: "spaces at the end of char(n)", before: using("short = 'ab'"), after: using("short = 'ab '") },
  { name: "contains one and is any of", before: using("labels @> array['red']"), after: using("'red' = any (labels)") },
  {
    name: "NULL and infinity",
    before: using("ends is null or ends > now()"),
    after: using("coalesce(ends, 'infinity') > now()"),
  },
  {
    name: "a count and EXISTS",
    before: using("(select count(*) from staff s where s.person = auth.uid()) > 0"),
    after: using("exists (select from staff s where s.person = auth.uid())"),
  },
  {
    name: "rows and their parts",
    before: using("(org, author) in (select org, person from staff)"),
    after: using("exists (select from staff s where s.org = notes.org and s.person = notes.author)"),
  },
  { name: "a prefix in two ways", before: using("title like 'memo%'"), after: using("starts_with(title, 'memo')") },
  {
    name: "days and hours of a date",
    before: using("day >= current_date - 7"),
    after: using("day >= (now() - interval '7 days')::date"),
  },
  { name: "an array and IN", before: using("state in ('a', 'b')"), after: using("state = any ('{a,b}'::text[])") },
];
