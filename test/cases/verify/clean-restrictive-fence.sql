-- title: a restrictive fence on the tenant around wide permissive policies
-- door: none
-- why: the permissive policies are wide, but every row has to pass the restrictive one too, for reading and for writing. A policy that is added later cannot get out of it.
create table public.assets (
  id uuid primary key default gen_random_uuid(),
  fleet_id uuid not null,
  label text not null,
  retired boolean not null default false
);
alter table public.assets enable row level security;
create policy assets_fence on public.assets as restrictive for all to public
  using (fleet_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'fleet_id')::uuid)) with check (fleet_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'fleet_id')::uuid));
create policy assets_select on public.assets for select to authenticated using (true);
create policy assets_write on public.assets for insert to authenticated with check (true);
create policy assets_update on public.assets for update to authenticated using (not retired) with check (true);
create policy assets_delete on public.assets for delete to authenticated using (retired);

create table public.fuel_cards (
  id uuid primary key default gen_random_uuid(),
  fleet_id uuid not null,
  credit numeric(8, 2) not null default 0
);
alter table public.fuel_cards enable row level security;
create policy fuel_cards_select on public.fuel_cards for select to authenticated
  using (fleet_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'fleet_id')::uuid));
create policy fuel_cards_insert on public.fuel_cards for insert to authenticated
  with check (fleet_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'fleet_id')::uuid));
create policy fuel_cards_update on public.fuel_cards for update to authenticated
  using (fleet_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'fleet_id')::uuid))
  with check (fleet_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'fleet_id')::uuid));
create policy fuel_cards_delete on public.fuel_cards for delete to authenticated
  using (fleet_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'fleet_id')::uuid));
