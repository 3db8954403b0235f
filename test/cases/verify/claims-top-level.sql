-- title: one policy reads the tenant from another place of the token
-- door: claims
-- object: public.harvests
-- kind: tenancy
-- why: the tenant is said in app_metadata, and this policy believes a top-level claim of the same name, which nothing keeps in step with it. A token whose two places differ reads another farm's rows.
create table public.fields (
  id uuid primary key default gen_random_uuid(),
  farm_id uuid not null,
  hectares numeric not null
);
alter table public.fields enable row level security;
create policy fields_select on public.fields for select to authenticated
  using (farm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'farm_id')::uuid));
create policy fields_insert on public.fields for insert to authenticated
  with check (farm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'farm_id')::uuid));
create policy fields_update on public.fields for update to authenticated
  using (farm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'farm_id')::uuid))
  with check (farm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'farm_id')::uuid));
create policy fields_delete on public.fields for delete to authenticated
  using (farm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'farm_id')::uuid));

create table public.barns (
  id uuid primary key default gen_random_uuid(),
  farm_id uuid not null,
  label text not null
);
alter table public.barns enable row level security;
create policy barns_select on public.barns for select to authenticated
  using (farm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'farm_id')::uuid));
create policy barns_insert on public.barns for insert to authenticated
  with check (farm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'farm_id')::uuid));
create policy barns_update on public.barns for update to authenticated
  using (farm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'farm_id')::uuid))
  with check (farm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'farm_id')::uuid));
create policy barns_delete on public.barns for delete to authenticated
  using (farm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'farm_id')::uuid));

create table public.harvests (
  id uuid primary key default gen_random_uuid(),
  farm_id uuid not null,
  tons numeric not null
);
alter table public.harvests enable row level security;
create policy harvests_select on public.harvests for select to authenticated
  using (farm_id = (select ((select auth.jwt()) ->> 'farm_id')::uuid));
