-- title: a view with its owner's rights over tenants that are words
-- door: view
-- object: public.price_list
-- kind: tenancy
-- why: the view was made for one tenant's shop window and reads all of them, since it uses its owner's rights. The tenant's word stands in its output.
create table public.tenants (slug text primary key, name text not null);
alter table public.tenants enable row level security;
create policy tenants_select on public.tenants for select to authenticated
  using (slug = (select (select auth.jwt()) -> 'app_metadata' ->> 'tenant'));

create table public.goods (
  id uuid primary key default gen_random_uuid(),
  tenant text not null references public.tenants (slug),
  label text not null,
  purchase_price numeric(10, 2) not null
);
alter table public.goods enable row level security;
create policy goods_select on public.goods for select to authenticated
  using (tenant = (select (select auth.jwt()) -> 'app_metadata' ->> 'tenant'));
create policy goods_insert on public.goods for insert to authenticated
  with check (tenant = (select (select auth.jwt()) -> 'app_metadata' ->> 'tenant'));
create policy goods_update on public.goods for update to authenticated
  using (tenant = (select (select auth.jwt()) -> 'app_metadata' ->> 'tenant'))
  with check (tenant = (select (select auth.jwt()) -> 'app_metadata' ->> 'tenant'));
create policy goods_delete on public.goods for delete to authenticated
  using (tenant = (select (select auth.jwt()) -> 'app_metadata' ->> 'tenant'));

create view public.price_list as
  select g.tenant, t.name as shop, g.label, g.purchase_price from public.goods g join public.tenants t on t.slug = g.tenant;
revoke all on public.price_list from anon, authenticated;
grant select on public.price_list to authenticated;
