-- title: a reference by number may point at any tenant's order
-- door: foreign-key-oracle
-- object: public.returns_order_id_fkey
-- kind: oracle
-- why: foreign keys are checked past row security, and order numbers can be counted through. An insert that succeeds says that the order exists in some shop, 23503 that it does not.
create table public.orders (
  id bigint primary key,
  shop_id uuid not null,
  total numeric(10, 2) not null
);
alter table public.orders enable row level security;
create policy orders_select on public.orders for select to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));

create table public.returns (
  id uuid primary key default gen_random_uuid(),
  shop_id uuid not null,
  order_id bigint not null,
  constraint returns_order_id_fkey foreign key (order_id) references public.orders (id)
);
alter table public.returns enable row level security;
create policy returns_select on public.returns for select to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
create policy returns_insert on public.returns for insert to authenticated
  with check (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
