-- title: a policy knows the tenant from a session variable alone
-- door: session-variable
-- object: public.consignments
-- kind: tenancy
-- config: {"context": {"app.fleet_id": {"claim": "app_metadata.fleet_id", "type": "uuid"}}}
-- why: the token does not come into it, so whoever sets the variable chooses the tenant. A logged-in user needs no claim at all.
create table public.drivers (
  id uuid primary key default gen_random_uuid(),
  fleet_id uuid not null,
  name text not null
);
alter table public.drivers enable row level security;
create policy drivers_select on public.drivers for select to authenticated
  using (fleet_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'fleet_id')::uuid));
create policy drivers_insert on public.drivers for insert to authenticated
  with check (fleet_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'fleet_id')::uuid));
create policy drivers_update on public.drivers for update to authenticated
  using (fleet_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'fleet_id')::uuid))
  with check (fleet_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'fleet_id')::uuid));
create policy drivers_delete on public.drivers for delete to authenticated
  using (fleet_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'fleet_id')::uuid));

create table public.consignments (
  id uuid primary key default gen_random_uuid(),
  fleet_id uuid not null,
  weight_kg integer not null
);
alter table public.consignments enable row level security;
create policy consignments_select on public.consignments for select to authenticated
  using (fleet_id = nullif(current_setting('app.fleet_id', true), '')::uuid);
create policy consignments_insert on public.consignments for insert to authenticated
  with check (fleet_id = nullif(current_setting('app.fleet_id', true), '')::uuid);
