-- title: everybody may delete every room, and there are bookings of them
-- door: policy
-- object: public.rooms
-- kind: tenancy
-- why: `delete from rooms` reads no column, so the SELECT policy does not hold it back, and the DELETE policy says true. Rooms without a booking go; a foreign key keeps the others, which it does after the policies.
create table public.rooms (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null,
  label text not null,
  unique (org_id, id)
);
create table public.bookings (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null,
  room_id uuid not null,
  foreign key (org_id, room_id) references public.rooms (org_id, id)
);
alter table public.rooms enable row level security;
alter table public.bookings enable row level security;
create policy rooms_select on public.rooms for select to authenticated using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy rooms_delete on public.rooms for delete to authenticated using (true);
create policy bookings_all on public.bookings to authenticated using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid)) with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
