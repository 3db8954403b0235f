-- title: every table that is made in the schema from now on can be read by anon
-- door: default-privileges
-- object: api
-- kind: grant
-- why: the tables that are there are protected, but the next one starts with SELECT for anon and without row security, which is off until someone thinks of it. The first new table leaks on the day it is made.
create schema api;
grant usage on schema api to anon, authenticated;

create table api.listings (
  id uuid primary key default gen_random_uuid(),
  agency_id uuid not null,
  title text not null
);
alter table api.listings enable row level security;
create policy listings_select on api.listings for select to authenticated
  using (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid));
create policy listings_insert on api.listings for insert to authenticated
  with check (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid));
create policy listings_update on api.listings for update to authenticated
  using (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid))
  with check (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid));
create policy listings_delete on api.listings for delete to authenticated
  using (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid));
grant select, insert, update, delete on api.listings to authenticated;

alter default privileges in schema api grant select on tables to anon;
