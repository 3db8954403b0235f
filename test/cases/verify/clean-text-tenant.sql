-- title: tenants are words
-- door: none
-- why: the tenant is a text that is compared without any cast, so no claim can raise. The reference from row to row holds the tenant, the keys are uuids.
create table public.tenants (slug text primary key, name text not null);
alter table public.tenants enable row level security;
create policy tenants_select on public.tenants for select to authenticated
  using (slug = (select (select auth.jwt()) -> 'app_metadata' ->> 'tenant'));

create table public.products (
  id uuid primary key default gen_random_uuid(),
  tenant text not null references public.tenants (slug),
  sku text not null,
  unique (tenant, sku)
);
alter table public.products enable row level security;
create policy products_select on public.products for select to authenticated
  using (tenant = (select (select auth.jwt()) -> 'app_metadata' ->> 'tenant'));
create policy products_insert on public.products for insert to authenticated
  with check (tenant = (select (select auth.jwt()) -> 'app_metadata' ->> 'tenant'));
create policy products_update on public.products for update to authenticated
  using (tenant = (select (select auth.jwt()) -> 'app_metadata' ->> 'tenant'))
  with check (tenant = (select (select auth.jwt()) -> 'app_metadata' ->> 'tenant'));
create policy products_delete on public.products for delete to authenticated
  using (tenant = (select (select auth.jwt()) -> 'app_metadata' ->> 'tenant'));

create table public.prices (
  tenant text not null,
  sku text not null,
  valid_from date not null default current_date,
  price numeric(10, 2) not null,
  primary key (tenant, sku, valid_from),
  foreign key (tenant, sku) references public.products (tenant, sku)
);
alter table public.prices enable row level security;
create policy prices_select on public.prices for select to authenticated
  using (tenant = (select (select auth.jwt()) -> 'app_metadata' ->> 'tenant'));
create policy prices_insert on public.prices for insert to authenticated
  with check (tenant = (select (select auth.jwt()) -> 'app_metadata' ->> 'tenant'));
create policy prices_update on public.prices for update to authenticated
  using (tenant = (select (select auth.jwt()) -> 'app_metadata' ->> 'tenant'))
  with check (tenant = (select (select auth.jwt()) -> 'app_metadata' ->> 'tenant'));
create policy prices_delete on public.prices for delete to authenticated
  using (tenant = (select (select auth.jwt()) -> 'app_metadata' ->> 'tenant'));
