-- title: a definer trigger fills in the name of any tenant's customer
-- door: trigger
-- object: public.deliveries / deliveries_fill
-- kind: tenancy
-- why: the trigger looks the customer up by id with the owner's rights and writes the name and phone into the new row. The row is the attacker's own, so he reads what he was given.
create table public.customers (
  id uuid primary key default gen_random_uuid(),
  shop_id uuid not null,
  name text not null
);
alter table public.customers enable row level security;
create policy customers_select on public.customers for select to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
create policy customers_insert on public.customers for insert to authenticated
  with check (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
create policy customers_update on public.customers for update to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid))
  with check (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
create policy customers_delete on public.customers for delete to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));

create table public.deliveries (
  id uuid primary key default gen_random_uuid(),
  shop_id uuid not null,
  customer_id uuid not null,
  customer_name text
);
alter table public.deliveries enable row level security;
create policy deliveries_select on public.deliveries for select to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
create policy deliveries_insert on public.deliveries for insert to authenticated
  with check (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
create policy deliveries_update on public.deliveries for update to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid))
  with check (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
create policy deliveries_delete on public.deliveries for delete to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));

create schema private;
create function private.fill_customer() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  select c.name into new.customer_name from public.customers c where c.id = new.customer_id;
  return new;
end
$$;
revoke execute on function private.fill_customer() from public;
create trigger deliveries_fill before insert or update of customer_id on public.deliveries
  for each row execute function private.fill_customer();
