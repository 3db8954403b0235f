-- title: a definer trigger books stock for every shop that uses the same article number
-- door: trigger
-- object: public.goods_receipts / goods_receipts_book
-- kind: tenancy
-- why: the trigger matches by `sku` alone, and article numbers are the same in many shops. Booking a receipt in one shop changes the stock of all of them.
create table public.stock (
  shop_id uuid not null,
  sku text not null,
  quantity integer not null default 0,
  primary key (shop_id, sku)
);
alter table public.stock enable row level security;
create policy stock_select on public.stock for select to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
create policy stock_insert on public.stock for insert to authenticated
  with check (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
create policy stock_update on public.stock for update to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid))
  with check (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
create policy stock_delete on public.stock for delete to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));

create table public.goods_receipts (
  id uuid primary key default gen_random_uuid(),
  shop_id uuid not null,
  sku text not null,
  quantity integer not null,
  foreign key (shop_id, sku) references public.stock (shop_id, sku)
);
alter table public.goods_receipts enable row level security;
create policy goods_receipts_select on public.goods_receipts for select to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
create policy goods_receipts_insert on public.goods_receipts for insert to authenticated
  with check (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));

create schema private;
create function private.book_receipt() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.stock set quantity = quantity + new.quantity where sku = new.sku;
  return null;
end
$$;
revoke execute on function private.book_receipt() from public;
create trigger goods_receipts_book after insert on public.goods_receipts
  for each row execute function private.book_receipt();
