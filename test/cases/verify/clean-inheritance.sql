-- title: a parent and its child have the same policies
-- door: none
-- why: the policy of the parent holds for what is read through it, and that of the child for what is read and written directly.
create table public.parcels (id uuid primary key default gen_random_uuid(), depot_id uuid not null, label text not null);
create table public.parcels_air (flight text, primary key (id)) inherits (public.parcels);
alter table public.parcels enable row level security;
alter table public.parcels_air enable row level security;
create policy parcels_own on public.parcels to authenticated
  using (depot_id = (select (auth.jwt() -> 'app_metadata' ->> 'depot_id')::uuid)) with check (depot_id = (select (auth.jwt() -> 'app_metadata' ->> 'depot_id')::uuid));
create policy parcels_air_own on public.parcels_air to authenticated
  using (depot_id = (select (auth.jwt() -> 'app_metadata' ->> 'depot_id')::uuid)) with check (depot_id = (select (auth.jwt() -> 'app_metadata' ->> 'depot_id')::uuid));
revoke all on all tables in schema public from anon, authenticated;
grant select, insert, update, delete on public.parcels, public.parcels_air to authenticated;
