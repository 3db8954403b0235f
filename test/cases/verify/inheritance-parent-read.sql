-- title: the parent shows the rows of its children by its own policy
-- door: policy
-- object: public.parcels
-- kind: tenancy
-- why: a statement on the parent applies the parent's policies alone to rows of the children too (manual, section 5.10). The parent holds no rows of its own, so its policy was left open; the policies of the child hold for the child alone.
create table public.parcels (id uuid primary key default gen_random_uuid(), depot_id uuid not null, label text not null);
create table public.parcels_air (flight text, primary key (id)) inherits (public.parcels);
alter table public.parcels enable row level security;
alter table public.parcels_air enable row level security;
create policy parcels_all on public.parcels for select to authenticated using (true);
create policy parcels_air_own on public.parcels_air for select to authenticated
  using (depot_id = (select (auth.jwt() -> 'app_metadata' ->> 'depot_id')::uuid));
revoke all on all tables in schema public from anon, authenticated;
grant select on public.parcels, public.parcels_air to authenticated;
