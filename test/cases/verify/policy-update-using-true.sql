-- title: an update may take a row out of any tenant
-- door: policy
-- object: public.bicycles
-- kind: tenancy
-- why: the check holds the new row in one's own tenant, and USING (true) lets the old row be anyone's. A blind `update bicycles set shop_id = <own>` steals every row, since the SELECT policy is only asked where columns are read.
create table public.rentals (
  id uuid primary key default gen_random_uuid(),
  shop_id uuid not null,
  days smallint not null
);
alter table public.rentals enable row level security;
create policy rentals_select on public.rentals for select to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
create policy rentals_insert on public.rentals for insert to authenticated
  with check (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
create policy rentals_update on public.rentals for update to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid))
  with check (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
create policy rentals_delete on public.rentals for delete to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));

create table public.bicycles (
  id uuid primary key default gen_random_uuid(),
  shop_id uuid not null,
  frame text not null
);
alter table public.bicycles enable row level security;
create policy bicycles_select on public.bicycles for select to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
create policy bicycles_update on public.bicycles for update to authenticated
  using (true) with check (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
