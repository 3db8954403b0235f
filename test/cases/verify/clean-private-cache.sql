-- title: a materialized view and a table without row security that nobody may reach
-- door: none
-- why: the schema has no USAGE for clients and nothing in it is granted to them, so its relations need no policies. Only the server reads them.
create table public.orders (
  id uuid primary key default gen_random_uuid(),
  shop_id uuid not null,
  total numeric(10, 2) not null
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

create schema internal;
create materialized view internal.turnover as
  select shop_id, sum(total) as turnover from public.orders group by shop_id;
create table internal.exports (
  id uuid primary key default gen_random_uuid(),
  shop_id uuid not null,
  payload jsonb not null default '{}'
);
create function internal.rebuild() returns void
language sql security definer set search_path = '' as $$
  refresh materialized view internal.turnover
$$;
revoke execute on function internal.rebuild() from public;
