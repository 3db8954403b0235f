import { A, B, type ObjectCase } from "./objects-cases.ts";

const AS_OWNER = "language sql security definer set search_path = ''";
const REFUSES = `create function public.refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;`;
const FAKE = "create foreign data wrapper fake; create server away foreign data wrapper fake;";
const ME = "set local app.me = 'me';";
/** A membership that policies of parcels ask for, in which a role writes rows of its own. */
const MEMBER = `create table public.member (user_id text, role text, parcel int);
  alter table member enable row level security; grant select, insert on member to web;
  create policy own on member to web using (user_id = current_setting('app.me', true));
  create policy of_member on parcel for select to web using (exists (
    select from member m where m.user_id = current_setting('app.me', true) and (m.role = 'admin' or m.parcel = parcel.id)));`;
const STORE = "create table public.store (id int, line text);";

/** Changes that open something two steps away from the objects that they name, with those next to them that do not. */
export const EDGE_CASES: readonly ObjectCase[] = [
  // privileges on what is no relation, function, schema or sequence of the project
  {
    title: "a large object",
    base: "select lo_create(4711);",
    change: "grant select on large object 4711 to web;",
    expected: ["opens large object 4711"],
    reach: { sql: "select lo_get(4711)", rows: [0, 1] },
  },
  {
    title: "a large object is revoked",
    base: "select lo_create(4711); grant select on large object 4711 to web;",
    change: "revoke select on large object 4711 from web;",
    expected: ["closes large object 4711"],
    reach: { sql: "select lo_get(4711)", rows: [1, 0] },
  },
  {
    title: "a parameter with which triggers and foreign keys do not fire",
    change: "grant set on parameter session_replication_role to web;",
    expected: ["opens parameter session_replication_role"],
    reach: { sql: "select set_config('session_replication_role', 'replica', true)", rows: [0, 1] },
  },
  {
    title: "a parameter of the log",
    change: "grant set on parameter log_min_duration_statement to web;",
    expected: [],
  },
  {
    title: "CREATE on the database",
    change: "do $$ begin execute format('grant create on database %I to web', current_database()); end $$;",
    expected: ["opens database of the project"],
    reach: { first: "create schema own;", sql: "select 1", rows: [0, 1] },
  },
  {
    title: "TEMPORARY on the database",
    base: "do $$ begin execute format('revoke temporary on database %I from public', current_database()); end $$;",
    change: "do $$ begin execute format('grant temporary on database %I to web', current_database()); end $$;",
    expected: ["cannot be told database of the project"],
    reach: { first: "create temp table own (id int);", sql: "select 1", rows: [0, 1] },
  },
  {
    title: "a role of requests owns the database, and with it schema public",
    change: "do $$ begin execute format('alter database %I owner to web', current_database()); end $$;",
    expected: ["opens database of the project"],
    reach: { first: "create table public.own (id int);", sql: "select 1", rows: [0, 1] },
  },
  {
    title: "a catalog of the system",
    change: "grant select on pg_catalog.pg_statistic to web;",
    expected: ["opens relation pg_catalog.pg_statistic"],
    reach: { sql: "select from (select count(*) from pg_statistic) as q", rows: [0, 1] },
  },
  {
    title: "a function of the system that reads files",
    change: "grant execute on function pg_catalog.pg_read_file(text) to web;",
    expected: ["opens function pg_read_file(text)"],
    reach: { sql: "select pg_read_file('PG_VERSION')", rows: [0, 1] },
  },
  {
    title: "a function of the system, which was revoked from PUBLIC",
    base: "revoke execute on function pg_catalog.lo_get(oid) from public;",
    change: "grant execute on function pg_catalog.lo_get(oid) to public;",
    expected: ["cannot be told function lo_get(oid)"],
  },
  {
    title: "a language",
    base: "revoke usage on language plpgsql from public;",
    change: "grant usage on language plpgsql to web;",
    expected: ["cannot be told language plpgsql"],
    reach: {
      first: "create function pg_temp.one() returns int language plpgsql as 'begin return 1; end';",
      sql: "select 1",
      rows: [0, 1],
    },
  },
  {
    title: "a foreign-data wrapper",
    base: FAKE,
    change: "grant usage on foreign data wrapper fake to web;",
    expected: ["opens foreign data wrapper fake"],
    reach: { first: "create server nearer foreign data wrapper fake;", sql: "select 1", rows: [0, 1] },
  },
  {
    title: "a new foreign server that a role may use",
    base: "create foreign data wrapper fake;",
    change: "create server away foreign data wrapper fake; grant usage on foreign server away to web;",
    expected: ["opens foreign server away"],
    reach: { first: "create user mapping for web server away;", sql: "select 1", rows: [0, 1] },
  },
  { title: "a new foreign server that nobody may use", change: FAKE, expected: [] },
  {
    title: "a foreign server has other credentials",
    base: `${FAKE} create user mapping for web server away options (name 'reader');`,
    change: "alter user mapping for web server away options (set name 'admin');",
    expected: ["cannot be told user mapping away"],
  },
  {
    title: "a column of a foreign table is another one of the other server",
    base: `${FAKE} create foreign table public.far (id int, label text options (column_name 'label')) server away; grant select on far to web;`,
    change: "alter foreign table far alter column label options (set column_name 'secret');",
    expected: ["cannot be told relation public.far"],
  },
  // grant options
  {
    title: "the grant option for a table",
    change: "grant delete on parcel to web with grant option;",
    expected: ["opens relation public.parcel"],
    reach: {
      first: "grant delete on parcel to clerk;",
      sql: "select where has_table_privilege('clerk', 'parcel', 'delete')",
      rows: [0, 1],
    },
  },
  {
    title: "the grant option for a function",
    base: "create function public.one() returns int language sql as 'select 1'; grant execute on function one() to web;",
    change: "grant execute on function one() to web with grant option;",
    expected: ["opens function public.one()"],
  },
  {
    title: "the grant option for a schema is revoked",
    base: "create schema back; grant usage on schema back to web with grant option;",
    change: "revoke grant option for usage on schema back from web;",
    expected: ["closes schema back"],
  },
  // values of columns that policies ask for
  {
    title: "new rows are for everybody unless they say otherwise",
    base: `alter table parcel add open boolean not null default false; create policy opened on parcel for select to web using (open); grant select (open) on parcel to web;`,
    change: "alter table parcel alter open set default true;",
    expected: ["cannot be told relation public.parcel"],
    reach: {
      first: `insert into parcel (id, org_id) values (7, '${A}');`,
      sql: "select id from parcel where open",
      rows: [0, 1],
    },
  },
  {
    title: "another default of a column for which no policy asks",
    change: "alter table parcel alter label set default 'none';",
    expected: [],
  },
  {
    title: "a default calls a function with its owner's rights in a schema that the role may not use",
    base: `create schema hidden; create table public.own (id int, note bigint); grant select, insert on own to web;
      create function hidden.total() returns bigint ${AS_OWNER} as 'select sum(id) from public.parcel';`,
    change: "alter table own alter note set default hidden.total();",
    expected: ["cannot be told relation public.own"],
    reach: { first: "insert into own values (1);", sql: "select from own where note = 3", rows: [0, 1] },
  },
  {
    title: "a domain of a column for which policies ask takes any value",
    base: `create domain public.kind as text check (value = 'guest'); ${MEMBER.replace("role text", "role public.kind")}`,
    change: "alter domain kind drop constraint kind_check;",
    expected: ["cannot be told relation public.member"],
    reach: {
      first: `${ME} insert into member values ('me', 'admin');`,
      sql: "select id from parcel where id = 2",
      rows: [0, 1],
    },
  },
  // constraints of relations that policies of others read
  {
    title: "a CHECK on a table that policies of another one read is gone",
    base: `${MEMBER} alter table member add constraint lowly check (role = 'guest');`,
    change: "alter table member drop constraint lowly;",
    expected: ["cannot be told constraint public.member.lowly"],
    reach: {
      first: `${ME} insert into member values ('me', 'admin');`,
      sql: "select id from parcel where id = 2",
      rows: [0, 1],
    },
  },
  {
    title: "the same on a table without row security",
    base: `${MEMBER} alter table member disable row level security, add constraint lowly check (role = 'guest');`,
    change: "alter table member drop constraint lowly;",
    expected: ["cannot be told constraint public.member.lowly"],
    reach: {
      first: `${ME} insert into member values ('me', 'admin');`,
      sql: "select id from parcel where id = 2",
      rows: [0, 1],
    },
  },
  {
    title: "the function that a CHECK calls takes any value",
    base: `create function public.fits(role text) returns boolean language sql immutable as $$ select role = 'guest' $$;
      ${MEMBER} alter table member add check (fits(role));`,
    change:
      "create or replace function public.fits(role text) returns boolean language sql immutable as 'select true';",
    expected: ["cannot be told constraint public.member.member_role_check"],
    reach: {
      first: `${ME} insert into member values ('me', 'admin');`,
      sql: "select id from parcel where id = 2",
      rows: [0, 1],
    },
  },
  {
    title: "a second row for the same key in a table that policies of another one read",
    base: `${MEMBER} insert into member values ('other', 'guest', 2); create unique index taken on member (parcel);`,
    change: "drop index taken;",
    expected: ["cannot be told constraint public.member.taken"],
    reach: {
      first: `${ME} insert into member values ('me', 'guest', 2);`,
      sql: "select id from parcel where id = 2",
      rows: [0, 1],
    },
  },
  {
    title: "the same by an exclusion constraint",
    base: `${MEMBER} insert into member values ('other', 'guest', 2); alter table member add constraint taken exclude using btree (parcel with =);`,
    change: "alter table member drop constraint taken;",
    expected: ["cannot be told constraint public.member.taken"],
    reach: {
      first: `${ME} insert into member values ('me', 'guest', 2);`,
      sql: "select id from parcel where id = 2",
      rows: [0, 1],
    },
  },
  {
    title: "a unique constraint becomes an index with another name, and one of a table that no policy reads is gone",
    base: `${MEMBER} alter table member add constraint taken unique (parcel); ${STORE} alter table store add unique (id);`,
    change:
      "alter table member drop constraint taken; create unique index other on member (parcel); alter table store drop constraint store_id_key;",
    expected: [],
  },
  // what runs with the rights of others
  {
    title: "an aggregate over a function with its owner's rights that the role may not execute",
    base: `create function public.gather(state text, one int) returns text ${AS_OWNER} as $$ select string_agg(secret, ',') from public.parcel $$;
      revoke execute on function gather from public;`,
    change: "create aggregate public.leak(int) (sfunc = gather, stype = text);",
    expected: ["opens function public.leak(integer)"],
    reach: { sql: "select from (select leak(1) as found) as q where found like '%y%'", rows: [0, 1] },
  },
  {
    title: "an operator of a function with its owner's rights in a schema that the role may not use",
    base: `create schema hidden; create function hidden.peek(one int, other int) returns text ${AS_OWNER} as $$ select string_agg(secret, ',') from public.parcel $$;`,
    change: "create operator public.### (function = hidden.peek, leftarg = int, rightarg = int);",
    expected: ['cannot be told operator public."###" (integer, integer)'],
    reach: { sql: "select 1 operator(public.###) 1", rows: [0, 1] },
  },
  {
    title: "a cast by a function with its owner's rights in a schema that the role may not use",
    base: `create schema hidden; create type public.wrapped as (t text);
      create function hidden.peek(w public.wrapped) returns int ${AS_OWNER} as 'select count(*)::int from public.parcel';`,
    change: "create cast (public.wrapped as int) with function hidden.peek(public.wrapped);",
    expected: ["cannot be told cast public.wrapped as integer"],
    reach: { sql: "select row('x')::public.wrapped::int", rows: [0, 1] },
  },
  {
    title: "a function with dynamic SQL runs with its owner's rights now",
    base: "create function public.run(t text) returns setof int language plpgsql as 'begin return query execute t; end';",
    change: "alter function run(text) security definer;",
    expected: ["cannot be told function public.run(t text)"],
    reach: { sql: "select run('select id from public.parcel')", rows: [1, 2] },
  },
  {
    title: "a function with dynamic SQL has another owner, by whose rights it runs",
    base: `create function public.run(t text) returns setof int language plpgsql security definer as 'begin return query execute t; end';
      alter function run(text) owner to vault_owner;`,
    change: "alter function run(text) owner to postgres;",
    expected: ["cannot be told function public.run(t text)"],
    reach: { sql: "select run('select id from public.parcel')", rows: [0, 2] },
  },
  {
    title: "a role of requests owns a function that policies call",
    base: `create table public.orgs (org_id uuid); grant select on orgs to web;
      create function public.my_orgs() returns setof uuid language sql stable set search_path = public, pg_temp as 'select org_id from orgs';
      create policy mine on parcel for select to web using (org_id in (select my_orgs()));`,
    change: "alter function my_orgs() owner to web;",
    expected: ["cannot be told function public.my_orgs()"],
    reach: {
      first: `create temp table orgs as select '${B}'::uuid as org_id; alter function my_orgs() reset search_path;`,
      sql: "select id from parcel where id = 2",
      rows: [0, 1],
    },
  },
  {
    title: "a role of requests owns a view that policies read",
    base: `create view public.orgs with (security_invoker) as select null::uuid as org_id; grant select on orgs to web;
      create policy of_orgs on parcel for select to web using (org_id in (select org_id from orgs));`,
    change: "alter view orgs owner to web;",
    expected: ["cannot be told view public.orgs"],
    reach: {
      first: `create or replace rule "_RETURN" as on select to orgs do instead select '${B}'::uuid as org_id;`,
      sql: "select id from parcel where id = 2",
      rows: [0, 1],
    },
  },
  {
    title: "a new function with its owner's rights names a table without a schema or a search_path",
    base: `${STORE} grant select on store to public;`,
    change:
      "create function public.many() returns bigint language sql security definer as 'select count(id) from store';",
    expected: ["cannot be told function public.many()"],
    reach: {
      first: `create function pg_temp.spy() returns int language plpgsql as $$ begin
          perform set_config('app.seen', (select string_agg(secret, ',') from public.parcel), true); return 1; end $$;
        create temp view store as select pg_temp.spy() as id; select many();`,
      sql: "select where current_setting('app.seen') like '%y%'",
      rows: [0, 1],
    },
  },
  {
    title: "a new function with its owner's rights names a table with its schema",
    base: `${STORE} grant select on store to public;`,
    change:
      "create function public.many() returns bigint language sql security definer as 'select count(id) from public.store';",
    expected: [],
  },
  // through a view, a parent, a function
  {
    title: "WITH CHECK OPTION of a view under the one that the role may write",
    base: `create view public.inside as select id, org_id, label from parcel where label <> 'b' with check option;
      create view public.outside as select * from inside; grant insert on outside to web;`,
    change: "alter view inside reset (check_option);",
    expected: ["opens view public.inside"],
    reach: { first: `insert into outside values (7, '${B}', 'b');`, sql: "select 1", rows: [0, 1] },
  },
  {
    title: "security_barrier of a view under the one that the role may read",
    base: `create view public.inside with (security_barrier) as select id, label from parcel where label = 'a';
      create view public.outside as select * from inside; grant select on outside to web;`,
    change: "alter view inside reset (security_barrier);",
    expected: ["opens view public.inside"],
    reach: {
      first: `create function pg_temp.spy(t text) returns boolean language plpgsql cost 0.0000001 as $$ begin
          if t = 'b' then perform set_config('app.seen', t, true); end if; return true; end $$;
        select count(*) from outside where pg_temp.spy(label);`,
      sql: "select where current_setting('app.seen', true) = 'b'",
      rows: [0, 1],
    },
  },
  {
    title: "the query of a materialized view under a view",
    base: `create materialized view public.counts as select org_id from parcel where label = 'a';
      create view public.totals as select * from counts; grant select on totals to web;`,
    change: `drop view totals; drop materialized view counts; create materialized view public.counts as select org_id from parcel;
      create view public.totals as select * from counts; grant select on totals to web;`,
    expected: ["cannot be told relation public.counts"],
    reach: { sql: "select from totals", rows: [1, 2] },
  },
  {
    title: "a partition of a table that is read by a view",
    base: `create table public.log (id int) partition by list (id); create table public.log_1 (id int); insert into log_1 values (1);
      create view public.logs as select * from log; grant select on logs to web;`,
    change: "alter table log attach partition log_1 for values in (1);",
    expected: ["opens relation public.log_1"],
    reach: { sql: "select from logs", rows: [0, 1] },
  },
  {
    title: "a child of a table that a function with its owner's rights reads",
    base: `create table public.every (like parcel); create function public.ids() returns setof int ${AS_OWNER} as 'select id from public.every';`,
    change: "alter table parcel inherit every;",
    expected: ["opens relation public.parcel"],
    reach: { sql: "select ids()", rows: [0, 2] },
  },
  {
    title: "a partition of a table that is published",
    base: `create table public.log (id int) partition by list (id); create table public.log_1 (id int); create publication feed for table log;`,
    change: "alter table log attach partition log_1 for values in (1);",
    expected: ["opens relation public.log_1"],
  },
  {
    title: "a publication sends more commands",
    base: `${STORE} create publication feed for table store with (publish = 'insert');`,
    change: "alter publication feed set (publish = 'insert, update');",
    expected: ["cannot be told publication feed"],
  },
  {
    title: "a trigger of a partition, whose parent the role writes",
    base: `${REFUSES} create table public.log (id int) partition by list (id); create table public.log_1 partition of log for values in (1);
      create trigger t before insert on log_1 for each row execute function refuse(); grant insert on log to web;`,
    change: "drop trigger t on log_1;",
    expected: ["cannot be told trigger t on public.log_1"],
    reach: { first: "insert into log values (1);", sql: "select 1", rows: [0, 1] },
  },
  {
    title: "a trigger of a table that the role writes by a view",
    base: `${REFUSES} ${STORE} create trigger t before insert on store for each row execute function refuse();
      create view public.shop as select * from store; grant insert on shop to web;`,
    change: "drop trigger t on store;",
    expected: ["cannot be told trigger t on public.store"],
    reach: { first: "insert into shop values (1);", sql: "select 1", rows: [0, 1] },
  },
  {
    title: "a trigger of a table that the role writes by a function",
    base: `${REFUSES} ${STORE} create trigger t before insert on store for each row execute function refuse();
      create function public.put(id int) returns void ${AS_OWNER} as 'insert into public.store values (id)';`,
    change: "drop trigger t on store;",
    expected: ["cannot be told trigger t on public.store"],
    reach: { first: "select put(1);", sql: "select 1", rows: [0, 1] },
  },
  {
    title: "a new trigger runs as the owner of the function by which the role writes",
    base: `${STORE} create function public.put(id int) returns void ${AS_OWNER} as 'insert into public.store values (id)';
      create function public.sweep() returns trigger language plpgsql as $$ begin update public.parcel set label = 'gone'; return new; end $$;`,
    change: "create trigger t before insert on store for each row execute function sweep();",
    expected: ["cannot be told trigger t on public.store"],
    reach: { first: "select put(1);", sql: "select id from parcel where label = 'gone'", rows: [0, 1] },
  },
  {
    title: "a rule of a table that the role writes by a view",
    base: `${STORE} create rule r as on insert to store do instead nothing; create view public.shop as select * from store; grant insert on shop to web;`,
    change: "drop rule r on store;",
    expected: ["cannot be told rule r on public.store"],
  },
  // what triggers and rules do
  {
    title: "a new trigger sends rows to whoever listens",
    base: `create function public.shout() returns trigger language plpgsql as $$ begin perform pg_notify('rows', to_json(new)::text); return new; end $$;`,
    change: "create trigger t after insert on parcel for each row execute function shout();",
    expected: ["cannot be told trigger t on public.parcel"],
  },
  {
    title: "a new trigger copies rows to where every role reads them",
    base: `${STORE} grant select, insert on store to web;
      create function public.spread() returns trigger language plpgsql as $$ begin insert into public.store values (new.id, new.label); return new; end $$;`,
    change: "create trigger t after insert on parcel for each row execute function spread();",
    expected: ["cannot be told trigger t on public.parcel"],
  },
  {
    title: "a new trigger fills a column for which a policy asks",
    base: `alter table parcel add open boolean default false; create policy opened on parcel for select to web using (open);
      create function public.publish() returns trigger language plpgsql as $$ begin new.open := true; return new; end $$;`,
    change: "create trigger t before insert on parcel for each row execute function publish();",
    expected: ["cannot be told trigger t on public.parcel"],
  },
  {
    title: "a new trigger fills a column for which no policy asks, and one refuses rows",
    base: `create function public.tidy() returns trigger language plpgsql as $$ begin new.label := btrim(new.label); return new; end $$; ${REFUSES}`,
    change: `create trigger t before insert on parcel for each row execute function tidy();
      create trigger u before delete on parcel for each row execute function refuse();`,
    expected: [],
  },
  {
    title: "the function in the WHEN of a trigger that refuses rows",
    base: `${REFUSES} create function public.bad(t text) returns boolean language sql as $$ select t = 'b' $$;
      create trigger t before insert on parcel for each row when (bad(new.label)) execute function refuse();`,
    change: "create or replace function public.bad(t text) returns boolean language sql as 'select false';",
    expected: ["cannot be told trigger t on public.parcel"],
    reach: { first: `insert into parcel values (7, '${A}', 'b');`, sql: "select 1", rows: [0, 1] },
  },
  {
    title: "the function in the WHERE of a rule",
    base: `create function public.bad(t text) returns boolean language sql as $$ select t = 'b' $$;
      create rule r as on insert to parcel where bad(new.label) do instead nothing;`,
    change: "create or replace function public.bad(t text) returns boolean language sql as 'select false';",
    expected: ["cannot be told rule r on public.parcel"],
    reach: {
      first: `insert into parcel (id, org_id, label) values (7, '${A}', 'b');`,
      sql: "select id from parcel where id = 7",
      rows: [0, 1],
    },
  },
  {
    title: "the function of an event trigger",
    base: `create function public.guard() returns event_trigger language plpgsql as $$ begin raise exception 'no'; end $$;
      create event trigger g on sql_drop execute function guard();`,
    change: "create or replace function public.guard() returns event_trigger language plpgsql as 'begin end';",
    expected: ["cannot be told event trigger g"],
  },
  {
    title: "a trigger of the accounts takes claims from what a user says of himself",
    base: `create function public.meta() returns trigger language plpgsql as $$ begin
      new.raw_app_meta_data := new.raw_user_meta_data; return new; end $$;`,
    change: "create trigger t before insert on auth.users for each row execute function meta();",
    expected: ["cannot be told trigger t on auth.users"],
  },
  {
    title: "the hook that makes tokens takes claims from what a user says of himself",
    base: `create function public.token_hook(event jsonb) returns jsonb language plpgsql as 'begin return event; end';
      revoke execute on function token_hook from public; grant execute on function token_hook to supabase_auth_admin;`,
    change: `create or replace function public.token_hook(event jsonb) returns jsonb language plpgsql as $$ begin
      return jsonb_set(event, '{claims,org}', event -> 'claims' -> 'user_metadata' -> 'org'); end $$;`,
    expected: ["cannot be told function public.token_hook(event jsonb)"],
  },
  // names and settings
  {
    title: "a table has another name, and its policy shows all rows",
    change:
      "drop policy parcel_org on parcel; alter table parcel rename to lot; create policy parcel_org on lot to web using (true);",
    expected: ["closes relation public.parcel", "cannot be told relation public.lot"],
    reach: { sql: "select id from lot", rows: [0, 2] },
  },
  {
    title: "a table has another name, and the same policy",
    change: "alter table parcel rename to lot;",
    expected: ["closes relation public.parcel"],
    reach: { sql: "select id from lot", rows: [0, 1] },
  },
  {
    title: "a text search configuration that a function with its owner's rights names",
    base: `create text search configuration public.words (copy = simple);
      create function public.found() returns setof int ${AS_OWNER} as $$ select id from public.parcel where not to_tsvector('public.words', label) @@ to_tsquery('simple', 'b') $$;`,
    change: "alter text search configuration words drop mapping for asciiword;",
    expected: ["cannot be told text search public.words"],
    reach: { sql: "select found()", rows: [1, 2] },
  },
  {
    title: "sessions that could only read, and the time zone",
    base: "alter role clerk set default_transaction_read_only = on;",
    change: "alter role clerk reset default_transaction_read_only; alter role clerk set timezone = 'Asia/Tokyo';",
    expected: ["cannot be told setting TimeZone", "cannot be told setting default_transaction_read_only"],
  },
  {
    title: "how much memory a role has, and statistics, replica identity and a comment",
    change: `alter role clerk set work_mem = '8MB'; create statistics public.s on org_id, label from parcel;
      alter table parcel replica identity full; comment on function pg_catalog.now() is 'now';`,
    expected: [],
  },
];
