-- title: an update may move a row to any tenant
-- door: policy
-- object: public.vouchers
-- kind: tenancy
-- why: USING keeps to one's own rows, but WITH CHECK (true) lets the new row be anyone's. With a WHERE the SELECT policy still catches it; a blind `update vouchers set shop_id = …` does not ask that policy.
create table public.campaigns (
  id uuid primary key default gen_random_uuid(),
  shop_id uuid not null,
  title text not null
);
alter table public.campaigns enable row level security;
create policy campaigns_select on public.campaigns for select to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
create policy campaigns_insert on public.campaigns for insert to authenticated
  with check (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
create policy campaigns_update on public.campaigns for update to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid))
  with check (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
create policy campaigns_delete on public.campaigns for delete to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));

create table public.vouchers (
  id uuid primary key default gen_random_uuid(),
  shop_id uuid not null,
  percent smallint not null
);
alter table public.vouchers enable row level security;
create policy vouchers_select on public.vouchers for select to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
create policy vouchers_update on public.vouchers for update to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid)) with check (true);
