-- title: default privileges for one schema cannot take EXECUTE from PUBLIC
-- door: function
-- object: api.trip_log()
-- kind: tenancy
-- why: `alter default privileges in schema … revoke … from public` only takes back what was granted for that schema, and EXECUTE for PUBLIC is built in, so it does nothing. The function stays open to everyone who may use the schema.
create table public.trips (
  id uuid primary key default gen_random_uuid(),
  fleet_id uuid not null,
  destination text not null
);
alter table public.trips enable row level security;
create policy trips_select on public.trips for select to authenticated
  using (fleet_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'fleet_id')::uuid));
create policy trips_insert on public.trips for insert to authenticated
  with check (fleet_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'fleet_id')::uuid));
create policy trips_update on public.trips for update to authenticated
  using (fleet_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'fleet_id')::uuid))
  with check (fleet_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'fleet_id')::uuid));
create policy trips_delete on public.trips for delete to authenticated
  using (fleet_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'fleet_id')::uuid));

create schema api;
grant usage on schema api to anon, authenticated;
alter default privileges in schema api revoke execute on functions from public;
create function api.trip_log() returns table (trip uuid, destination text)
language plpgsql stable security definer set search_path = '' as $$
begin
  return query select t.id, t.destination from public.trips t;
end
$$;
