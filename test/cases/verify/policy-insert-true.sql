-- title: rows may be inserted into any tenant
-- door: policy
-- object: public.complaints
-- kind: tenancy
-- why: WITH CHECK (true) accepts any tenant in the new row. The attacker cannot read it back, but a blind INSERT puts forged complaints before another shop.
create table public.products (
  id uuid primary key default gen_random_uuid(),
  shop_id uuid not null,
  title text not null
);
alter table public.products enable row level security;
create policy products_select on public.products for select to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
create policy products_insert on public.products for insert to authenticated
  with check (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
create policy products_update on public.products for update to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid))
  with check (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
create policy products_delete on public.products for delete to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));

create table public.complaints (
  id uuid primary key default gen_random_uuid(),
  shop_id uuid not null,
  body text not null
);
alter table public.complaints enable row level security;
create policy complaints_select on public.complaints for select to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
create policy complaints_insert on public.complaints for insert to authenticated with check (true);
