-- title: the variable's name is written in capitals
-- door: session-variable
-- object: public.recipes
-- kind: tenancy
-- config: {"context": {"app.shop_id": {"claim": "app_metadata.shop_id", "type": "uuid"}}}
-- why: names of settings are compared without case, so `App.Shop_ID` in the policy is the variable that `set app.shop_id` sets. A search for the lower-case name misses it.
create table public.ingredients (
  id uuid primary key default gen_random_uuid(),
  shop_id uuid not null,
  label text not null
);
alter table public.ingredients enable row level security;
create policy ingredients_select on public.ingredients for select to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
create policy ingredients_insert on public.ingredients for insert to authenticated
  with check (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
create policy ingredients_update on public.ingredients for update to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid))
  with check (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
create policy ingredients_delete on public.ingredients for delete to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));

create table public.recipes (
  id uuid primary key default gen_random_uuid(),
  shop_id uuid not null,
  title text not null
);
alter table public.recipes enable row level security;
create policy recipes_select on public.recipes for select to authenticated
  using (shop_id = coalesce(
    nullif(current_setting('App.Shop_ID', true), '')::uuid,
    (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid)
  ));
create policy recipes_insert on public.recipes for insert to authenticated
  with check (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
