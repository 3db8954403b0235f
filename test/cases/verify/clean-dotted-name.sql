-- title: the config declares the relation whose name has a dot in it, and not its twin
-- door: none
-- config: {"verify": {"shared": {"shop.\"eu.tariff\"": "one price list for all depots"}}}
-- why: `shop."eu.tariff"` is read by every login on purpose, and the config says so by its name in SQL. `"shop.eu".tariff` is fenced.
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
