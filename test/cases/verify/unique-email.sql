-- title: an address may be there once among all tenants
-- door: unique-oracle
-- object: public.customers_email_key
-- kind: oracle
-- why: unique checks look past row security, so inserting an address that another shop has fails with 23505. The attacker learns who is a customer there.
create table public.shops (id uuid primary key default gen_random_uuid(), name text not null);
alter table public.shops enable row level security;
create policy shops_select on public.shops for select to authenticated
  using (id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));

create table public.customers (
  id uuid primary key default gen_random_uuid(),
  shop_id uuid not null references public.shops (id),
  email text not null,
  constraint customers_email_key unique (email)
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
