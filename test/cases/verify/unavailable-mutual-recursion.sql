-- title: two tables whose policies look at each other
-- door: unavailable
-- object: public.trips
-- door: unavailable
-- object: public.crew
-- kind: availability
-- why: the policy of trips reads crew, whose policy reads trips. PostgreSQL 15 raises 42P17 for every SELECT of either.
create table public.notes (id uuid primary key default gen_random_uuid(), org_id uuid not null, body text not null);
alter table public.notes enable row level security;
create policy own on public.notes to authenticated using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid)) with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));

create table public.trips (id uuid primary key default gen_random_uuid(), org_id uuid not null, title text not null);
alter table public.trips enable row level security;
create table public.crew (id uuid primary key default gen_random_uuid(), org_id uuid not null, trip_id uuid not null references public.trips, member uuid not null);
alter table public.crew enable row level security;
create policy trip_read on public.trips for select to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid) and exists (select from public.crew c where c.trip_id = trips.id));
create policy crew_read on public.crew for select to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid) and exists (select from public.trips t where t.id = crew.trip_id));
