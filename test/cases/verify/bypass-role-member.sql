-- title: a role with BYPASSRLS that authenticated is a member of
-- door: bypass-role
-- object: night_jobs
-- kind: tenancy
-- why: SET ROLE to a role of which one is a member needs no password, and row security does not apply to that role.
create table public.notes (id uuid primary key default gen_random_uuid(), org_id uuid not null, body text not null);
alter table public.notes enable row level security;
create policy notes_own on public.notes to authenticated using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid)) with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));

create role night_jobs nologin bypassrls;
grant select on public.notes to night_jobs;
grant night_jobs to authenticated;
