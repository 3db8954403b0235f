-- A relation for everything that the driver has to get right; the test says what Postgres answers, and why.

create role app_user nologin;
create role app_admin nologin;
create role junior nologin inherit in role app_user;
create role apart nologin noinherit in role app_user;
create role owner_plain nologin;
create role owner_forced nologin;
create role walks_through nologin bypassrls;
create role no_rights nologin;
grant usage on schema public to public;
create type public.state as enum ('open', 'closed');
create domain public.short as text not null;

-- one policy a component, each reading another value, so that only the right one can allow
create table public.parts (id int primary key, v text, w public.state, tags text[]);
alter table public.parts enable row level security;
create policy s on public.parts for select using (v = 's');
create policy i on public.parts for insert with check (v = 'i');
create policy u on public.parts for update using (v = 'u') with check (v = 'c');
create policy d on public.parts for delete using (v = 'd');

-- FOR ALL without WITH CHECK: USING stands in for it; a permissive and a restrictive policy
create table public.mixed (id int primary key, v text, flag boolean);
alter table public.mixed enable row level security;
create policy p on public.mixed for all using (v = 'a' or v = 'b');
create policy r on public.mixed as restrictive for all using (flag);
create policy only_users on public.mixed for select to app_user using (v = 'u');

-- restrictive alone allows nothing
create table public.strict_only (id int, flag boolean);
alter table public.strict_only enable row level security;
create policy r on public.strict_only as restrictive using (true);

create table public.owned (id int, v text);
alter table public.owned enable row level security;
alter table public.owned owner to owner_plain;
create table public.forced (id int, v text);
alter table public.forced enable row level security;
alter table public.forced force row level security;
alter table public.forced owner to owner_forced;

-- inner policies: the sub-query sees only what the role may see
create table public.staff (user_id uuid, org int, active boolean);
alter table public.staff enable row level security;
create policy own on public.staff for select using (user_id = (select auth.uid()));
create table public.docs (id int primary key, org int);
alter table public.docs enable row level security;
create policy member on public.docs for all using (exists (select from public.staff s where s.org = docs.org and s.active));
create table public.hidden (id int);
create table public.needs_hidden (id int);
alter table public.needs_hidden enable row level security;
create policy p on public.needs_hidden using (exists (select from public.hidden));

-- 42P17, and the definer function that avoids it
create table public.loops (id int, org int);
alter table public.loops enable row level security;
create policy p on public.loops using (org in (select l.org from public.loops l where l.id = 1));
create table public.teams (id int, org int);
alter table public.teams enable row level security;
create function public.my_orgs() returns setof int language sql stable security definer set search_path = '' as $$
  select t.org from public.teams t where t.id = 1
$$;
create policy p on public.teams using (org in (select public.my_orgs()));
create function public.is_member(wanted int) returns boolean language plpgsql stable security definer as $$
declare found_one boolean;
begin
  select exists (select from staff where org = wanted) into found_one;
  return found_one;
end $$;
create table public.by_definer (id int, org int);
alter table public.by_definer enable row level security;
create policy p on public.by_definer using (public.is_member(org));

-- settings: unset, empty, value
create table public.tri (id int, v text);
alter table public.tri enable row level security;
create policy p on public.tri using (case
  when current_setting('app.x', true) is null then v = 'unset'
  when current_setting('app.x', true) = '' then v = 'empty'
  else v = current_setting('app.x', true) end);
create table public.hybrid (id int, org uuid);
alter table public.hybrid enable row level security;
create policy p on public.hybrid using (org = coalesce(nullif(current_setting('app.org', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'org')::uuid));

-- a row that another row makes raise
create table public.fragile (id int primary key, v text);
alter table public.fragile enable row level security;
create policy p on public.fragile using (v::int > 0);

create view public.seen as select * from public.parts;
create table public.through_view (id int);
alter table public.through_view enable row level security;
create policy p on public.through_view using (id in (select id from public.seen));

-- ways in which a function names what it needs
create table public.facts (id int, holds boolean);
create table public.by_ways (id int, way text);
create function public.way_assigned() returns boolean language plpgsql stable security definer as $$
declare n int; one facts%rowtype; begin n := count(*) from facts f where f.holds; return n = 1; end $$;
create function public.way_dynamic() returns boolean language plpgsql stable security definer as $$
declare answer boolean; begin execute 'select bool_or(holds) from public.' || quote_ident('facts') into answer; return answer; end $$;
create function public.way_atomic() returns boolean language sql stable security definer
begin atomic select public.way_dynamic() and exists (select 1 from public.facts where holds); end;
create function public.way_nested() returns boolean language sql stable security definer set search_path = public as $$ select way_atomic() $$;
create function public.way_row(f public.facts) returns boolean language sql immutable as $$ select f.holds $$;
alter table public.by_ways enable row level security;
create policy p on public.by_ways using (case way
  when 'assigned' then public.way_assigned() when 'dynamic' then public.way_dynamic()
  when 'atomic' then public.way_atomic() when 'nested' then public.way_nested()
  when 'row' then public.way_row(row(1, true)::public.facts) end);

create table public.by_column (id int, v text);

-- sets a variable while it is read
create function public.set_y() returns boolean language sql as $$ select set_config('app.y', '1', true) = '1' $$;
create table public.sets (id int);
alter table public.sets enable row level security;
create policy p on public.sets using (current_setting('app.y', true) is null and public.set_y());

grant select, insert, update, delete on all tables in schema public to app_user, app_admin, owner_plain, owner_forced, walks_through;
revoke all on public.hidden from app_user, anon, authenticated, service_role;
grant update (v) on public.by_column to no_rights;
