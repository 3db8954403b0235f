import { B, type ObjectCase } from "./objects-cases.ts";

const AS_OWNER = "language sql security definer set search_path = ''";
const ME = "set local app.me = 'me';";
/** Memberships that a role writes for itself, of the teams that are on a list; policies of parcels ask for them. */
const TEAMS = `create table public.team (name text primary key); insert into team values ('b');
  create table public.mate (user_id text, team text); alter table mate enable row level security;
  grant select, insert on mate to web; grant select, delete on team to web;
  create policy own on mate to web using (user_id = current_setting('app.me', true));
  create policy of_mates on parcel for select to web using (exists (
    select from mate m where m.user_id = current_setting('app.me', true) and m.team = parcel.label));`;
const FK = "alter table mate add constraint known foreign key (team) references team";
const CLOSED = `create schema closed; create function closed.wipe() returns text language plpgsql security definer
  set search_path = '' as $$ begin delete from public.parcel; return 'x'; end $$;`;
const PARTS = `create table public.part (id int, org text) partition by list (org);
  create table part_a partition of part for values in ('a'); create table part_b partition of part for values in ('b');`;
const SWAP = `alter table part detach partition part_a; alter table part detach partition part_b;
  alter table part attach partition part_a for values in ('b'); alter table part attach partition part_b for values in ('a');
  insert into part values (1, 'b');`;

/** Changes of what kept a role from something without a policy: foreign keys, names, schemas, the owner of a view of the system. */
export const HIDDEN_CASES: readonly ObjectCase[] = [
  // what an owner sees of the system
  {
    title: "a function with its owner's rights runs the SQL in a text",
    change: `create function public.words() returns setof text ${AS_OWNER} as $$
      select word from pg_catalog.ts_stat('select to_tsvector(''simple'', secret) from public.parcel') $$;`,
    expected: ["cannot be told function public.words()"],
    reach: { sql: "select words()", rows: [0, 2] },
  },
  {
    title: "a view shows the passwords of roles",
    change:
      "create view public.passwords as select rolname, rolpassword from pg_authid; grant select on passwords to web;",
    expected: ["cannot be told view public.passwords"],
    reach: { sql: "select from passwords where rolname = 'web'", rows: [0, 1] },
  },
  {
    title: "a function with its owner's rights reads a large object",
    base: "select lo_from_bytea(4712, 'abc');",
    change: `create function public.blob() returns bytea ${AS_OWNER} as 'select pg_catalog.lo_get(4712)';`,
    expected: ["cannot be told function public.blob()"],
    reach: { sql: "select blob()", rows: [0, 1] },
  },
  {
    title: "a function that runs as its caller reads one, as does a view of a catalog that everybody reads",
    change: `create function public.blob() returns bytea language sql as 'select pg_catalog.lo_get(4712)';
      create view public.tables as select relname from pg_class; grant select on tables to web;`,
    expected: [],
  },
  {
    title: "a function sets a variable by a clause",
    change: `create function public.other() returns bigint language sql set app.org = '${B}' as 'select 1';`,
    expected: ["cannot be told function public.other()"],
  },
  {
    title: "a function has a search_path and a limit of time by clauses",
    change:
      "create function public.one() returns int language sql set search_path = '' set statement_timeout = 1 as 'select 1';",
    expected: [],
  },
  // foreign keys
  {
    title: "a foreign key of one column, by which a membership was of a team that is known",
    base: `${TEAMS} ${FK};`,
    change: "alter table mate drop constraint known; delete from team;",
    expected: ["cannot be told constraint public.mate.known"],
    reach: {
      first: `${ME} insert into mate values ('me', 'b');`,
      sql: "select from parcel where label = 'b'",
      rows: [1, 1],
    },
  },
  {
    title: "the same one with an action, under another name",
    base: `${TEAMS} ${FK};`,
    change: `alter table mate drop constraint known; ${FK.replace("known", "other")} on delete restrict;`,
    expected: [],
  },
  {
    title: "the triggers of a foreign key are off, with which a membership ended",
    base: `${TEAMS} ${FK} on delete cascade; insert into mate values ('me', 'b');`,
    change: "alter table team disable trigger all;",
    expected: ["cannot be told constraint public.mate.known"],
    reach: { first: `${ME} delete from team;`, sql: "select from parcel where label = 'b'", rows: [0, 1] },
  },
  // columns by other names
  {
    title: "a hidden column has another name, under which it is granted",
    change: "alter table parcel rename secret to note; grant select (note) on parcel to web;",
    expected: ["cannot be told relation public.parcel"],
    reach: { sql: "select note from parcel", rows: [0, 1] },
  },
  {
    title: "a new column is generated from a hidden one",
    change:
      "alter table parcel add copy text generated always as (secret) stored; grant select (copy) on parcel to web;",
    expected: ["cannot be told relation public.parcel"],
    reach: { sql: "select copy from parcel where copy = 'x'", rows: [0, 1] },
  },
  {
    title: "a column that the role reads has another name, and a new one has values of its own",
    change: `alter table parcel rename label to caption; alter table parcel add size text, add both_ text generated always as (caption) stored;
      grant select (size, both_) on parcel to web;`,
    expected: [],
    reach: { sql: "select id from parcel", rows: [1, 1] },
  },
  // schemas, partitions and publications
  {
    title: "a table moves to a schema that the role may use",
    base: `create schema back; alter table parcel set schema back;`,
    change: "alter table back.parcel set schema public;",
    expected: ["cannot be told relation public.parcel"],
    reach: { sql: "select id from public.parcel", rows: [0, 1] },
  },
  {
    title: "a table moves to a schema that the role may not use",
    base: "create schema back;",
    change: "alter table parcel set schema back;",
    expected: ["closes relation public.parcel"],
    reach: { sql: "select id from back.parcel", rows: [0, 0] },
  },
  {
    title: "a table moves to a schema that is published",
    base: "create schema sent; grant usage on schema sent to public; create publication outward for tables in schema sent;",
    change: "alter table parcel set schema sent;",
    expected: ["closes relation public.parcel", "cannot be told relation sent.parcel"],
    reach: { sql: "select id from sent.parcel", rows: [0, 1] },
  },
  {
    title: "a partition that a role reads by itself has other bounds",
    base: `${PARTS} grant select on part_a to web;`,
    change: SWAP,
    expected: ["cannot be told relation public.part_a"],
    reach: { sql: "select id from part_a", rows: [0, 1] },
  },
  { title: "partitions that nobody reads by themselves have other bounds", base: PARTS, change: SWAP, expected: [] },
  {
    title: "the old rows of a published table are sent as a whole",
    base: "create publication sent for table parcel with (publish = 'delete');",
    change: "alter table parcel replica identity full;",
    expected: ["cannot be told publication sent"],
  },
  // expressions of new tables
  {
    title: "a default of a new table calls a function with its owner's rights in a schema that the role may not use",
    base: CLOSED,
    change: `create table public.form (id int, x text default closed.wipe()); grant insert on form to web;`,
    expected: ["cannot be told relation public.form"],
  },
  {
    title: "a CHECK of a new table does",
    base: CLOSED,
    change: `create table public.form (id int constraint c check (closed.wipe() <> 'y')); grant insert on form to web;`,
    expected: ["cannot be told constraint public.form.c"],
  },
  {
    title: "a new table with defaults, a CHECK, a foreign key and policies",
    change: `create table public.form (id uuid primary key default gen_random_uuid(), at timestamptz default now(),
        parcel int references parcel, label text check (length(label) < 10));
      alter table form enable row level security; grant select, insert on form to web;
      create policy own on form to web using (label = 'a'); create index on form (parcel); comment on table form is 'forms';`,
    expected: [],
    reach: { first: `insert into form (label) values ('a');`, sql: "select from form where label = 'a'", rows: [0, 1] },
  },
  {
    title: "a domain gives a column for which a policy asks another default",
    base: `create domain public.seen as text default 'own'; create table public.memo (id int, seen seen);
      alter table memo enable row level security; grant select, insert (id) on memo to web;
      create policy r on memo for select to web using (seen = 'all'); create policy i on memo for insert to web with check (true);`,
    change: "alter domain seen set default 'all';",
    expected: ["cannot be told relation public.memo"],
    reach: { first: "insert into memo (id) values (1);", sql: "select id from memo", rows: [0, 1] },
  },
];
