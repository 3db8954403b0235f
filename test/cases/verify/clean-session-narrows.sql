-- title: a session variable can only narrow what the token allows
-- door: none
-- config: {"context": {"app.shop_id": {"claim": "app_metadata.shop_id", "type": "uuid"}}}
-- why: the tenant column has to equal the claim whatever the variable says; the variable is compared as well where it is set. Setting it to another shop shows no row at all.
create table public.tills (
  id uuid primary key default gen_random_uuid(),
  shop_id uuid not null,
  label text not null
);
alter table public.tills enable row level security;
create policy tills_all on public.tills for all to authenticated
  using (
    shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid)
    and shop_id::text = coalesce(nullif(current_setting('app.shop_id', true), ''), shop_id::text)
  )
  with check (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));

create table public.bookings (
  id uuid primary key default gen_random_uuid(),
  shop_id uuid not null,
  amount numeric(10, 2) not null
);
alter table public.bookings enable row level security;
create policy bookings_select on public.bookings for select to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
create policy bookings_insert on public.bookings for insert to authenticated
  with check (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
create policy bookings_update on public.bookings for update to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid))
  with check (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
create policy bookings_delete on public.bookings for delete to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
