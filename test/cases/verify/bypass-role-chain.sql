-- title: a role above row security at the end of a chain
-- door: bypass-role
-- object: archive_all
-- kind: tenancy
-- why: authenticated is a member of a role that is a member of one with BYPASSRLS.
create table public.notes (id uuid primary key default gen_random_uuid(), org_id uuid not null, body text not null);
alter table public.notes enable row level security;
create policy notes_own on public.notes to authenticated using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid)) with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));

create role archive_all nologin bypassrls;
grant select on public.notes to archive_all;
create role archive_some nologin;
grant archive_all to archive_some;
grant archive_some to authenticated;
