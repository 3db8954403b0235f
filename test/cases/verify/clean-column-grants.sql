-- title: columns are granted, and policies compare the tenant
-- door: none
-- why: A role that may name some columns only reads and writes rows of its own tenant.
create table public.notes (id uuid primary key default gen_random_uuid(), org_id uuid not null, body text not null);
alter table public.notes enable row level security;
create policy own on public.notes to authenticated using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid)) with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));

create table public.letters (id uuid primary key default gen_random_uuid(), org_id uuid not null, subject text not null, body text not null, state text not null default 'new');
alter table public.letters enable row level security;
revoke all on public.letters from anon, authenticated;
grant select (id, org_id, subject, state), insert (org_id, subject, body), update (state) on public.letters to authenticated;
create policy own on public.letters to authenticated using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid)) with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
