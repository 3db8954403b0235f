-- title: the tenant's key is an identity column that is always generated
-- door: policy
-- object: public.invoices
-- kind: tenancy
-- why: reading invoices is for members of the shop, changing them asks for nothing. The shop's number is generated always, so a row of a chosen shop has to override it before anything below it can be made.
create table public.shops (
  id bigint generated always as identity primary key,
  name text not null
);
alter table public.shops enable row level security;
create policy shops_select on public.shops for select to authenticated
  using (id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::bigint));

create table public.invoices (
  id bigint generated always as identity primary key,
  shop_id bigint not null references public.shops (id),
  amount numeric(10, 2) not null
);
alter table public.invoices enable row level security;
create policy invoices_select on public.invoices for select to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::bigint));
create policy invoices_update on public.invoices for update to authenticated
  using (true) with check (true);
