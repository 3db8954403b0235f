-- title: files may be put into any tenant's folder
-- door: storage
-- object: storage.objects
-- kind: tenancy
-- why: reading and deleting look at the folder, the check on new objects only at the bucket. An attacker plants a file in another shop's folder, where the shop's own users will find and trust it.
insert into storage.buckets (id, name, public) values ('receipts', 'receipts', false);
create policy receipts_select on storage.objects for select to authenticated
  using (bucket_id = 'receipts' and (storage.foldername(name))[1] = (select (select auth.jwt()) -> 'app_metadata' ->> 'shop_id'));
create policy receipts_insert on storage.objects for insert to authenticated
  with check (bucket_id = 'receipts');
create policy receipts_delete on storage.objects for delete to authenticated
  using (bucket_id = 'receipts' and (storage.foldername(name))[1] = (select (select auth.jwt()) -> 'app_metadata' ->> 'shop_id'));

create table public.receipts (
  id uuid primary key default gen_random_uuid(),
  shop_id uuid not null,
  total numeric(10, 2) not null
);
alter table public.receipts enable row level security;
create policy receipts_select on public.receipts for select to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
create policy receipts_insert on public.receipts for insert to authenticated
  with check (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
create policy receipts_update on public.receipts for update to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid))
  with check (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
create policy receipts_delete on public.receipts for delete to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
