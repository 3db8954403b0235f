-- title: rows can be moved to another tenant unless a column is NULL
-- door: policy
-- object: public.letters
-- kind: tenancy
-- why: WITH CHECK asks for a subject only. One of the rows has none, so an UPDATE of all rows fails; of the others alone it succeeds.
create table public.notes (id uuid primary key default gen_random_uuid(), org_id uuid not null, body text not null);
alter table public.notes enable row level security;
create policy own on public.notes to authenticated using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid)) with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));

create table public.letters (id uuid primary key default gen_random_uuid(), org_id uuid not null, subject text);
alter table public.letters enable row level security;
create policy read on public.letters for select to authenticated using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy move on public.letters for update to authenticated using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid)) with check (subject is not null);
