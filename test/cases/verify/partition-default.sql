-- title: the default partition in a schema for old data is granted by itself
-- door: partition
-- object: archive.readings_rest
-- kind: tenancy
-- why: the parent is well protected, but its default partition lies in a schema with USAGE and has a SELECT grant of its own, without row security. Rows that fall through the list are read there.
create table public.meter_readings (
  id uuid not null default gen_random_uuid(),
  tenant_id uuid not null,
  medium text not null,
  reading numeric not null,
  primary key (id, medium)
) partition by list (medium);
alter table public.meter_readings enable row level security;
create policy meter_readings_select on public.meter_readings for select to authenticated
  using (tenant_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'tenant_id')::uuid));
create policy meter_readings_insert on public.meter_readings for insert to authenticated
  with check (tenant_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'tenant_id')::uuid));
create policy meter_readings_update on public.meter_readings for update to authenticated
  using (tenant_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'tenant_id')::uuid))
  with check (tenant_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'tenant_id')::uuid));
create policy meter_readings_delete on public.meter_readings for delete to authenticated
  using (tenant_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'tenant_id')::uuid));

create schema archive;
grant usage on schema archive to authenticated;
create table archive.readings_water partition of public.meter_readings for values in ('water');
create table archive.readings_rest partition of public.meter_readings default;
grant select on archive.readings_rest to authenticated;
