-- title: the config declares the twin of the relation that is open
-- door: policy
-- object: shop."eu.tariff"
-- kind: tenancy
-- config: {"verify": {"shared": {"\"shop.eu\".tariff": "one price list for all depots"}}}
-- why: `"shop.eu".tariff` is declared as shared, and is fenced all the same. `shop."eu.tariff"`, which is open, is another relation.
create schema shop;
create schema "shop.eu";
grant usage on schema shop, "shop.eu" to authenticated;

create table "shop.eu".tariff (id uuid primary key default gen_random_uuid(), depot_id uuid not null, price int not null);
alter table "shop.eu".tariff enable row level security;
create policy tariff_own on "shop.eu".tariff for select to authenticated
  using (depot_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'depot_id')::uuid));
grant select on "shop.eu".tariff to authenticated;

create table shop."eu.tariff" (id uuid primary key default gen_random_uuid(), depot_id uuid not null, price int not null);
alter table shop."eu.tariff" enable row level security;
create policy tariff_read on shop."eu.tariff" for select to authenticated using (true);
grant select on shop."eu.tariff" to authenticated;
