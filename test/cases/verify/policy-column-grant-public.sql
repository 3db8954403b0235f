-- title: the grant of columns is to everybody
-- door: policy
-- object: public.letters
-- kind: tenancy
-- why: PUBLIC may read the subject, and a policy without TO is true: anon reads every subject too.
create table public.notes (id uuid primary key default gen_random_uuid(), org_id uuid not null, body text not null);
alter table public.notes enable row level security;
create policy own on public.notes to authenticated using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid)) with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));

create table public.letters (id uuid primary key default gen_random_uuid(), org_id uuid not null, subject text not null, body text not null);
alter table public.letters enable row level security;
revoke all on public.letters from anon, authenticated;
grant select (org_id, subject) on public.letters to public;
create policy read on public.letters for select using (true);
