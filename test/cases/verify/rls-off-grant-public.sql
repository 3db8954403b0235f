-- title: a price list is granted to PUBLIC in a schema that everyone may use
-- door: rls-off
-- object: billing.rates
-- kind: tenancy
-- why: a grant to PUBLIC reaches every role there is, anon among them, and the table has no row security. Each shop's rates are read with one SELECT.
create schema billing;
grant usage on schema billing to public;

create table billing.accounts (
  id uuid primary key default gen_random_uuid(),
  shop_id uuid not null,
  label text not null
);
alter table billing.accounts enable row level security;
create policy accounts_select on billing.accounts for select to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
create policy accounts_insert on billing.accounts for insert to authenticated
  with check (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
create policy accounts_update on billing.accounts for update to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid))
  with check (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
create policy accounts_delete on billing.accounts for delete to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
grant select, insert, update, delete on billing.accounts to authenticated;

create table billing.rates (
  id uuid primary key default gen_random_uuid(),
  shop_id uuid not null,
  item text not null,
  price numeric(10, 2) not null
);
grant select on billing.rates to public;
