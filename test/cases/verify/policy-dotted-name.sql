-- title: two relations whose names are the same once their parts are joined by a dot
-- door: policy
-- object: shop."eu.parcel"
-- kind: tenancy
-- why: `shop."eu.parcel"` shows every row to every login; `"shop.eu".parcel` is fenced. Taken for one relation, the rows of the fenced one would be looked for in both, and nothing would be found.
create schema shop;
create schema "shop.eu";
grant usage on schema shop, "shop.eu" to authenticated;

create table "shop.eu".parcel (id uuid primary key default gen_random_uuid(), depot_id uuid not null, label text not null);
alter table "shop.eu".parcel enable row level security;
create policy parcel_own on "shop.eu".parcel to authenticated
  using (depot_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'depot_id')::uuid));
grant select, insert, update, delete on "shop.eu".parcel to authenticated;

create table shop."eu.parcel" (id uuid primary key default gen_random_uuid(), depot_id uuid not null, label text not null);
alter table shop."eu.parcel" enable row level security;
create policy parcel_read on shop."eu.parcel" for select to authenticated using (true);
create policy parcel_write on shop."eu.parcel" for insert to authenticated
  with check (depot_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'depot_id')::uuid));
grant select, insert on shop."eu.parcel" to authenticated;
