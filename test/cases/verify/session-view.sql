-- title: a view with its owner's rights chooses the tenant by a session variable
-- door: session-variable
-- object: public.my_orders
-- kind: tenancy
-- why: no policy of the table holds behind the view. Its WHERE reads a variable that nothing else reads, so any client that sets it sees the orders of that shop.
create table public.orders (id uuid primary key default gen_random_uuid(), shop_id uuid not null, total int not null);
alter table public.orders enable row level security;
create policy orders_shop on public.orders for select to authenticated
  using (shop_id = (select (auth.jwt() -> 'app_metadata' ->> 'shop_id')::uuid));
create view public.my_orders as
  select id, shop_id, total from public.orders where shop_id = nullif(current_setting('app.viewed_shop', true), '')::uuid;
revoke all on public.orders, public.my_orders from anon;
revoke all on public.my_orders from authenticated;
grant select on public.my_orders to authenticated;
