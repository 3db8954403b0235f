/** A change of one kind of object, and what it does to who reaches what. */
export interface ObjectCase {
  title: string;
  /** statements of both sides, after those of `BASE` */
  base?: string;
  change: string;
  /** the effects other than `changes`, with the objects: `opens view public.parcels` */
  expected: string[];
  /** executed at the end, so that the database can be dropped */
  last?: string;
  /** rows that `web`, as a member of organisation A, reaches: before and after, with `first` executed; PostgreSQL counts them */
  reach?: { sql: string; role?: string; rows: [number, number]; first?: string };
}

export const A = "aaaaaaaa-0000-4000-8000-000000000001";
export const B = "bbbbbbbb-0000-4000-8000-000000000001";

/** Roles of the cluster, which all cases share. `web` is what requests arrive as. */
export const ROLES = `
  create role web nologin; create role clerk nologin; create role keeper login; create role vault_owner nologin;
  create role auditor nologin bypassrls;`;

const ORG = `(nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'org')::uuid`;

/** A guarded table with a parcel of each of two organisations, on plain PostgreSQL. */
export const BASE = `
  alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;
  alter default privileges in schema public revoke all on functions from anon, authenticated, service_role;
  alter default privileges in schema public revoke all on sequences from anon, authenticated, service_role;
  create table public.parcel (id int primary key, org_id uuid not null, label text, secret text);
  alter table public.parcel enable row level security;
  create policy parcel_org on public.parcel to web using (org_id = ${ORG});
  grant select (id, org_id, label), insert, update, delete on public.parcel to web;
  insert into public.parcel values (1, '${A}', 'a', 'x'), (2, '${B}', 'b', 'y');`;

const LIST = "create view public.parcels as select id, org_id from public.parcel;";
const OWN_LIST = LIST.replace(" as ", " with (security_invoker = true) as ");
const ALL_PARCELS = `language sql stable security definer set search_path = '' as 'select p.id from public.parcel p'`;
const AS_OWNER = "language sql security definer set search_path = ''";
const ONES = `create function public.mine() returns setof int language sql stable security definer set search_path = ''
  as $$ select p.id from public.parcel p where p.org_id = ${ORG} $$;`;

const CRATE = `create table public.crate (id int primary key, org_id uuid, parcel int);
  alter table crate enable row level security; grant select, insert on crate to web;`;

export const OBJECT_CASES: readonly ObjectCase[] = [
  // views
  {
    title: "a new view without security_invoker that a role of requests may read",
    change: `${LIST} grant select on parcels to web;`,
    expected: ["opens view public.parcels"],
    reach: { sql: "select from parcels", rows: [0, 2] },
  },
  {
    title: "a new view that nobody may read",
    change: LIST,
    expected: [],
    reach: { sql: "select from parcels", rows: [0, 0] },
  },
  {
    title: "a new view with security_invoker",
    change: `${OWN_LIST} grant select on parcels to web;`,
    expected: [],
    reach: { sql: "select from parcels", rows: [0, 1] },
  },
  {
    title: "a new view over a view with security_invoker reads as the current user",
    base: `${OWN_LIST} grant select on parcels to web;`,
    change: "create view public.outside as select * from parcels; grant select on outside to web;",
    expected: [],
    reach: { sql: "select from outside", rows: [0, 1] },
  },
  {
    title: "a new view with security_invoker over a view without it",
    base: LIST,
    change:
      "create view public.outside with (security_invoker = true) as select * from parcels; grant select on outside, parcels to web;",
    expected: ["opens view public.outside", "opens view public.parcels"],
    reach: { sql: "select from outside", rows: [0, 2] },
  },
  {
    title: "a function that a new view calls runs as the user of the view",
    base: "create function public.ids() returns setof int language sql stable as 'select id from public.parcel';",
    change: "create view public.outside as select * from ids(); grant select on outside to web;",
    expected: [],
    reach: { sql: "select from outside", rows: [0, 1] },
  },
  {
    title: "security_invoker is lost",
    base: `${OWN_LIST} grant select on parcels to web;`,
    change: `create or replace view public.parcels with (security_invoker = false) as select id, org_id from public.parcel;`,
    expected: ["opens view public.parcels"],
    reach: { sql: "select from parcels", rows: [1, 2] },
  },
  {
    title: "security_invoker is set",
    base: `${LIST} grant select on parcels to web;`,
    change: "alter view parcels set (security_invoker = true);",
    expected: ["closes view public.parcels"],
    reach: { sql: "select from parcels", rows: [2, 1] },
  },
  {
    title: "a view that exists is granted",
    base: LIST,
    change: "grant select on parcels to web;",
    expected: ["opens view public.parcels"],
    reach: { sql: "select from parcels", rows: [0, 2] },
  },
  {
    title: "one column of a view that exists is granted",
    base: LIST,
    change: "grant select (id) on parcels to web;",
    expected: ["opens view public.parcels"],
    reach: { sql: "select id from parcels", rows: [0, 2] },
  },
  {
    title: "a view is revoked",
    base: `${LIST} grant select on parcels to web;`,
    change: "revoke select on parcels from web;",
    expected: ["closes view public.parcels"],
    reach: { sql: "select from parcels", rows: [2, 0] },
  },
  {
    title: "a view is dropped",
    base: `${LIST} grant select on parcels to web;`,
    change: "drop view parcels;",
    expected: ["closes view public.parcels"],
  },
  {
    title: "the condition of a view with its owner's rights is another",
    base: `create view public.parcels as select id from public.parcel where org_id = ${ORG}; grant select on parcels to web;`,
    change: `create or replace view public.parcels as select id from public.parcel where org_id = ${ORG} or label = 'b';`,
    expected: ["cannot be told view public.parcels"],
    reach: { sql: "select from parcels", rows: [1, 2] },
  },
  {
    title: "a new view with its owner's rights asks for the claim",
    change: `create view public.parcels as select id from public.parcel where org_id = ${ORG}; grant select on parcels to web;`,
    expected: ["cannot be told view public.parcels"],
    reach: { sql: "select from parcels", rows: [0, 1] },
  },
  {
    title: "the owner of a view is above row security now",
    base: `create policy parcel_nobody on parcel to vault_owner using (false); grant select on parcel to vault_owner, auditor;
      ${LIST} alter view parcels owner to vault_owner; grant select on parcels to web;`,
    change: "alter view parcels owner to auditor;",
    expected: ["opens view public.parcels"],
    reach: { sql: "select from parcels", rows: [0, 2] },
  },
  {
    title: "WITH CHECK OPTION is lost",
    base: `create view public.parcels with (security_invoker = true) as select id, org_id, label from public.parcel where label <> 'b'
      with check option; grant insert on parcels to web;`,
    change: "alter view parcels reset (check_option);",
    expected: ["opens view public.parcels"],
  },
  {
    title: "security_barrier is lost",
    base: `create view public.parcels with (security_barrier) as select id, label from public.parcel where label = 'a'; grant select on parcels to web;`,
    change: "alter view parcels reset (security_barrier);",
    expected: ["opens view public.parcels"],
  },
  {
    title: "the query of a materialized view is another",
    base: "create materialized view public.counts as select count(*) from public.parcel; grant select on counts to web;",
    change:
      "drop materialized view counts; create materialized view public.counts as select count(*) from public.parcel where label = 'a'; grant select on counts to web;",
    expected: ["cannot be told relation public.counts"],
  },

  // functions
  {
    title: "a new SECURITY DEFINER function that every role may execute",
    change: `create function public.everything() returns setof int ${ALL_PARCELS};`,
    expected: ["opens function public.everything()"],
    reach: { sql: "select everything()", rows: [0, 2] },
  },
  {
    title: "the same in PL/pgSQL, with an argument",
    change: `create function public.of_org(o uuid) returns setof int language plpgsql stable security definer set search_path = '' as
      'begin return query select p.id from public.parcel p where p.org_id = o; end';`,
    expected: ["opens function public.of_org(o uuid)"],
    reach: { sql: `select of_org('${B}')`, rows: [0, 1] },
  },
  {
    title: "a new SECURITY DEFINER function by way of another that runs as its caller",
    change: `create function public.inner_one() returns setof int language sql stable as 'select p.id from public.parcel p';
      create function public.outer_one() returns setof int language sql stable security definer set search_path = '' as 'select public.inner_one()';`,
    expected: ["opens function public.outer_one()"],
    reach: { sql: "select outer_one()", rows: [0, 2] },
  },
  {
    title: "a new SECURITY DEFINER function that nobody may execute",
    change: `create function public.everything() returns setof int ${ALL_PARCELS}; revoke execute on function everything() from public;`,
    expected: [],
    reach: { sql: "select everything()", rows: [0, 0] },
  },
  {
    title: "a new SECURITY DEFINER function that asks for the claim",
    change: ONES,
    expected: ["cannot be told function public.mine()"],
    reach: { sql: "select mine()", rows: [0, 1] },
  },
  {
    title: "a new SECURITY DEFINER function with dynamic SQL",
    change: `create function public.run(t text) returns setof int language plpgsql security definer as 'begin return query execute t; end';`,
    expected: ["cannot be told function public.run(t text)"],
    reach: { sql: "select run('select id from parcel')", rows: [0, 2] },
  },
  {
    title: "EXECUTE on a SECURITY DEFINER function for PUBLIC",
    base: `${ONES} revoke execute on function mine() from public;`,
    change: "grant execute on function mine() to public;",
    expected: ["opens function public.mine()"],
    reach: { sql: "select mine()", rows: [0, 1] },
  },
  {
    title: "EXECUTE on a SECURITY DEFINER function is revoked",
    base: ONES,
    change: "revoke execute on function mine() from public;",
    expected: ["closes function public.mine()"],
    reach: { sql: "select mine()", rows: [1, 0] },
  },
  {
    title: "the body of a SECURITY DEFINER function is another",
    base: ONES,
    change: `create or replace function public.mine() returns setof int language sql stable security definer set search_path = ''
      as $$ select p.id from public.parcel p where p.org_id = ${ORG} or p.label = 'b' $$;`,
    expected: ["cannot be told function public.mine()"],
    reach: { sql: "select mine()", rows: [1, 2] },
  },
  {
    title: "what a SECURITY DEFINER function calls is another",
    base: `create function public.allowed(o uuid) returns boolean language sql stable as $$ select o = ${ORG} $$;
      create function public.mine() returns setof int language sql stable security definer as 'select p.id from public.parcel p where public.allowed(p.org_id)';`,
    change: "create or replace function public.allowed(o uuid) returns boolean language sql stable as 'select true';",
    expected: ["cannot be told function public.mine()"],
    reach: { sql: "select mine()", rows: [1, 2] },
  },
  {
    title: "a function becomes SECURITY DEFINER",
    base: `create function public.everything() returns setof int language sql stable as 'select p.id from public.parcel p';`,
    change: "alter function everything() security definer;",
    expected: ["opens function public.everything()"],
    reach: { sql: "select everything()", rows: [1, 2] },
  },
  {
    title: "a function becomes SECURITY INVOKER",
    base: `create function public.everything() returns setof int ${ALL_PARCELS};`,
    change: "alter function everything() security invoker;",
    expected: ["closes function public.everything()"],
    reach: { sql: "select everything()", rows: [2, 1] },
  },
  {
    title: "a SECURITY DEFINER function loses its search_path",
    base: ONES,
    change: "alter function mine() reset search_path;",
    expected: ["cannot be told function public.mine()"],
  },
  {
    title: "a new function that runs as its caller, another that is different, and a comment",
    base: "create function public.twice(n int) returns int language sql immutable as 'select n * 2';",
    change: `create function public.thrice(n int) returns int language sql immutable as 'select n * 3';
      create or replace function public.twice(n int) returns int language sql immutable as 'select n + n'; comment on function thrice(int) is 'three';`,
    expected: [],
  },
  {
    title: "a new function that sets a variable",
    change: `create function public.choose(o text) returns text language sql as $$ select set_config('request.jwt.claims', o, true) $$;`,
    expected: ["cannot be told function public.choose(o text)"],
  },

  // privileges
  {
    title: "SELECT covers another column",
    change: "grant select (secret) on parcel to web;",
    expected: ["opens relation public.parcel"],
    reach: { sql: "select secret from parcel", rows: [0, 1] },
  },
  {
    title: "SELECT covers the whole table",
    change: "grant select on parcel to web;",
    expected: ["opens relation public.parcel"],
    reach: { sql: "select secret from parcel", rows: [0, 1] },
  },
  {
    title: "SELECT covers a column less",
    change: "revoke select (label) on parcel from web;",
    expected: ["closes relation public.parcel"],
    reach: { sql: "select label from parcel", rows: [1, 0] },
  },
  {
    title: "UPDATE of one column becomes UPDATE of another",
    base: "revoke update on parcel from web; grant update (label) on parcel to web;",
    change: "revoke update (label) on parcel from web; grant update (secret) on parcel to web;",
    expected: ["opens relation public.parcel", "closes relation public.parcel"],
  },
  {
    title: "TRUNCATE",
    change: "grant truncate on parcel to web;",
    expected: ["opens relation public.parcel"],
  },
  {
    title: "TRUNCATE is revoked",
    base: "grant truncate, trigger on parcel to web;",
    change: "revoke truncate, trigger on parcel from web;",
    expected: ["closes relation public.parcel"],
  },
  {
    title: "USAGE on a schema in which the role holds privileges",
    base: "create schema back; create table back.note (id int); insert into back.note values (1); grant select on back.note to web;",
    change: "grant usage on schema back to web;",
    expected: ["opens schema back"],
    reach: { sql: "select from back.note", rows: [0, 1] },
  },
  {
    title: "USAGE on a schema in which the role holds none",
    base: "create schema back; create table back.note (id int);",
    change: "grant usage on schema back to web;",
    expected: [],
  },
  {
    title: "USAGE on a schema is revoked",
    base: "create schema back; create table back.note (id int); insert into back.note values (1); grant select on back.note to web; grant usage on schema back to web;",
    change: "revoke usage on schema back from web;",
    expected: ["closes schema back"],
    reach: { sql: "select from back.note", rows: [1, 0] },
  },
  {
    title: "CREATE on a schema",
    change: "grant create on schema public to web;",
    expected: ["opens schema public"],
  },
  {
    title: "a sequence",
    base: "create sequence public.numbers;",
    change: "grant usage on sequence numbers to web;",
    expected: ["opens sequence public.numbers"],
    reach: { sql: "select nextval('numbers')", rows: [0, 1] },
  },
  {
    title: "default privileges",
    change: "alter default privileges in schema public grant select on tables to web;",
    expected: ["opens default privileges postgres in schema public"],
  },
  {
    title: "default privileges are revoked",
    base: "alter default privileges in schema public grant select on tables to web;",
    change: "alter default privileges in schema public revoke select on tables from web;",
    expected: ["closes default privileges postgres in schema public"],
  },
  {
    title: "functions are not for PUBLIC by default any more",
    change: "alter default privileges revoke execute on functions from public;",
    expected: ["closes default privileges postgres"],
  },

  // row security, owners, inheritance
  {
    title: "FORCE is lost, and the owner logs in",
    base: "alter table parcel force row level security; alter table parcel owner to keeper;",
    change: "alter table parcel no force row level security;",
    expected: ["opens relation public.parcel"],
    reach: { sql: "select from parcel", role: "keeper", rows: [0, 2] },
  },
  {
    title: "FORCE is set, and the owner logs in",
    base: "alter table parcel owner to keeper;",
    change: "alter table parcel force row level security;",
    expected: ["closes relation public.parcel"],
    reach: { sql: "select from parcel", role: "keeper", rows: [2, 0] },
  },
  {
    title: "FORCE is lost, and the owner is a superuser",
    base: "alter table parcel force row level security;",
    change: "alter table parcel no force row level security;",
    expected: [],
  },
  {
    title: "FORCE is lost for the owner of a view",
    base: `alter table parcel force row level security; alter table parcel owner to vault_owner;
      ${LIST} alter view parcels owner to vault_owner; grant select on parcels to web;`,
    change: "alter table parcel no force row level security;",
    expected: ["opens view public.parcels"],
    reach: { sql: "select from parcels", rows: [0, 2] },
  },
  {
    title: "row security is disabled",
    change: "alter table parcel disable row level security;",
    expected: ["opens relation public.parcel"],
    reach: { sql: "select id from parcel", rows: [1, 2] },
  },
  {
    title: "row security is enabled on a table with a view that reads it",
    base: `create table public.note (id int); insert into note values (1); grant select on note to web;
      create view public.notes as select * from note; grant select on notes to web;`,
    change: "alter table note enable row level security;",
    expected: ["closes relation public.note"],
    reach: { sql: "select from notes", rows: [1, 1] },
  },
  {
    title: "a role of requests owns the table",
    base: "alter table parcel force row level security;",
    change: "alter table parcel owner to web;",
    expected: ["opens relation public.parcel"],
  },
  {
    title: "a table is attached to a parent that a role reads",
    base: `create table public.all_parcels (like parcel including all); grant select on all_parcels to web;`,
    change: "alter table parcel inherit all_parcels;",
    expected: ["opens relation public.parcel"],
    reach: { sql: "select from all_parcels", rows: [0, 2] },
  },
  {
    title: "a partition is attached",
    base: `create table public.log (id int, org_id uuid) partition by list (id); grant select on log to web;
      create table public.log_1 (id int, org_id uuid); insert into log_1 values (1, '${B}');`,
    change: "alter table log attach partition log_1 for values in (1);",
    expected: ["opens relation public.log_1"],
    reach: { sql: "select from log", rows: [0, 1] },
  },
  {
    title: "a partition is detached",
    base: `create table public.log (id int, org_id uuid) partition by list (id); grant select on log to web;
      create table public.log_1 partition of log for values in (1); insert into log values (1, '${B}');`,
    change: "alter table log detach partition log_1;",
    expected: ["closes relation public.log_1"],
    reach: { sql: "select from log", rows: [1, 0] },
  },
  {
    title: "a table is dropped",
    base: "create table public.note (id int); grant select on note to web;",
    change: "drop table note;",
    expected: ["closes relation public.note"],
  },

  // triggers, rules, publications, servers, extensions
  {
    title: "a trigger that updates past row security",
    change: `create function public.spread() returns trigger language plpgsql security definer set search_path = '' as
        'begin update public.parcel set label = new.label; return new; end';
      create trigger t after insert on parcel for each row execute function spread();`,
    expected: ["opens trigger t on public.parcel"],
  },
  {
    title: "a trigger that writes a log past row security",
    base: "create table public.log (line text); ",
    change: `create function public.note_it() returns trigger language plpgsql security definer set search_path = '' as
        'begin insert into public.log values (new.label); return new; end';
      create trigger t after insert on parcel for each row execute function note_it();`,
    expected: ["cannot be told trigger t on public.parcel"],
  },
  {
    title: "a trigger of a table that no role of requests writes",
    base: "create table public.log (line text);",
    change: `create function public.note_it() returns trigger language plpgsql security definer set search_path = '' as
        'begin update public.parcel set label = new.line; return new; end';
      create trigger t after insert on log for each row execute function note_it();`,
    expected: [],
  },
  {
    title: "a trigger that refused rows is dropped",
    base: `create function public.refuse() returns trigger language plpgsql as $$ begin if new.label = 'b' then raise exception 'no'; end if; return new; end $$;
      create trigger t before insert on parcel for each row execute function refuse();`,
    change: "drop trigger t on parcel;",
    expected: ["cannot be told trigger t on public.parcel"],
  },
  {
    title: "a trigger that refused rows is disabled",
    base: `create function public.refuse() returns trigger language plpgsql as $$ begin if new.label = 'b' then raise exception 'no'; end if; return new; end $$;
      create trigger t before insert on parcel for each row execute function refuse();`,
    change: "alter table parcel disable trigger t;",
    expected: ["cannot be told trigger t on public.parcel"],
  },
  {
    title: "the function of a trigger that refused rows refuses fewer",
    base: `create function public.refuse() returns trigger language plpgsql as $$ begin if new.label in ('b', 'c') then raise exception 'no'; end if; return new; end $$;
      create trigger t before insert on parcel for each row execute function refuse();`,
    change: `create or replace function public.refuse() returns trigger language plpgsql as $$ begin if new.label = 'b' then raise exception 'no'; end if; return new; end $$;`,
    expected: ["cannot be told trigger t on public.parcel"],
  },
  {
    title: "a trigger that stamped rows is dropped, and another is new",
    base: `alter table parcel add changed timestamptz; create function public.stamp() returns trigger language plpgsql as $$ begin new.changed := now(); return new; end $$;
      create trigger t before update on parcel for each row execute function stamp();`,
    change: "drop trigger t on parcel; create trigger u before insert on parcel for each row execute function stamp();",
    expected: [],
  },
  {
    title: "a trigger that fires in the sessions of replicas alone",
    base: `create function public.own() returns trigger language plpgsql as $$ begin new.org_id := ${ORG}; return new; end $$;
      create trigger t before update on parcel for each row execute function own();`,
    change: "alter table parcel enable replica trigger t;",
    expected: ["cannot be told trigger t on public.parcel"],
  },
  {
    title: "a rule",
    base: "create table public.other (like parcel);",
    change: "create rule r as on insert to parcel do also insert into other values (new.*);",
    expected: ["cannot be told rule r on public.parcel"],
  },
  {
    title: "a rule is dropped",
    base: "create rule r as on delete to parcel do instead nothing;",
    change: "drop rule r on parcel;",
    expected: ["cannot be told rule r on public.parcel"],
  },
  {
    title: "a rule of a table that nobody writes",
    base: "create table public.other (like parcel);",
    change: "create rule r as on delete to other do instead nothing;",
    expected: [],
  },
  {
    title: "a publication",
    change: "create publication feed for table parcel;",
    expected: ["opens publication feed"],
  },
  {
    title: "a publication sends another table, and all of them",
    base: "create table public.note (id int primary key); create publication feed for table note;",
    change: "alter publication feed add table parcel;",
    expected: ["opens publication feed"],
  },
  {
    title: "the row filter of a publication is lost",
    base: "create publication feed for table parcel where (id < 2);",
    change: "alter publication feed set table parcel;",
    expected: ["cannot be told publication feed"],
  },
  {
    title: "a publication is dropped",
    base: "create publication feed for all tables;",
    change: "drop publication feed;",
    expected: ["closes publication feed"],
  },
  {
    title: "a foreign server has other options",
    base: "create foreign data wrapper fake; create server away foreign data wrapper fake;",
    change: "alter server away options (add host 'elsewhere');",
    expected: ["cannot be told foreign server away"],
  },
  {
    title: "a foreign server may be used, and has credentials for a role",
    base: "create foreign data wrapper fake; create server away foreign data wrapper fake;",
    change: "grant usage on foreign server away to web; create user mapping for web server away;",
    expected: ["opens foreign server away", "cannot be told user mapping away"],
  },
  {
    title: "a foreign table comes from elsewhere",
    base: `create foreign data wrapper fake; create server away foreign data wrapper fake;
      create foreign table public.far (id int) server away options (t 'one'); grant select on far to web;`,
    change: "alter foreign table far options (set t 'two');",
    expected: ["cannot be told relation public.far"],
  },
  {
    title: "an event trigger",
    change: `create function public.guard() returns event_trigger language plpgsql as 'begin end';
      create event trigger g on ddl_command_end execute function guard();`,
    expected: ["cannot be told event trigger g"],
  },
  {
    title: "an extension without functions that read tables",
    change: "create extension if not exists plpgsql; create extension citext;",
    expected: [],
  },
  {
    title: "an extension that connects to other databases",
    change: "create extension dblink;",
    expected: ["cannot be told extension dblink"],
  },

  // what expressions mean
  {
    title: "an enum that a function with its owner's rights names",
    base: `create type public.kind as enum ('a'); alter table parcel add k public.kind;
      create function public.of_kind(wanted public.kind) returns setof int language sql security definer as 'select id from public.parcel where k = wanted';`,
    change: "alter type kind add value 'b';",
    expected: ["cannot be told type public.kind"],
  },
  {
    title: "an enum that only a column has",
    base: "create type public.kind as enum ('a'); alter table parcel add k public.kind;",
    change: "alter type kind add value 'b';",
    expected: [],
  },
  {
    title: "an enum that only a column has, beside a function with its owner's rights",
    base: `create type public.kind as enum ('a'); alter table parcel add k public.kind; ${ONES}`,
    change: "alter type kind add value 'b';",
    expected: [],
  },
  {
    title: "a policy whose roles hold no privilege",
    base: `create table public.note (id int, org_id uuid); alter table note enable row level security;
      create policy p on note for select to web using (org_id = ${ORG});`,
    change: "drop policy p on note; create policy p on note for select to web using (true);",
    expected: ["cannot be told policy public.note.p"],
  },

  // functions that write, and LEAKPROOF
  {
    title: "a SECURITY DEFINER function in SQL that deletes",
    change: `create function public.wipe() returns void ${AS_OWNER} as 'delete from public.parcel';`,
    expected: ["opens function public.wipe()"],
  },
  {
    title: "a SECURITY DEFINER procedure that updates",
    change: `create procedure public.claim_all() ${AS_OWNER} as 'update public.parcel set label = null';`,
    expected: ["opens function public.claim_all()"],
  },
  {
    title: "a SECURITY DEFINER function in SQL that inserts",
    change: `create function public.send(org uuid) returns void ${AS_OWNER} as 'insert into public.parcel values (3, org)';`,
    expected: ["opens function public.send(org uuid)"],
  },
  {
    title: "a SECURITY DEFINER function in SQL that merges",
    change: `create function public.tidy() returns void ${AS_OWNER} as 'merge into public.parcel p using (select 1) as one on true when matched then delete';`,
    expected: ["opens function public.tidy()"],
  },
  {
    title: "a SECURITY DEFINER function in SQL that deletes in WITH",
    change: `create function public.drained() returns bigint ${AS_OWNER} as 'with gone as (delete from public.parcel returning 1) select count(*) from gone';`,
    expected: ["opens function public.drained()"],
  },
  {
    title: "a SECURITY DEFINER function that deletes, in a body of standard SQL",
    change: `create function public.wipe() returns void ${AS_OWNER} begin atomic delete from public.parcel; end;`,
    expected: ["opens function public.wipe()"],
  },
  {
    title: "a SECURITY DEFINER procedure that calls one which deletes",
    base: "create procedure public.drain() language sql set search_path = '' as 'delete from public.parcel';",
    change: `create procedure public.wipe() ${AS_OWNER} as 'call public.drain()';`,
    expected: ["opens function public.wipe()"],
  },
  {
    title: "a LEAKPROOF function that takes an argument",
    change: `create function public.tells(label text) returns boolean language plpgsql immutable leakproof
      as $$ begin raise notice '%', label; return true; end $$;`,
    expected: ["cannot be told function public.tells(label text)"],
  },
  {
    title: "a function becomes LEAKPROOF",
    base: "create function public.loud(label text) returns text language sql immutable as 'select upper(label)';",
    change: "alter function loud leakproof;",
    expected: ["cannot be told function public.loud(label text)"],
  },
  {
    title: "a LEAKPROOF function that no role of requests may call, and one without an argument",
    change: `create function public.tells(label text) returns boolean language sql immutable leakproof as 'select true';
      revoke execute on function tells from public;
      create function public.one() returns int language sql immutable leakproof as 'select 1';`,
    expected: [],
  },
  // constraints
  {
    title: "a foreign key deletes rows that no policy lets the role delete",
    base: `${CRATE} create policy r on crate for select to web using (org_id = ${ORG});`,
    change: "alter table crate add foreign key (parcel) references parcel on delete cascade;",
    expected: ["cannot be told constraint public.crate.crate_parcel_fkey"],
  },
  {
    title: "a foreign key without an action, and one whose action the roles of requests could do themselves",
    base: `${CRATE} create table box (id int primary key, parcel int); grant delete on box to web;`,
    change: `alter table crate add foreign key (parcel) references parcel;
      alter table box add foreign key (parcel) references parcel on delete cascade;`,
    expected: [],
  },
  {
    title: "a foreign key deletes rows of a table without row security, on which the role has no DELETE",
    base: "create table box (id int primary key, parcel int);",
    change: "alter table box add foreign key (parcel) references parcel on delete cascade;",
    expected: ["cannot be told constraint public.box.box_parcel_fkey"],
  },
  {
    title: "a new table with such a foreign key, which has no rows of before",
    change: "create table box (id int primary key, parcel int references parcel on delete cascade);",
    expected: [],
  },
  {
    title: "a foreign key of two columns, which kept a row with others of its tenant, is gone",
    base: `${CRATE} alter table parcel add unique (org_id, id);
      alter table crate add constraint same_org foreign key (org_id, parcel) references parcel (org_id, id);
      create policy r on crate to web using (org_id = ${ORG});`,
    change: "alter table crate drop constraint same_org;",
    expected: ["cannot be told constraint public.crate.same_org"],
  },
  {
    title: "a CHECK that asks for the request is gone",
    base: `alter table parcel add constraint own check (org_id = ${ORG}) not valid;`,
    change: "alter table parcel drop constraint own;",
    expected: ["cannot be told constraint public.parcel.own"],
  },
  {
    title: "a CHECK over columns that no policy names is gone, and one is renamed",
    base: "alter table parcel add constraint short check (length(label) < 9), add constraint org check (org_id is not null);",
    change: "alter table parcel drop constraint short; alter table parcel rename constraint org to with_org;",
    expected: [],
  },

  // what sessions begin with
  {
    title: "a variable that policies may read has a value for every session of a role",
    change: "alter role clerk set app.org_id = 'x';",
    expected: ["cannot be told setting app.org_id"],
  },
  {
    title: "a search_path for the database, and a time limit for a role",
    base: "alter role clerk set statement_timeout = '1s';",
    change: `do $$ begin execute format('alter database %I set search_path = public', current_database()); end $$;
      alter role clerk set statement_timeout = '2s';`,
    expected: ["cannot be told setting search_path"],
  },

  // what changes nothing
  {
    title: "a comment, an index, a renamed constraint, a column, and a guarded table without privileges",
    change: `comment on table parcel is 'parcels'; create index on parcel (org_id); alter table parcel rename constraint parcel_pkey to parcel_key;
      alter table parcel add weight int default 0; create table public.shelf (id int primary key, org_id uuid);
      alter table shelf enable row level security; create policy s on shelf to web using (org_id = ${ORG});`,
    expected: [],
  },
];

/** Changes of roles, each in a cluster where only this role differs. */
export const ROLE_CASES: readonly ObjectCase[] = [
  {
    title: "BYPASSRLS",
    base: "create role r1 nologin; grant select on parcel to r1;",
    change: "alter role r1 bypassrls;",
    expected: ["opens role r1"],
    reach: { sql: "select from parcel", role: "r1", rows: [0, 2] },
  },
  {
    title: "SUPERUSER",
    base: "create role r2 nologin;",
    change: "alter role r2 superuser;",
    expected: ["opens role r2"],
    reach: { sql: "select from parcel", role: "r2", rows: [0, 2] },
  },
  {
    title: "INHERIT, which before PostgreSQL 16 gives what the memberships have",
    base: "create role r2a nologin noinherit; grant web to r2a;",
    change: "alter role r2a inherit;",
    expected: ["cannot be told role r2a"],
  },
  {
    title: "INHERIT of a role without memberships that hold anything",
    base: "create role r2b nologin noinherit; create role r2c nologin; grant r2c to r2b;",
    change: "alter role r2b inherit;",
    expected: [],
  },
  {
    title: "BYPASSRLS is lost",
    base: "create role r3 nologin bypassrls; grant select on parcel to r3;",
    change: "alter role r3 nobypassrls;",
    expected: ["closes role r3"],
    reach: { sql: "select from parcel", role: "r3", rows: [2, 0] },
  },
  {
    title: "membership of a role above row security",
    base: "create role r4 nologin noinherit;",
    change: "grant auditor to r4;",
    expected: ["opens role r4"],
  },
  {
    title: "membership of a role of requests",
    base: "create role r5 nologin;",
    change: "grant web to r5;",
    expected: ["opens role r5"],
    reach: { sql: "select id from parcel", role: "r5", rows: [0, 1] },
  },
  {
    title: "membership ends",
    base: "create role r6 nologin; grant web to r6;",
    change: "revoke web from r6;",
    expected: ["closes role r6"],
    reach: { sql: "select id from parcel", role: "r6", rows: [1, 0] },
  },
  {
    title: "LOGIN for a role with privileges",
    base: "create role r7 nologin; grant select on parcel to r7;",
    change: "alter role r7 login;",
    expected: ["opens role r7"],
  },
  {
    title: "LOGIN for a role without any",
    base: "create role r8 nologin;",
    change: "alter role r8 login;",
    expected: [],
  },
  {
    title: "a new login above row security",
    change: "create role r9 login bypassrls;",
    expected: ["opens role r9"],
  },
  {
    title: "a new role that cannot log in",
    change: "create role r10 nologin;",
    expected: [],
  },
  {
    title: "membership of pg_read_all_data",
    base: "create role r20 nologin; create schema archive; create table archive.letter as select 1 as id;",
    change: "grant pg_read_all_data to r20;",
    expected: ["opens role r20"],
    reach: { sql: "select from archive.letter", role: "r20", rows: [0, 1] },
  },
  {
    title: "membership of pg_read_all_data by way of another role",
    base: "create role r21 nologin; create role r22 nologin; grant r22 to r21; create table public.letter as select 1 as id;",
    change: "grant pg_read_all_data to r22;",
    expected: ["opens role r22"],
    reach: { sql: "select from letter", role: "r21", rows: [0, 1] },
  },
  {
    title: "membership of pg_read_server_files",
    base: "create role r23 nologin;",
    change: "grant pg_read_server_files to r23;",
    expected: ["opens role r23"],
  },
  {
    title: "a new login that is a member of pg_read_all_data",
    change: "create role r24 login; grant pg_read_all_data to r24;",
    expected: ["opens role r24"],
  },
  {
    title: "membership of a predefined role with which no rows are reached",
    base: "create role r25 nologin;",
    change: "grant pg_signal_backend to r25;",
    expected: [],
  },
  {
    title: "ADMIN OPTION for a role above row security, with which a role may grant it to itself",
    base: "create role r26 nologin;",
    change: "grant auditor to r26 with admin option, inherit false, set false;",
    expected: ["opens role r26"],
  },
  {
    title: "SET for a role that only policies name",
    base: `create role r29 nologin; create role r30 nologin; create table public.note (id int); grant select on note to public;
      alter table note enable row level security; create policy p on note to r30 using (true);`,
    change: "grant r30 to r29 with inherit false, set true;",
    expected: ["opens role r29"],
  },
  {
    title: "SET for a role for which a policy asks by name",
    base: "create role r31 nologin; create role r32 nologin; create policy p on parcel using (current_user = 'r32');",
    change: "grant r32 to r31 with inherit false, set true;",
    expected: ["opens role r31"],
  },
  {
    title: "SET for a role that may create in a schema",
    base: "create role r33 nologin; create role r34 nologin; grant create on schema public to r34;",
    change: "grant r34 to r33 with inherit false, set true;",
    expected: ["opens role r33"],
  },
  {
    title: "REPLICATION, with which logical decoding shows every row that is written",
    base: "create role r27 nologin;",
    change: "alter role r27 replication;",
    expected: ["opens role r27"],
  },
  {
    title: "CREATEROLE, with which a role grants itself others before PostgreSQL 16",
    base: "create role r28 nologin;",
    change: "alter role r28 createrole;",
    expected: ["opens role r28"],
  },
];
