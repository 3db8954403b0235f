-- title: two columns of a customer table are granted, without row security
-- door: rls-off
-- object: crm.customers
-- kind: tenancy
-- why: a column grant hides the other columns and no rows at all. `select id, shop_id, email` gives the mail addresses of every shop's customers.
create schema crm;
grant usage on schema crm to authenticated;

create table crm.deals (
  id uuid primary key default gen_random_uuid(),
  shop_id uuid not null,
  title text not null
);
alter table crm.deals enable row level security;
create policy deals_select on crm.deals for select to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
create policy deals_insert on crm.deals for insert to authenticated
  with check (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
create policy deals_update on crm.deals for update to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid))
  with check (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
create policy deals_delete on crm.deals for delete to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
grant select, insert, update, delete on crm.deals to authenticated;

create table crm.customers (
  id uuid primary key default gen_random_uuid(),
  shop_id uuid not null,
  email text not null,
  card_hint text
);
grant select (id, shop_id, email) on crm.customers to authenticated;
