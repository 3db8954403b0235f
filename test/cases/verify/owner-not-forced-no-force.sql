-- title: FORCE was taken off one table for a backfill
-- door: owner-not-forced
-- object: fleet.trips
-- kind: tenancy
-- why: `no force row level security` lets the owner past every policy, and the owner is the role that requests use. Nothing else of the table looks different.
do $$
begin
  if not exists (select from pg_roles where rolname = 'app_user') then
    create role app_user login;
  end if;
end
$$;
create schema fleet;
grant usage, create on schema fleet to app_user;
grant usage on schema auth to app_user;

create table fleet.vehicles (
  id uuid primary key default gen_random_uuid(),
  fleet_id uuid not null,
  plate text not null,
  unique (fleet_id, id)
);
alter table fleet.vehicles enable row level security;
alter table fleet.vehicles force row level security;
create policy vehicles_all on fleet.vehicles for all to app_user
  using (fleet_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'fleet_id')::uuid)) with check (fleet_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'fleet_id')::uuid));
alter table fleet.vehicles owner to app_user;

create table fleet.trips (
  id uuid primary key default gen_random_uuid(),
  fleet_id uuid not null,
  vehicle_id uuid not null,
  km integer not null,
  foreign key (fleet_id, vehicle_id) references fleet.vehicles (fleet_id, id)
);
alter table fleet.trips enable row level security;
alter table fleet.trips force row level security;
create policy trips_all on fleet.trips for all to app_user
  using (fleet_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'fleet_id')::uuid)) with check (fleet_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'fleet_id')::uuid));
alter table fleet.trips owner to app_user;
revoke truncate on fleet.vehicles, fleet.trips from app_user;

alter table fleet.trips no force row level security;
update fleet.trips set km = abs(km);
