-- title: all tenants draw their receipt numbers from one sequence
-- door: sequence-oracle
-- object: sales.receipt_number
-- kind: oracle
-- why: sequences know no row security. The gap between two numbers that a shop draws is the number of receipts that all others wrote meanwhile; USAGE was granted to authenticated.
create schema sales;
grant usage on schema sales to authenticated;
create sequence sales.receipt_number;
grant usage on sequence sales.receipt_number to authenticated;

create table sales.tills (
  id uuid primary key default gen_random_uuid(),
  shop_id uuid not null,
  label text not null
);
alter table sales.tills enable row level security;
create policy tills_select on sales.tills for select to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
grant select on sales.tills to authenticated;

create table sales.receipts (
  id uuid primary key default gen_random_uuid(),
  shop_id uuid not null,
  number bigint not null default nextval('sales.receipt_number'),
  total numeric(10, 2) not null
);
alter table sales.receipts enable row level security;
create policy receipts_select on sales.receipts for select to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
create policy receipts_insert on sales.receipts for insert to authenticated
  with check (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
grant select, insert on sales.receipts to authenticated;
