-- title: a read policy for PUBLIC lets anon in
-- door: policy
-- object: public.floor_plans
-- kind: tenancy
-- why: without TO a policy is for PUBLIC, and `deleted_at is null` says nothing about the tenant. Everyone, anon too, reads what is not deleted.
create table public.buildings (
  id uuid primary key default gen_random_uuid(),
  agency_id uuid not null,
  street text not null
);
alter table public.buildings enable row level security;
create policy buildings_select on public.buildings for select to authenticated
  using (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid));
create policy buildings_insert on public.buildings for insert to authenticated
  with check (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid));
create policy buildings_update on public.buildings for update to authenticated
  using (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid))
  with check (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid));
create policy buildings_delete on public.buildings for delete to authenticated
  using (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid));

create table public.floor_plans (
  id uuid primary key default gen_random_uuid(),
  agency_id uuid not null,
  label text not null,
  deleted_at timestamptz
);
alter table public.floor_plans enable row level security;
create policy floor_plans_select on public.floor_plans for select using (deleted_at is null);
create policy floor_plans_insert on public.floor_plans for insert to authenticated
  with check (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid));
