-- title: a view over a join reads both tables as its owner
-- door: view
-- object: public.order_overview
-- kind: tenancy
-- why: the join is done with the rights of the view's owner, so neither table's policy applies. The tenant column is not even in the output, but the rows are.
create table public.customers (
  id uuid primary key default gen_random_uuid(),
  shop_id uuid not null,
  name text not null,
  unique (shop_id, id)
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

create table public.orders (
  id uuid primary key default gen_random_uuid(),
  shop_id uuid not null,
  customer_id uuid not null,
  total numeric(10, 2) not null,
  foreign key (shop_id, customer_id) references public.customers (shop_id, id)
);
alter table public.orders enable row level security;
create policy orders_select on public.orders for select to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
create policy orders_insert on public.orders for insert to authenticated
  with check (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
create policy orders_update on public.orders for update to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid))
  with check (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
create policy orders_delete on public.orders for delete to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));

create view public.order_overview as
  select o.id as order_id, c.name as customer, o.total
  from public.orders o
  join public.customers c on c.id = o.customer_id and c.shop_id = o.shop_id;
revoke all on public.order_overview from anon, authenticated;
grant select on public.order_overview to authenticated;
