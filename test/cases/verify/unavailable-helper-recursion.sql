-- title: a helper reads the table whose policy calls it
-- door: unavailable
-- object: public.teams
-- kind: availability
-- why: the helper runs with the rights of its caller, so the policy that calls it applies to its own query, without end: PostgreSQL 15 raises 54001.
create table public.notes (id uuid primary key default gen_random_uuid(), org_id uuid not null, body text not null);
alter table public.notes enable row level security;
create policy own on public.notes to authenticated using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid)) with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));

create table public.teams (id uuid primary key default gen_random_uuid(), org_id uuid not null, owner uuid not null);
alter table public.teams enable row level security;
create function public.my_teams() returns setof uuid language sql stable as 'select id from public.teams';
create policy team_read on public.teams for select to authenticated using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid) and id in (select public.my_teams()));
