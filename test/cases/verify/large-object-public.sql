-- title: a large object that everybody may read
-- door: large-object
-- object: 770001
-- kind: tenancy
-- why: SELECT is granted to PUBLIC.
create table public.notes (id uuid primary key default gen_random_uuid(), org_id uuid not null, body text not null);
alter table public.notes enable row level security;
create policy notes_own on public.notes to authenticated using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid)) with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));

create table public.scans (id uuid primary key default gen_random_uuid(), org_id uuid not null, file oid not null);
alter table public.scans enable row level security;
create policy scans_own on public.scans for select to authenticated using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
select lo_from_bytea(770001, 'scan of one'::bytea);
grant select on large object 770001 to public;
