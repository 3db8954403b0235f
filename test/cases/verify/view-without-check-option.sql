-- title: a view filters by tenant for reading and lets rows of any tenant in
-- door: view
-- object: public.my_bookings
-- kind: tenancy
-- why: the view's WHERE holds for reading, but with the owner's rights the table's WITH CHECK is not asked, and the view has no CHECK OPTION. So an INSERT through it writes into another hotel, and an UPDATE moves a row there.
create table public.bookings (
  id uuid primary key default gen_random_uuid(),
  hotel_id uuid not null,
  guest text not null
);
alter table public.bookings enable row level security;
create policy bookings_select on public.bookings for select to authenticated
  using (hotel_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'hotel_id')::uuid));
create policy bookings_insert on public.bookings for insert to authenticated
  with check (hotel_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'hotel_id')::uuid));
create policy bookings_update on public.bookings for update to authenticated
  using (hotel_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'hotel_id')::uuid))
  with check (hotel_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'hotel_id')::uuid));
create policy bookings_delete on public.bookings for delete to authenticated
  using (hotel_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'hotel_id')::uuid));

create view public.my_bookings as
  select id, hotel_id, guest from public.bookings
  where hotel_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'hotel_id')::uuid);
revoke all on public.my_bookings from anon, authenticated;
grant select, insert, update, delete on public.my_bookings to authenticated;
