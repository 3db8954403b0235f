-- title: an inheritance child is its own door
-- door: partition
-- object: public.vip_guests
-- kind: tenancy
-- why: a query of the parent applies the parent's policies to the child's rows, but the child named directly has neither row security nor policies. Its grants come from the default privileges.
create table public.guests (
  id uuid primary key default gen_random_uuid(),
  hotel_id uuid not null,
  name text not null
);
alter table public.guests enable row level security;
create policy guests_select on public.guests for select to authenticated
  using (hotel_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'hotel_id')::uuid));
create policy guests_insert on public.guests for insert to authenticated
  with check (hotel_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'hotel_id')::uuid));
create policy guests_update on public.guests for update to authenticated
  using (hotel_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'hotel_id')::uuid))
  with check (hotel_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'hotel_id')::uuid));
create policy guests_delete on public.guests for delete to authenticated
  using (hotel_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'hotel_id')::uuid));

create table public.vip_guests (suite text) inherits (public.guests);
alter table public.vip_guests add primary key (id);
