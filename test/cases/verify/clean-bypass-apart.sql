-- title: a role with BYPASSRLS that no role of requests may become
-- door: none
-- why: The role exists and has grants; only the migrating login is a member of it.
create table public.notes (id uuid primary key default gen_random_uuid(), org_id uuid not null, body text not null);
alter table public.notes enable row level security;
create policy notes_own on public.notes to authenticated using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid)) with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));

create role nightly_apart nologin bypassrls;
grant select on public.notes to nightly_apart;
