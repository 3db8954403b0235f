-- title: members insert into an inheritance child, where no policy holds
-- door: partition
-- object: public.parcels_air
-- kind: tenancy
-- why: policies of a parent hold for statements on the parent alone (manual, section 5.10); the child has no row security of its own and a grant to insert.
create table public.parcels (id uuid primary key default gen_random_uuid(), depot_id uuid not null, label text not null);
create table public.parcels_air (flight text, primary key (id)) inherits (public.parcels);
alter table public.parcels enable row level security;
create policy parcels_own on public.parcels to authenticated
  using (depot_id = (select (auth.jwt() -> 'app_metadata' ->> 'depot_id')::uuid)) with check (depot_id = (select (auth.jwt() -> 'app_metadata' ->> 'depot_id')::uuid));
revoke all on all tables in schema public from anon, authenticated;
grant select, insert, update, delete on public.parcels to authenticated;
grant insert on public.parcels_air to authenticated;
