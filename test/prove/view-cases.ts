import { LETTER, OTHER, READER, reads, USER, type DependsCase } from "./depends-cases.ts";

/** Seats of which the policy shows those of kind gold alone; the user of the test has one of kind silver. */
const SEATS = `
  create table public.seats (user_id uuid, shelf uuid, kind text);
  alter table public.seats enable row level security;
  create policy p on public.seats for select to authenticated using (kind = 'gold');
  grant select on public.seats to authenticated;
  grant select on public.seats to anon;`;
const SEAT = `${LETTER} insert into seats values ('${USER}', '${USER}', 'silver');`;

const of = (relation: string): string => reads(`exists (select 1 from ${relation} s where s.shelf = letters.shelf)`);

const readable = (view: string): string => `create view public.${view}; grant select on v to authenticated;`;

/** Policies that read views, with whose rights and which rows; and arrays of the rows of a query. */
export const VIEW_CASES: readonly DependsCase[] = [
  {
    title: "a view of the owner of the table is not bound by its policies",
    both: SEATS + readable("v as select * from public.seats"),
    before: of("seats"),
    after: of("v"),
    rows: SEAT,
    truth: "gained",
    decision: "looser",
  },
  {
    title: "a view with security_invoker is bound by them",
    both: SEATS + readable("v with (security_invoker = true) as select * from public.seats"),
    before: of("seats"),
    after: of("v"),
    rows: SEAT,
    truth: "same",
    decision: "equivalent",
  },
  {
    title: "a view of a role that policies bind, but not those of the user",
    both: SEATS + readable("v as select * from public.seats") + "alter view v owner to anon;",
    before: of("seats"),
    after: of("v"),
    rows: `${LETTER} insert into seats values ('${USER}', '${USER}', 'gold');`,
    truth: "lost",
    decision: "unknown",
  },
  {
    title: "a view that reads a table with FORCE",
    both: `${SEATS} alter table seats force row level security; ${readable("v as select * from public.seats")}
      alter table seats owner to anon; alter view v owner to anon;`,
    before: reads("false"),
    after: of("v"),
    rows: `${LETTER} insert into seats values ('${USER}', '${USER}', 'gold');`,
    truth: "same",
    decision: "unknown",
  },
  {
    title: "security_invoker goes",
    before: SEATS + readable("v with (security_invoker = true) as select * from public.seats") + of("v"),
    after: SEATS + readable("v as select * from public.seats") + of("v"),
    rows: SEAT,
    truth: "gained",
    decision: "looser",
  },
  {
    title: "a view with security_invoker in a view of the owner is read for the user",
    both:
      SEATS +
      `create view public.base with (security_invoker = true) as select * from public.seats;` +
      readable("v as select * from public.base"),
    before: of("seats"),
    after: of("v"),
    rows: SEAT,
    truth: "same",
    decision: "unknown",
  },
  {
    title: "a view of the owner in a view of the owner",
    both: `${SEATS} create view public.base as select * from public.seats; ${readable("v as select * from public.base")}`,
    before: of("seats"),
    after: of("v"),
    rows: SEAT,
    truth: "gained",
    decision: "looser",
  },
  {
    title: "current_user in a view is the one who asks, not the owner",
    both: SEATS + readable("v as select * from public.seats where current_user = 'authenticated'"),
    before: reads("false"),
    after: of("v"),
    rows: SEAT,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "a function in a view is one of the user who asks",
    both: `${SEATS} create function public.mine() returns setof uuid language sql stable as 'select s.shelf from public.seats s';
      ${readable("v as select * from public.readers r where r.shelf in (select public.mine())")}`,
    before: reads("exists (select 1 from readers r where r.shelf = letters.shelf)"),
    after: of("v"),
    rows: `${SEAT} ${READER}`,
    truth: "lost",
    decision: "unknown",
  },
  {
    title: "the privilege to read a view",
    both: `${SEATS} create view public.v as select * from public.seats;`,
    before: `grant select on v to authenticated; ${of("v")}`,
    after: `revoke select on v from authenticated; ${of("v")}`,
    rows: SEAT,
    truth: "lost",
    decision: "always-errors",
  },
  {
    title: "the token in a view of the owner",
    both: SEATS + readable("v as select * from public.seats where user_id = auth.uid()"),
    before: reads("exists (select 1 from readers r where r.user_id = auth.uid() and r.shelf = letters.shelf)"),
    after: reads("exists (select 1 from v where v.user_id = auth.uid() and v.shelf = letters.shelf)"),
    rows: SEAT,
    truth: "gained",
    decision: "incomparable",
  },
  {
    title: "the columns of a view by another name",
    both: SEATS + readable("v(shelf, user_id) as select s.user_id, s.shelf from public.seats s"),
    before: of("v"),
    after: reads("exists (select 1 from v where v.user_id = letters.shelf)"),
    rows: `${LETTER} insert into seats values ('${OTHER}', '${USER}', 'silver');`,
    truth: "gained",
    decision: "incomparable",
  },
  {
    title: "a view that unites two tables is not modelled",
    both: SEATS + readable("v as select shelf from public.seats union select shelf from public.readers"),
    before: reads("false"),
    after: of("v"),
    rows: SEAT,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "an array of the rows of a query that is turned into another type",
    both: `create function public.kinds() returns text[] language sql stable as 'select array_agg(r.kind) from public.readers r';`,
    before: reads("title = any (kinds()::varchar(3)[])"),
    after: reads("title in (select r.kind from readers r)"),
    rows: `insert into letters (id, title) values (1, 'gold'); ${READER}`,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "an array of the rows of a query that loses the spaces at the end",
    both: `create function public.kinds() returns text[] language sql stable as 'select array_agg(r.kind) from public.readers r';`,
    before: reads("title in (select r.kind from readers r)"),
    after: reads("title = any (kinds()::bpchar[])"),
    rows: `insert into letters (id, title) values (1, 'gold'); ${READER} update readers set kind = 'gold  ';`,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "an aggregate that is turned into a type with a modifier",
    before: reads("title = any (((select array_agg(r.kind) from readers r))::varchar(3)[])"),
    after: reads("title in (select r.kind from readers r)"),
    rows: `insert into letters (id, title) values (1, 'gold'); ${READER}`,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "ARRAY of a query that is turned into a type with a modifier",
    before: reads("title = any ((array(select r.kind from readers r))::varchar(3)[])"),
    after: reads("title in (select r.kind from readers r)"),
    rows: `insert into letters (id, title) values (1, 'gold'); ${READER}`,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "an aggregate whose times are rounded",
    both: "create table public.times (t timestamptz); grant select on times to authenticated;",
    before: reads("sent = any ((select array_agg(t.t) from times t)::timestamptz(0)[])"),
    after: reads("sent in (select t.t from times t)"),
    rows: `${LETTER} insert into times values ('2030-01-01 00:00:00.3+00');`,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "a materialized view is read as the rows that it has",
    both: `${SEATS} create materialized view public.v as select * from public.seats; grant select on v to authenticated;`,
    before: reads("exists (select 1 from v where v.shelf = letters.shelf and v.kind = 'gold')"),
    after: of("v"),
    rows: `${SEAT} refresh materialized view v;`,
    truth: "gained",
    decision: "looser",
  },
];
